import type { PatternJoin } from "../../api/types";
import type { Dictionary } from "../../i18n/dictionary";
import { word } from "../../i18n/text";

/** What ties a step to those before it, for the arrow: `same Host or IP address (Attacker)`; empty if nothing does. */
export function joinText(joins: PatternJoin[], t: Dictionary): string {
  if (joins.length === 0) return "";
  return t.patterns.same(joins.map((join) => one(join, t)).join(t.patterns.or));
}

function one({ type, from, to }: PatternJoin, t: Dictionary): string {
  const entity = word(t.words.entity, type);
  const role = (code: string | null | undefined) => (code ? word(t.words.role, code) : t.patterns.anyRole);
  if (!from && !to) return entity;
  return from === to ? t.patterns.inRole(entity, role(from)) : t.patterns.turns(entity, role(from), role(to));
}
