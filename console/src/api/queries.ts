// What lists can be asked for: the query parameters of the API's document, by the name pages use.
import type { Paths } from "./client";

type QueryOf<Path extends keyof Paths> = Paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? NonNullable<Query>
  : never;

export type EventQuery = QueryOf<"/events">;
export type EntityQuery = QueryOf<"/entities">;
export type AlertQuery = QueryOf<"/alerts">;
export type RuleQuery = QueryOf<"/rules">;
export type PolicyQuery = QueryOf<"/policies">;
export type TaskQuery = QueryOf<"/tasks">;
export type RunQuery = QueryOf<"/runs">;
