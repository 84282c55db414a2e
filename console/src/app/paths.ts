// The addresses of the pages, in one place: a page links by meaning, never by a literal path.

type Query = Record<string, string | string[] | undefined>;

function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of [value ?? []].flat()) params.append(name, item);
  }
  return params.size > 0 ? `${path}?${params.toString()}` : path;
}

export const to = {
  overview: () => "/overview",
  events: (query?: Query) => withQuery("/events", query),
  event: (id: string, query?: Query) => withQuery(`/events/${encodeURIComponent(id)}`, query),
  alerts: (query?: Query) => withQuery("/alerts", query),
  entities: (query?: Query) => withQuery("/entities", query),
  entity: (entity: { type: string; value: string }) =>
    `/entities/${encodeURIComponent(entity.type)}/${encodeURIComponent(entity.value)}`,
  rules: (query?: Query) => withQuery("/rules", query),
  ruleNew: (query?: Query) => withQuery("/rules/new", query),
  ruleEdit: (id: string) => `/rules/${encodeURIComponent(id)}/edit`,
  responseRules: () => "/response-rules",
  responseRuleNew: (query?: Query) => withQuery("/response-rules/new", query),
  responseRule: (id: string) => `/response-rules/${encodeURIComponent(id)}`,
  disposal: (query?: Query) => withQuery("/disposal", query),
  sources: (query?: Query) => withQuery("/sources", query),
  sourceNew: () => "/sources/new",
  intel: () => "/intel",
  whitelist: (query?: Query) => withQuery("/whitelist", query),
  correlation: () => "/correlation",
  audit: () => "/audit",
  users: () => "/users",
};
