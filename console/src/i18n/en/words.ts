// The product's vocabulary: what the API's codes are called.

export const level = { 5: "Serious", 4: "High", 3: "Medium", 2: "Low", 1: "Reminder" };

export const status = {
  unhandled: "Unhandled",
  handling: "Handling",
  handling_failed: "Handling failed",
  handled: "Handled",
};

export const handling = { none: "—", running: "Running", succeeded: "Succeeded", failed: "Failed", cancelled: "Cancelled" };

export const side = { network: "Network-side", host: "Host-side" };

export const method = {
  graph_compute: "Graph computing",
  expert: "Expert rule",
  passthrough: "Pass-through",
  window: "Similar items",
  none: "No event",
};

export const origin = { predefined: "Predefined", custom: "Custom", vendor: "Product" };

export const role = { attacker: "Attacker", victim: "Asset", artefact: "Artefact" };

export const entity = {
  host: "Host",
  ip: "IP address",
  cloud_account: "Cloud account",
  access_key: "AccessKey",
  domain: "Domain",
  file: "File",
  process: "Process",
  host_account: "Host account",
  url: "URL",
  registry: "Registry key",
  container: "Container",
  cluster: "Cluster",
  oss: "Storage bucket",
};

export const tagSource = { analyst: "Analyst", rule: "Rule", vendor: "Product", intel: "Threat intelligence" };

export const tactic = {
  reconnaissance: "Reconnaissance",
  "resource-development": "Resource development",
  "initial-access": "Initial access",
  execution: "Execution",
  persistence: "Persistence",
  "privilege-escalation": "Privilege escalation",
  "defense-evasion": "Defense evasion",
  "credential-access": "Credential access",
  discovery: "Discovery",
  "lateral-movement": "Lateral movement",
  collection: "Collection",
  "command-and-control": "Command and control",
  exfiltration: "Exfiltration",
  impact: "Impact",
};

export const provider = {
  alibaba: "Alibaba Cloud",
  tencent: "Tencent Cloud",
  huawei: "Huawei Cloud",
  self_hosted: "Self-hosted",
  other: "Other",
};

export const noEvent = {
  testing: "The rule is being tested.",
  whitelisted: "It hit a whitelist.",
  vendor: "Logs of this vendor give alerts only.",
  no_policy: "Network-side, and its rule has no event generation method.",
  pattern_incomplete: "The pattern it belongs to did not complete.",
};

export const policy = { initial: "In progress", failed: "Failed", deleted: "Undone", succeeded: "In force" };

export const task = {
  handling: "Handling",
  succeeded: "Succeeded",
  blocked: "Blocked",
  isolated: "Isolated",
  ended: "Ended",
  whitelisted: "Never-block",
  failed: "Failed",
  unblock_failed: "Unblock failed",
  unisolate_failed: "Un-isolate failed",
};

export const policySource = {
  system: "By hand",
  custom: "Event trigger",
  custom_alert: "Alert trigger",
  soar_manual: "Playbook by hand",
};

export const operation = { block_ip: "Block IP" };

export const sourceState = { ok: "OK", waiting: "Waiting for first log", late: "Late", silent: "Silent", failing: "Failing" };

export const sourceMethod = { sls: "Pull from log service", push: "Push over HTTP" };

export const userRole = { viewer: "Viewer", responder: "Responder", admin: "Administrator" };

export const activity = {
  comment: "Comment",
  status: "Status",
  owner: "Owner",
  level: "Level",
  opened: "Opened",
  joined: "Alert joined",
  merged: "Merged",
  policy: "Policy",
  run: "Playbook",
  rule: "Response rule",
};

export const trigger = { event: "Event created", event_update: "Event updated", alert: "Alert" };

export const operator = {
  equals: "equals",
  in: "is one of",
  contains: "contains",
  matches: "matches regex",
  in_network: "in network",
  greater_than: ">",
  greater_or_equal: "≥",
  less_than: "<",
  less_or_equal: "≤",
  between: "between",
  exists: "has a value",
};

export const duration = { day: "d", hour: "h", minute: "min", second: "s" };
