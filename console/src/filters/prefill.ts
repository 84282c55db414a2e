import type { Alert, EventDetail, Operator, Predicate } from "../api/types";

// What an event suggests for a response rule or a whitelist entry. Names that the server does not
// offer as a condition are left out by the form that reads this.

const SEPARATOR = "|";

/** `left|operator|value|value…`: one condition as a parameter of a link. */
export function writePredicate({ left, operator, right = [] }: Predicate): string {
  return [left, operator, ...right].map(encodeURIComponent).join(SEPARATOR);
}

/** Whether there is such an operator the form finds out, by what the server offers for the field. */
export function readPredicate(text: string): Predicate | null {
  const [left, operator, ...right] = text.split(SEPARATOR).map(decodeURIComponent);
  return left && operator ? { left, operator: operator as Operator, right, not: false } : null;
}

const when = (left: string, operator: Operator, right: string[]) =>
  right.length === 0 ? [] : [writePredicate({ left, operator, right, not: false })];

/** "Events like this one": as severe, from the same products, at the same steps of an attack. */
export function ruleFromEvent(event: EventDetail, name: string) {
  return {
    name,
    trigger: "event",
    when: [
      ...when("level", "greater_or_equal", [String(event.level)]),
      ...when("side", "equals", [event.side]),
      ...when("product", "in", event.products),
      ...when("tactic", "in", event.tactics.map((tactic) => tactic.tactic)),
    ],
  };
}

/** "Expected": these attackers, in these products; for an alert also this rule. */
export function whitelistFrom(found: EventDetail | Alert) {
  const attackers = found.entities.filter((entity) => entity.role === "attacker");
  const types = [...new Set(attackers.map((entity) => entity.type))];
  const values = (type: string) => attackers.filter((entity) => entity.type === type).map((entity) => entity.value);
  return {
    new: "1",
    scope: "event",
    when: [
      ...types.flatMap((type) => when(`attacker.${type}`, "in", values(type))),
      ...when("product", "in", found.products),
      ...("rule" in found ? when("rule", "equals", [found.rule.id]) : []),
    ],
  };
}
