import type { Condition, ConditionField } from "../api/types";
import { useLocal, useText, word } from "../i18n/text";

/** Writes a condition as people read it: `Level ≥ 4 · Attacker in network 203.0.113.0/24`. */
export function useConditionText(fields: ConditionField[] | undefined): (condition: Condition) => string {
  const t = useText();
  const local = useLocal();
  return ({ conditions, formula }) => {
    if (conditions.length === 0) return t.responseRules.conditionsCount(0);
    const lines = conditions.map(({ left, operator, right = [], not }) => {
      const field = fields?.find((candidate) => candidate.name === left);
      const value = (code: string) => {
        const known = field?.values?.find((item) => item.value === code);
        if (known) return local(known.title);
        return field?.type === "level" ? word(t.words.level, code) : code;
      };
      const name = field ? local(field.title) : left;
      return [name, not ? t.conditions.not : "", word(t.words.operator, operator), right.map(value).join(", ")]
        .filter((part) => part !== "")
        .join(" ");
    });
    // A formula names conditions by number.
    if (!formula) return lines.join(" · ");
    return `${formula}: ${lines.map((line, index) => `(${index + 1}) ${line}`).join(" · ")}`;
  };
}
