// The words of the API by the names the console uses for them. What they are is generated from the
// server's own document: `cargo xtask openapi`.
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

/** A page of a list; the document has one type for each kind of row. */
export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
  total: Schemas["Total"];
}

/** A text in both languages of the product. */
export type LocalText = Schemas["LocalText"];
/** RFC 9457, with our code and the request's id. */
export type Problem = Schemas["Problem"];
export type RoleName = Schemas["Role"];
export type Session = Schemas["Session"];
export type User = Schemas["User"];
export type IntelFeed = Schemas["IntelFeed"];
export type IntelFeedKind = Schemas["IntelFeedKind"];
export type IntelCredentials = Schemas["IntelCredentials"];
export type IntelListLayout = Schemas["IntelListLayout"];
export type NewIntelFeed = Schemas["NewIntelFeed"];
export type IntelFeedChange = Schemas["IntelFeedChange"];
export type IntelUpload = Schemas["IntelUpload"];
export type IntelAnswer = Schemas["IntelAnswer"];
export type IntelMatch = Schemas["IntelMatch"];
export type Overview = Schemas["Overview"];
export type Entity = Schemas["Entity"];
export type EntityRef = Schemas["EntityRef"];
export type EntitySummary = Schemas["EntitySummary"];
export type EntityDetail = Schemas["EntityDetail"];
export type EntityTag = Schemas["EntityTag"];
export type EntityDay = Schemas["EntityDay"];
export type RelatedEntity = Schemas["RelatedEntity"];
export type SimilarEvent = Schemas["SimilarEvent"];
export type EntityKind = Schemas["Entity"]["type"];
export type TacticCount = Schemas["TacticCount"];
/** `Event` is taken in a browser. */
export type SecurityEvent = Schemas["Event"];
export type EventDetail = Schemas["EventDetail"];
/** What stands under the id of an event that became part of another. */
export type MergedEvent = Schemas["MergedEvent"];
export type EventChange = Schemas["EventUpdate"];
export type BulkResult = Schemas["BulkResult"];
export type EventAlert = Schemas["EventAlert"];
export type ChainCard = Schemas["Card"];
export type Chain = Schemas["Chain"];
export type ChainNode = Schemas["ChainNode"];
/** A card leads to a later one. */
export type ChainEdge = Schemas["ChainEdge"];
export type EventGraph = Schemas["EventGraph"];
export type GraphNode = Schemas["GraphNode"];
export type GraphEdge = Schemas["GraphEdge"];
export type GraphEntity = Schemas["GraphEntity"];
/** Two alerts of which one hangs on the other. */
export type CutEnds = Schemas["Cut"];
export type ReportFormat = NonNullable<NonNullable<operations["export_event"]["parameters"]["query"]>["format"]>;
export type Activity = Schemas["Activity"];
export type ScopeMember = Schemas["ScopeMember"];
export type Recommendation = Schemas["Recommendation"];
export type RespondItem = Schemas["RespondItem"];
export type Alert = Schemas["Alert"];
export type AlertDetail = Schemas["AlertDetail"];
export type AlertTab = Schemas["AlertTab"];
/** Byte offsets in the UTF-8 form of the raw record. */
export type Span = Schemas["ByteSpan"];
export type Evidence = Schemas["Evidence"];
export type Threshold = Schemas["Threshold"];
export type CountedRule = Schemas["CountedRule"];
export type Rule = Schemas["Rule"];
export type RuleDetail = Schemas["RuleDetail"];
/** Ordered steps whose alerts make one event. */
export type Pattern = Schemas["Pattern"];
export type EventPattern = Schemas["EventPattern"];
export type PatternDetail = Schemas["PatternDetail"];
export type PatternStep = Schemas["PatternStep"];
export type PatternJoin = Schemas["PatternJoin"];
export type RuleFinding = Schemas["RuleFinding"];
export type RuleItemResult = Schemas["RuleItemResult"];
export type RuleImport = Schemas["RuleImport"];
export type RuleBacktest = Schemas["RuleBacktest"];
export type BacktestRequest = Schemas["BacktestRequest"];
/** Something that takes longer than an answer. */
export type Job = Schemas["Job"];
export type RuleTested = Schemas["RuleTested"];
export type ExplainRequest = Schemas["ExplainRequest"];
export type Explained = Schemas["Explained"];
export type Explanation = Schemas["Explanation"];
export type RuleSelection = Schemas["Selection"];
export type SelectionItem = Schemas["SelectionItem"];
export type Predicate = Schemas["Predicate"];
export type Condition = Schemas["Condition"];
export type ConditionField = Schemas["ConditionField"];
export type ResponseAction = Schemas["Action"];
export type ResponseRuleInput = Schemas["ResponseRuleInput"];
export type ResponseRule = Schemas["ResponseRule"];
export type Playbook = Schemas["Playbook"];
export type PlaybookDetail = Schemas["PlaybookDetail"];
export type Run = Schemas["Run"];
export type RunStep = Schemas["Step"];
export type Policy = Schemas["Policy"];
export type PolicyDetail = Schemas["PolicyDetail"];
export type Task = Schemas["Task"];
export type Blocked = Schemas["Blocked"];
export type NeverBlock = Schemas["NeverBlock"];
export type ResponseSettings = Schemas["Settings"];
export type WhitelistInput = Schemas["NewWhitelist"];
export type WhitelistUpdate = Schemas["WhitelistUpdate"];
export type WhitelistPreview = Schemas["WhitelistPreview"];
export type ReplayRequest = Schemas["ReplayRequest"];
export type ReplayReport = Schemas["ReplayReport"];
export type ReplayEvent = Schemas["ReplayEvent"];
export type AlertGroup = Schemas["AlertGroup"];
export type CorrelationSettings = Schemas["CorrelationView"];
export type CorrelationInput = Schemas["CorrelationInput"];
export type SharedEntity = Schemas["SharedEntity"];
export type EntityType = SharedEntity["type"];
export type Whitelist = Schemas["Whitelist"];
export type Method = Schemas["Method"];
export type SourceConfig = Schemas["SourceConfig"];
export type Source = Schemas["Source"];
export type SourceInput = Schemas["NewSource"];
export type SourceCheck = Schemas["CheckResult"];
export type SourceProduct = Schemas["SourceProduct"];
export type DeadLetter = Schemas["DeadLetter"];
export type ConnectionInput = Schemas["NewConnection"];
export type Connection = Schemas["Connection"];
export type Instance = Schemas["Instance"];
export type IngestToken = Schemas["IngestToken"];
export type AuditEntry = Schemas["AuditEntry"];

/** 5 serious … 1 reminder. */
export type Level = Alert["level"];
export type Side = Alert["side"];
export type Origin = Alert["origin"];
export type Aggregation = Alert["aggregation"];
export type EventStatus = SecurityEvent["status"];
export type Operator = Predicate["operator"];
export type HandlingState = SecurityEvent["handling_state"];
