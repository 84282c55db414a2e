import type { EventQuery } from "../../api/queries";
import { choice, list, text, type Codec } from "../../filters/codec";

export const RANGES = ["any", "1h", "24h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];

const HOURS: Record<Exclude<Range, "any">, number> = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

export const STATUSES = ["unhandled", "handling", "handling_failed", "handled"] as const;
export type Status = (typeof STATUSES)[number];

export const SORTS = ["-level", "-score", "-last_time"] as const;

export interface EventFilters {
  view: "open" | "mine" | "all";
  status: Status[];
  level: string[];
  side: string[];
  provider: string;
  product: string;
  account: string;
  tactic: string;
  entity: string;
  text: string;
  range: Range;
  sort: (typeof SORTS)[number];
}

export const eventFilters: Codec<EventFilters> = {
  view: choice("open", "mine", "all"),
  status: list(STATUSES),
  level: list(["5", "4", "3", "2", "1"]),
  side: list(["network", "host"]),
  provider: text(),
  product: text(),
  account: text(),
  tactic: text(),
  entity: text(),
  text: text(),
  range: choice(...RANGES),
  sort: choice(...SORTS),
};

/** The start of a range, cut to the minute so that the same filter is the same query for a while. */
export function rangeStart(range: Range, now: number): string | undefined {
  if (range === "any") return undefined;
  const minute = Math.floor(now / 60_000) * 60_000;
  return new Date(minute - HOURS[range] * 3_600_000).toISOString();
}

/** What the server is asked. A status chosen by hand says more than the view does. */
export function toQuery(filters: EventFilters, me: string, now: number): EventQuery {
  const viewed = filters.view === "all" ? [] : ["unhandled", "handling", "handling_failed"];
  const one = (value: string) => (value === "" ? undefined : [value]);
  const many = (values: string[]) => (values.length === 0 ? undefined : values);
  return {
    status: many(filters.status.length > 0 ? filters.status : viewed),
    owner: filters.view === "mine" ? [me] : undefined,
    level: many(filters.level)?.map(Number),
    side: many(filters.side),
    provider: one(filters.provider),
    product: one(filters.product),
    account: one(filters.account),
    tactic: one(filters.tactic),
    entity: one(filters.entity),
    text: filters.text || undefined,
    from: rangeStart(filters.range, now),
    sort: filters.sort,
  };
}
