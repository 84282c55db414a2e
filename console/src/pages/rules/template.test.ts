import { expect, test } from "vitest";
import { copyOf, newRule, productOf } from "./template";

const UUID = /^id: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/m;

test("a copy has an id of its own and a method custom rules may use", () => {
  const predefined = "title: T\nid: b21b1c2e-1f61-41bc-acb7-0dd842762334\nctdr:\n  aggregation: expert # one step\n  id: inner\n";
  const copy = copyOf(predefined);
  expect(copy).toMatch(UUID);
  expect(copy).not.toContain("b21b1c2e");
  expect(copy).toContain("  aggregation: window # one step\n  id: inner\n");
});

test("each document of a copied correlation has an id of its own", () => {
  const copy = copyOf("id: a\nname: step\n---\nid: b\ncorrelation:\n  rules: [step]\n");
  const ids = copy.match(/^id: .*$/gm) ?? [];
  expect(new Set(ids).size).toBe(2);
  expect(ids.every((id) => UUID.test(id))).toBe(true);
  expect(copy).toContain("name: step\n");
});

test("a method that custom rules may use stays", () => {
  expect(copyOf("id: x\nctdr:\n  aggregation: none\n")).toContain("aggregation: none");
});

test("every new rule has its own id", () => {
  expect(newRule()).toMatch(UUID);
  expect(newRule()).not.toBe(newRule());
});

test.each([
  [newRule(), "self_hosted/nginx"],
  ["ctdr:\n  tests:\n    - source: 'alibaba/waf'\n      name: n\n", "alibaba/waf"],
  ["ctdr:\n  tests:\n    - logs:\n        - {source: huawei/waf, log: x}\n        - {source: huawei/hss, log: y}\n", "huawei/waf"],
  ["ctdr:\n  tests:\n    - logs:\n        - source: tencent/waf\n          log: x\n", "tencent/waf"],
  ["title: no tests\n", ""],
])("the product of a text is that of its first test", (text, expected) => {
  expect(productOf(text)).toBe(expected);
});
