import type { EntityQuery } from "../../api/queries";
import type { EntityRef } from "../../api/types";
import { choice, text, type Codec } from "../../filters/codec";
import { RANGES, rangeStart, type Range } from "../events/filters";

export const ENTITY_SORTS = ["-last_time", "-alerts", "-events"] as const;
export const YES_NO = ["any", "true", "false"] as const;
type YesNo = (typeof YES_NO)[number];

export interface EntityFilters {
  type: string;
  text: string;
  malicious: YesNo;
  asset: YesNo;
  range: Range;
  sort: (typeof ENTITY_SORTS)[number];
}

export const entityFilters: Codec<EntityFilters> = {
  type: text(),
  text: text(),
  malicious: choice(...YES_NO),
  asset: choice(...YES_NO),
  range: choice(...RANGES),
  sort: choice(...ENTITY_SORTS),
};

/** What the server is asked. */
export function toQuery(filters: EntityFilters, now: number): EntityQuery {
  const flag = (value: YesNo) => (value === "any" ? undefined : value === "true");
  return {
    type: filters.type || undefined,
    text: filters.text || undefined,
    malicious: flag(filters.malicious),
    asset: flag(filters.asset),
    since: rangeStart(filters.range, now),
    sort: filters.sort,
  };
}

/** A row's id in the list; no type has a colon, a value may have any. */
export const idOf = (entity: EntityRef) => `${entity.type}:${entity.value}`;

/** The entity of a row's id. */
export function entityOf(id: string): EntityRef {
  const at = id.indexOf(":");
  return { type: id.slice(0, at) as EntityRef["type"], value: id.slice(at + 1) };
}
