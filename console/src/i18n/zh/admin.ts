import type { Dictionary } from "../dictionary";

export const session: Dictionary["session"] = {
  welcome: "登录",
  username: "用户名",
  password: "密码",
  signIn: "登录",
  setupTitle: "创建首位管理员",
  setupHint: "服务器首次启动时输出了一次性令牌，用于证明服务器属于您。",
  token: "一次性令牌",
  passwordHint: "至少 12 个字符",
  passwordAgain: "再次输入密码",
  passwordDiffers: "两次输入的密码不一致。",
  setUp: "创建并登录",
  tagline: "云上威胁检测与响应",
};

export const overview: Dictionary["overview"] = {
  title: "总览",
  open: "未处理事件",
  byStatus: "事件状态",
  funnel: "近 24 小时",
  records: "条日志",
  alerts: "条告警",
  events: "个事件",
  reduction: (ratio) => `${ratio} 合 1`,
  blocks: "生效中的封禁",
  blocksNone: "当前没有封禁。",
  sources: "日志健康",
  paused: "自动响应已暂停",
  startTitle: "三步完成首次自动封禁",
  startSource: "接入日志",
  startRules: "启用相应规则",
  startResponse: "创建响应规则",
};

export const audit: Dictionary["audit"] = {
  title: "审计日志",
  subtitle: "每一次变更：何人、何时、何事。",
  actor: "操作人",
  action: "操作",
  object: "对象",
  hash: "链式哈希",
  before: "变更前",
  after: "变更后",
  emptyTitle: "暂无变更",
  empty: "通过控制台或 API 的每次变更都会记录在这里。",
};

export const users: Dictionary["users"] = {
  title: "用户",
  create: "新建用户",
  role: "角色",
  state: "状态",
  active: "正常",
  disabled: "已停用",
  disable: "停用",
  enable: "启用",
  newPassword: "新密码",
  setPassword: "设置密码",
  created: "用户已创建。",
  changed: "已更改。",
  you: "我",
  roles: {
    viewer: "可查看全部，不可修改。",
    responder: "处理事件并处置。",
    admin: "还可管理规则、日志和用户。",
  },
};
