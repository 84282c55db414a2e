import { expect, test } from "vitest";
import type { Predicate } from "../api/types";
import { readPredicate, writePredicate } from "./prefill";

test.each<[string, Predicate]>([
  ["one value", { left: "level", operator: "greater_or_equal", right: ["4"], not: false }],
  ["several", { left: "product", operator: "in", right: ["alibaba/waf", "self_hosted/nginx"], not: false }],
  ["none", { left: "owner", operator: "exists", right: [], not: false }],
  ["separators and Chinese in a value", { left: "title", operator: "contains", right: ["a|b", "木马 %"], not: false }],
])("a condition survives a link: %s", (_, predicate) => {
  const inUrl = new URLSearchParams({ when: writePredicate(predicate) }).toString();
  expect(readPredicate(new URLSearchParams(inUrl).get("when") ?? "")).toEqual(predicate);
});

test("half a condition is none", () => {
  expect(readPredicate("level")).toBeNull();
  expect(readPredicate("")).toBeNull();
});
