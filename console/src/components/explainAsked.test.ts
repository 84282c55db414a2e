import { expect, test } from "vitest";
import { explainAsked } from "./explainAsked";

const rule = { id: "r1", version: "1", title: { en: "A rule", zh: "规则" } };
const record = { product: "self_hosted/nginx", raw: "a line" };

test("a record is explained by its rule as it was, as far as that is known", () => {
  const asked = { rule: "r1", ...record };
  expect(explainAsked({ rule, rule_text: "title: A", rule_changed: false }, record)).toEqual(asked);
  expect(explainAsked({ rule, rule_text: "title: A", rule_changed: true }, record)).toEqual({ ...asked, text: "title: A" });
  expect(explainAsked({ rule, rule_text: "", rule_changed: true }, record)).toBeUndefined();
});
