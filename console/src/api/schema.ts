// The paths of the API in the shape openapi-typescript writes, by hand until the server's OpenAPI
// document exists; `npm run generate` then replaces this file.
import type * as t from "./types";

interface Ok<T> {
  headers: Record<string, unknown>;
  content: { "application/json": T };
}

interface Responses<T> {
  200: Ok<T>;
  default: { headers: Record<string, unknown>; content: { "application/problem+json": t.Problem } };
}

interface Operation<T, Query, Path, Header> {
  parameters: { query?: Query; path: Path; header?: Header; cookie?: never };
  requestBody?: never;
  responses: Responses<T>;
}

/** An operation without parameters in its path. */
interface Plain<T, Query> {
  parameters: { query?: Query; path?: never; header?: never; cookie?: never };
  requestBody?: never;
  responses: Responses<T>;
}

interface Body<B> {
  requestBody: { content: { "application/json": B } };
}

interface Id {
  id: string;
}

type Get<T, Query = never> = Plain<T, Query>;
type GetOne<T, Query = never> = Operation<T, Query, Id, never>;
type Post<T, B> = Omit<Plain<T, never>, "requestBody"> & Body<B>;
type Act<T, B, Header = never> = Omit<Operation<T, never, Id, Header>, "requestBody"> & Body<B>;
type ActPlain<T> = Operation<T, never, Id, never>;

interface Paging {
  limit?: number;
  cursor?: string;
}

type TimeRange = { from?: string; to?: string };

type EventQuery = Paging &
  TimeRange & {
    status?: string[];
    level?: number[];
    side?: string[];
    account?: string[];
    product?: string[];
    provider?: string[];
    tactic?: string[];
    entity?: string[];
    text?: string;
    owner?: string[];
    sort?: string;
  };

type AlertQuery = Paging &
  TimeRange & {
    tab?: string;
    level?: number[];
    side?: string[];
    rule?: string[];
    product?: string[];
    entity?: string[];
    account?: string[];
    text?: string;
    status?: string;
  };

type RuleQuery = Paging & {
  text?: string;
  origin?: string;
  enabled?: boolean;
  category?: string[];
  product?: string[];
};

type PolicyQuery = Paging & { status?: string[]; entity?: string; event?: string; active?: boolean };
type TaskQuery = Paging & { status?: string[]; policy?: string };
type RunQuery = Paging & { event?: string; playbook?: string };

export interface paths {
  "/setup": {
    get: Get<{ needed: boolean }>;
    post: Post<t.Session, { token: string; username: string; password: string }>;
  };
  "/session": {
    get: Get<t.Session>;
    post: Post<t.Session, { username: string; password: string }>;
    delete: Get<unknown>;
  };
  "/users": {
    get: Get<t.Page<t.User>, Paging>;
    post: Post<t.User, { name: string; role: t.RoleName; password: string }>;
  };
  "/users/{id}": { patch: Act<t.User, { role?: t.RoleName; disabled?: boolean; password?: string }> };
  "/overview": { get: Get<t.Overview> };
  "/events": { get: Get<t.Page<t.SecurityEvent>, EventQuery> };
  "/events:bulk": { post: Post<t.BulkResult, { ids: string[]; op: t.EventChange }> };
  "/events/{id}": { get: GetOne<t.EventDetail | t.MergedEvent>; patch: Act<t.EventDetail, t.EventChange> };
  "/events/{id}/alerts": { get: GetOne<t.Page<t.EventAlert>, Paging> };
  "/events/{id}/chain": { get: GetOne<t.Chain> };
  "/events/{id}/entities": { get: GetOne<t.Entity[]> };
  "/events/{id}/activity": { get: GetOne<t.Page<t.Activity>, Paging> };
  "/events/{id}/comments": { post: Act<unknown, { text: string }> };
  "/events/{id}/recommendations": { get: GetOne<t.Recommendation[]> };
  "/events/{id}/respond": {
    post: Act<{ runs: string[] }, { items: t.RespondItem[] }, { "idempotency-key": string }>;
  };
  "/alerts": { get: Get<t.Page<t.Alert>, AlertQuery> };
  "/alerts/tabs": { get: Get<t.AlertTab[]> };
  "/alerts/{id}": { get: GetOne<t.AlertDetail> };
  "/rules": { get: Get<t.Page<t.Rule>, RuleQuery>; post: Post<t.RuleDetail, { text: string }> };
  "/rules:check": { post: Post<t.RuleCheck, { text: string }> };
  "/rules:enable-connected": { post: Plain<{ enabled: number }, never> };
  "/rules/{id}": {
    get: GetOne<t.RuleDetail>;
    patch: Act<t.Rule, { enabled?: boolean; testing?: boolean }>;
    put: Act<t.RuleDetail, { text: string }>;
    delete: ActPlain<unknown>;
  };
  "/response-rules": { get: Get<t.Page<t.ResponseRule>, Paging>; post: Post<t.ResponseRule, t.ResponseRuleInput> };
  "/response-rules/fields": { get: Get<t.ConditionField[], { trigger?: string }> };
  "/response-rules/{id}": {
    get: GetOne<t.ResponseRule>;
    put: Act<t.ResponseRule, t.ResponseRuleInput>;
    patch: Act<t.ResponseRule, { enabled: boolean }>;
    delete: ActPlain<unknown>;
  };
  "/playbooks": { get: Get<t.Playbook[]> };
  "/playbooks/{id}": { get: GetOne<t.PlaybookDetail> };
  "/runs": { get: Get<t.Page<t.Run>, RunQuery> };
  "/runs/{id}": { get: GetOne<t.Run> };
  "/policies": { get: Get<t.Page<t.Policy>, PolicyQuery> };
  "/policies/{id}": { get: GetOne<t.PolicyDetail> };
  "/policies/{id}/undo": { post: ActPlain<t.Policy> };
  "/policies/{id}/extend": { post: Act<t.Policy, { valid_until: string }> };
  "/tasks": { get: Get<t.Page<t.Task>, TaskQuery> };
  "/tasks/{id}/undo": { post: ActPlain<t.Task> };
  "/tasks/{id}/retry": { post: ActPlain<t.Task> };
  "/blocked": { get: Get<t.Blocked[], { value: string }> };
  "/never-block": { get: Get<t.NeverBlock[]>; post: Post<t.NeverBlock, { value: string; reason: string }> };
  "/never-block/{id}": { delete: ActPlain<unknown> };
  "/response-settings": { get: Get<t.ResponseSettings>; put: Post<t.ResponseSettings, { paused: boolean; default_duration_seconds: number }> };
  "/whitelists": { get: Get<t.Page<t.Whitelist>, Paging>; post: Post<t.Whitelist, t.WhitelistInput> };
  "/whitelists/fields": { get: Get<t.ConditionField[]> };
  "/whitelists/{id}": { delete: ActPlain<unknown> };
  "/sources": { get: Get<t.Page<t.Source>, Paging>; post: Post<t.Source, t.SourceInput> };
  "/sources:check": { post: Post<t.SourceCheck, { connection: string; product: string; config: t.SourceConfig }> };
  "/sources/products": { get: Get<t.SourceProduct[]> };
  "/sources/{id}": {
    get: GetOne<t.Source>;
    patch: Act<t.Source, { enabled?: boolean; time_zone?: string }>;
    delete: ActPlain<unknown>;
  };
  "/sources/{id}/dead-letters": { get: GetOne<t.Page<t.DeadLetter>, Paging> };
  "/connections": { get: Get<t.Page<t.Connection>, Paging>; post: Post<t.Connection, t.ConnectionInput> };
  "/connections/{id}": { delete: ActPlain<unknown> };
  "/connections/{id}/instances": { get: GetOne<t.Instance[]> };
  "/tokens": { get: Get<t.Page<t.IngestToken>, Paging>; post: Post<t.IngestToken, { name: string }> };
  "/tokens/{id}": { delete: ActPlain<unknown> };
  "/audit": { get: Get<t.Page<t.AuditEntry>, Paging> };
}
