import type { Dictionary } from "../dictionary";

export const level: Dictionary["words"]["level"] = { 5: "严重", 4: "高危", 3: "中危", 2: "低危", 1: "提醒" };

export const status: Dictionary["words"]["status"] = {
  unhandled: "未处理",
  handling: "处理中",
  handling_failed: "处理失败",
  handled: "已处理",
};

export const handling: Dictionary["words"]["handling"] = {
  none: "—",
  running: "执行中",
  succeeded: "成功",
  failed: "失败",
  cancelled: "已取消",
};

export const side: Dictionary["words"]["side"] = { network: "网络侧", host: "主机侧" };

export const method: Dictionary["words"]["method"] = {
  graph_compute: "图计算",
  expert: "专家规则",
  passthrough: "告警透传",
  window: "同类聚合",
  none: "不生成事件",
};

export const origin: Dictionary["words"]["origin"] = { predefined: "预定义", custom: "自定义", vendor: "产品告警" };

export const role: Dictionary["words"]["role"] = { attacker: "攻击者", victim: "资产", artefact: "痕迹" };

export const entity: Dictionary["words"]["entity"] = {
  host: "主机",
  ip: "IP 地址",
  cloud_account: "云账号",
  access_key: "访问密钥",
  domain: "域名",
  file: "文件",
  process: "进程",
  host_account: "主机账号",
  url: "URL 地址",
  registry: "注册表",
  container: "容器",
  cluster: "集群",
  oss: "对象存储",
};

export const tagSource: Dictionary["words"]["tagSource"] = { analyst: "分析人员", rule: "规则", vendor: "云产品", intel: "威胁情报" };

export const tactic: Dictionary["words"]["tactic"] = {
  reconnaissance: "侦察",
  "resource-development": "资源开发",
  "initial-access": "初始访问",
  execution: "执行",
  persistence: "持久化",
  "privilege-escalation": "权限提升",
  "defense-evasion": "防御规避",
  "credential-access": "凭证访问",
  discovery: "发现",
  "lateral-movement": "横向移动",
  collection: "收集",
  "command-and-control": "命令与控制",
  exfiltration: "数据渗出",
  impact: "影响",
};

export const provider: Dictionary["words"]["provider"] = {
  alibaba: "阿里云",
  tencent: "腾讯云",
  huawei: "华为云",
  self_hosted: "自建",
  other: "其他",
};

export const noEvent: Dictionary["words"]["noEvent"] = {
  testing: "规则处于测试状态。",
  whitelisted: "命中白名单。",
  vendor: "该厂商的日志仅产生告警。",
  no_policy: "网络侧告警，且其规则未设置事件生成方式。",
  pattern_incomplete: "所属的攻击模式未完成。",
};

export const policy: Dictionary["words"]["policy"] = {
  initial: "下发中",
  failed: "失败",
  deleted: "已撤销",
  succeeded: "生效",
};

export const task: Dictionary["words"]["task"] = {
  handling: "处理中",
  succeeded: "成功",
  blocked: "已封禁",
  isolated: "已隔离",
  ended: "已结束",
  whitelisted: "永不封禁",
  failed: "失败",
  unblock_failed: "解封失败",
  unisolate_failed: "解除隔离失败",
};

export const policySource: Dictionary["words"]["policySource"] = {
  system: "手动处置",
  custom: "事件触发",
  custom_alert: "告警触发",
  soar_manual: "手动运行剧本",
};

export const operation: Dictionary["words"]["operation"] = { block_ip: "封禁 IP" };

export const sourceState: Dictionary["words"]["sourceState"] = {
  ok: "正常",
  waiting: "等待首条日志",
  late: "延迟",
  silent: "静默",
  failing: "异常",
};

export const sourceMethod: Dictionary["words"]["sourceMethod"] = {
  sls: "从日志服务拉取",
  push: "通过 HTTP 推送",
};

export const userRole: Dictionary["words"]["userRole"] = { viewer: "只读", responder: "处置人员", admin: "管理员" };

export const activity: Dictionary["words"]["activity"] = {
  comment: "评论",
  status: "状态",
  owner: "负责人",
  level: "等级",
  opened: "创建",
  joined: "告警加入",
  merged: "合并",
  policy: "处置策略",
  run: "剧本",
  rule: "响应规则",
};

export const trigger: Dictionary["words"]["trigger"] = { event: "事件产生", event_update: "事件更新", alert: "告警产生" };

export const operator: Dictionary["words"]["operator"] = {
  equals: "等于",
  in: "属于",
  contains: "包含",
  matches: "匹配正则",
  in_network: "属于网段",
  greater_than: "大于",
  greater_or_equal: "大于等于",
  less_than: "小于",
  less_or_equal: "小于等于",
  between: "介于",
  exists: "有值",
};

export const duration: Dictionary["words"]["duration"] = { day: "天", hour: "小时", minute: "分钟", second: "秒" };
