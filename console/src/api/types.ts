// The words of the API, written by hand after its contract until the server's OpenAPI document
// generates `schema.ts`; then each line here becomes an alias of `components["schemas"]`, and nothing
// outside this folder changes.

/** A text in both languages of the product. */
export interface LocalText {
  en: string;
  zh: string;
}

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total: { value: number; exact: boolean };
}

/** RFC 9457, with our code and the request's id. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  request_id?: string | null;
  errors?: { place: string; message: string }[] | null;
}

export type RoleName = "viewer" | "responder" | "admin";

export interface Session {
  user: { id: string; name: string; role: RoleName };
  csrf_token: string;
  product_version: string;
}

export interface User {
  id: string;
  name: string;
  role: RoleName;
  disabled: boolean;
  created_at: string;
}

export interface Overview {
  events_by_level: Record<string, number>;
  events_by_status: Record<string, number>;
  funnel_24h: { records: number; alerts: number; events: number };
  active_blocks: number;
  sources: { ok: number; waiting: number; late: number; silent: number; failing: number };
  response_paused: boolean;
}

/** 5 serious … 1 reminder. */
export type Level = number;
export type Side = "network" | "host";
export type EventStatus = "unhandled" | "handling" | "handling_failed" | "handled";
export type HandlingState = "none" | "running" | "succeeded" | "failed";
export type Aggregation = "none" | "graph_compute" | "expert" | "passthrough" | "window";
export type Origin = "predefined" | "custom" | "vendor";

export interface Entity {
  type: string;
  value: string;
  role: "attacker" | "victim" | "artefact";
  malicious: boolean;
  is_asset: boolean;
  can_be_malicious: boolean;
  alert_count: number;
}

export interface TacticCount {
  tactic: string;
  title: LocalText;
  count: number;
}

export interface SecurityEvent {
  id: string;
  title: LocalText;
  description: LocalText;
  level: Level;
  /** An analyst chose the level. */
  level_chosen: boolean;
  level_reasons: LocalText[];
  method: Aggregation;
  side: Side;
  status: EventStatus;
  handling_state: HandlingState;
  first_time: string;
  last_time: string;
  alert_count: number;
  raw_alert_count: number;
  tactics: TacticCount[];
  techniques: string[];
  products: string[];
  accounts: string[];
  entities: Entity[];
  owner?: string | null;
  tags: string[];
  continues?: string | null;
  continued_by?: string | null;
  created_at: string;
  updated_at: string;
}

export interface EventDetail extends SecurityEvent {
  handling_instruction: LocalText;
}

/** What stands under the id of an event that became part of another. */
export interface MergedEvent {
  id: string;
  merged_into: string;
}

export interface EventChange {
  status?: EventStatus;
  owner?: string | null;
  level?: Level;
  comment?: string;
}

export interface BulkResult {
  results: { id: string; ok: boolean; problem?: Problem | null }[];
}

export interface EventAlert {
  alert: Alert;
  reason: LocalText;
  reason_kind: string;
  linked_alert?: string | null;
  folded_into: string;
}

export interface ChainCard {
  alert_id: string;
  time: string;
  title: LocalText;
  level: Level;
  count: number;
  entities: Entity[];
  reason: LocalText;
}

export interface Chain {
  lanes: { tactic: string; title: LocalText; cards: ChainCard[] }[];
  gaps: string[];
  /** Where the attack began, as far as the alerts show. */
  entry: { alert_id: string; reason: LocalText } | null;
}

export interface Activity {
  at: string;
  actor: string;
  kind: string;
  text: LocalText;
  comment?: string | null;
}

export interface ScopeMember {
  connection: string;
  account: string;
  instance: string;
}

export interface Recommendation {
  entity: Entity;
  operation: string;
  playbook: { id: string; name: LocalText };
  /** 2: chosen beforehand, 1: shown. */
  level: number;
  available: boolean;
  unavailable_reason?: LocalText | null;
  scope: ScopeMember[];
  requests_24h: number;
  default_duration_seconds: number;
}

export interface RespondItem {
  entity: { type: string; value: string };
  playbook_id: string;
  scope: ScopeMember[];
  duration_seconds: number;
}

export interface Alert {
  id: string;
  time: string;
  first_time: string;
  title: LocalText;
  rule: { id: string; version: string; title: LocalText };
  origin: Origin;
  testing: boolean;
  side: Side;
  level: Level;
  aggregation: Aggregation;
  category: string;
  tactics: string[];
  techniques: string[];
  products: string[];
  accounts: string[];
  entities: Entity[];
  event_id?: string | null;
  no_event_reason?: string | null;
  defended?: boolean | null;
  suppressed: number;
  record_count: number;
}

/** Byte offsets in the UTF-8 form of the raw record. */
export interface Span {
  start: number;
  end: number;
}

export interface Evidence {
  record: string;
  time: string;
  product: string;
  raw: string;
  matched: { name: string; value: string; span?: Span | null }[];
}

export interface Threshold {
  kind: string;
  condition: string;
  value: number;
  seconds: number;
  /** Field and value. */
  group: string[][];
}

export interface AlertDetail extends Alert {
  description: LocalText;
  evidence: Evidence[];
  threshold?: Threshold | null;
  rule_text: string;
  /** The rule was changed since: the text is the one of today. */
  rule_changed: boolean;
  records: string[];
}

export interface AlertTab {
  tab: string;
  title: LocalText;
  count: number;
}

export interface Rule {
  id: string;
  title: LocalText;
  description: LocalText;
  origin: Origin;
  enabled: boolean;
  testing: boolean;
  level: Level;
  aggregation: Aggregation;
  category: string;
  logsources: unknown[];
  tactics: string[];
  techniques: string[];
  products: string[];
  source_connected: boolean;
  alerts_24h: number;
  last_match?: string | null;
  problem?: string | null;
}

export interface RuleDetail extends Rule {
  text: string;
  tests: { name: string; alerts: number }[];
}

export interface RuleCheck {
  ok: boolean;
  errors: { place: string; message: string }[];
  tests: { name: string; expected: number; got: number; ok: boolean; problem?: string | null }[];
}

export interface Predicate {
  left: string;
  operator: string;
  right: string[];
  not: boolean;
}

/** Numbered comparisons and a formula over their numbers; all of them must hold if it is left out. */
export interface Condition {
  conditions: Predicate[];
  formula?: string | null;
}

export interface ConditionField {
  name: string;
  title: LocalText;
  type: "text" | "number" | "level" | "enum" | "ip";
  operators: string[];
  values?: { value: string; title: LocalText }[] | null;
}

export type ResponseAction =
  | {
      action: "run_playbook";
      playbook_id: string;
      entity_kind: string;
      /** Any role if left out. */
      role?: string | null;
      malicious_only?: boolean;
      /** The playbook's own time if left out. */
      duration_seconds?: number | null;
      scope: ScopeMember[] | "all";
    }
  | { action: "change_status"; status: EventStatus }
  | { action: "change_level"; level: Level }
  | { action: "add_tag"; tag: string }
  | { action: "assign_owner"; owner: string };

export interface ResponseRuleInput {
  name: string;
  enabled: boolean;
  priority: number;
  trigger: "event" | "event_update" | "alert";
  condition: Condition;
  actions: ResponseAction[];
  silence_seconds: number;
  expires_at?: string | null;
  max_targets_per_hour: number;
}

export interface ResponseRule extends ResponseRuleInput {
  id: string;
  last_fired?: string | null;
  fired_count: number;
  suspended?: LocalText | null;
}

export interface Playbook {
  id: string;
  name: LocalText;
  description: LocalText;
  version: number;
  state: string;
  operation?: string | null;
  entity_kinds: string[];
}

export interface PlaybookDetail extends Playbook {
  text: string;
}

export interface Run {
  id: string;
  playbook: { id: string; name: LocalText };
  trigger: string;
  rule?: string | null;
  event?: string | null;
  entity: { type: string; value: string } | null;
  state: "running" | "succeeded" | "failed" | "cancelled";
  started: string;
  finished?: string | null;
  error?: string | null;
  steps?: RunStep[] | null;
}

export interface RunStep {
  step: string;
  name: LocalText;
  attempt: number;
  state: string;
  input: unknown;
  output: unknown;
  error?: string | null;
  started: string;
  finished?: string | null;
}

export interface Policy {
  id: string;
  entity: { type: string; value: string };
  playbook: { id: string; name: LocalText };
  operation: string;
  scope: ScopeMember[];
  valid_from: string;
  valid_until: string;
  source: string;
  status: "initial" | "failed" | "deleted" | "succeeded";
  status_code: number;
  origin_event?: string | null;
  run: string;
  created_at: string;
  expires_in_seconds?: number | null;
  tasks: { ok: number; failed: number; pending: number };
}

export interface PolicyDetail extends Policy {
  task_list: Task[];
}

export interface Task {
  id: string;
  policy: string;
  entity: { type: string; value: string };
  scope_member: ScopeMember;
  system: string;
  operation: string;
  status: string;
  status_code: number;
  detail: LocalText;
  remote_id?: string | null;
  attempts: number;
  last_verified?: string | null;
  drift: boolean;
  expires_at?: string | null;
  created_at: string;
  updated_at: string;
}

export interface Blocked {
  lease: string;
  system: string;
  scope: ScopeMember;
  entity: { type: string; value: string };
  until?: string | null;
  reasons: { policy: string; expires_at: string; source: string; origin_event?: string | null }[];
  state: string;
  drift: boolean;
}

export interface NeverBlock {
  id: string;
  value: string;
  reason: string;
  by: string;
  created_at?: string | null;
  builtin: boolean;
}

export interface ResponseSettings {
  paused: boolean;
  pause_reason?: LocalText | null;
  default_duration_seconds: number;
}

export interface WhitelistInput {
  scope: "event" | "alert";
  condition: Condition;
  reason: string;
  expires_at?: string | null;
}

export interface Whitelist extends WhitelistInput {
  id: string;
  owner: string;
  hits: number;
  last_hit?: string | null;
}

export type Method = "sls" | "push";

export interface SourceConfig {
  project?: string;
  logstore?: string;
  region?: string;
}

export interface Source {
  id: string;
  product: string;
  title: LocalText;
  account?: string | null;
  method: Method;
  config: { project?: string | null; logstore?: string | null; region?: string | null };
  time_zone: string;
  enabled: boolean;
  state: "ok" | "waiting" | "late" | "silent" | "failing";
  last_seen?: string | null;
  last_error?: LocalText | null;
  counts_24h: {
    received: number;
    stored: number;
    duplicate: number;
    rejected: number;
    dead_letter: number;
    bytes: number;
  };
}

export interface SourceInput {
  product: string;
  method: Method;
  connection?: string;
  config: SourceConfig;
  time_zone?: string;
}

export interface SourceCheck {
  ok: boolean;
  checks: { name: LocalText; ok: boolean; problem?: LocalText | null; hint?: LocalText | null }[];
  /** Where the firewall itself says its log goes. */
  found?: { project: string; logstore: string } | null;
}

export interface SourceProduct {
  product: string;
  title: LocalText;
  side: Side;
  logs: { name: string; title: LocalText }[];
  methods: Method[];
  prefill?: { project: string; logstore: string } | null;
}

export interface DeadLetter {
  at: string;
  reason: string;
  detail: string;
  offset?: number | null;
  raw_preview: string;
}

export interface ConnectionInput {
  provider: string;
  name: string;
  account: string;
  region: string;
  access_key_id: string;
  access_key_secret: string;
  endpoints?: { sls?: string; waf?: string };
}

export interface Connection {
  id: string;
  provider: string;
  name: string;
  account: string;
  region: string;
  access_key_id: string;
  endpoints?: { sls?: string | null; waf?: string | null };
  created_at: string;
}

export interface Instance {
  instance: string;
  title: string;
}

export interface IngestToken {
  id: string;
  name: string;
  created_by: string;
  created_at: string;
  /** Only in the answer that created it. */
  token?: string | null;
}

export interface AuditEntry {
  seq: number;
  at: string;
  actor: string;
  action: string;
  object: string;
  before: unknown;
  after: unknown;
  /** Of this entry and the one before: the chain that shows tampering. */
  hash: string;
}
