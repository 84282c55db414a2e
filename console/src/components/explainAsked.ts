import type { AlertDetail, Evidence, ExplainRequest } from "../api/types";

/**
 * What to ask so that a record of an alert is explained by the rule that raised it. A rule that is as it was is named,
 * so that the user's filters count; of one that was changed the text is given. None if the rule is gone.
 */
export function explainAsked(
  alert: Pick<AlertDetail, "rule" | "rule_text" | "rule_changed">,
  { product, raw }: Pick<Evidence, "product" | "raw">,
): ExplainRequest | undefined {
  if (alert.rule_text === "") return undefined;
  return { rule: alert.rule.id, product, raw, ...(alert.rule_changed && { text: alert.rule_text }) };
}
