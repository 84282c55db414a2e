import { expect, test } from "vitest";
import { productOf } from "./template";

test.each([
  ["ctdr:\n  tests:\n    - name: n\n      source: self_hosted/nginx\n", "self_hosted/nginx"],
  ["ctdr:\n  tests:\n    - source: 'alibaba/waf'\n      name: n\n", "alibaba/waf"],
  ["ctdr:\n  tests:\n    - logs:\n        - {source: huawei/waf, log: x}\n        - {source: huawei/hss, log: y}\n", "huawei/waf"],
  ["ctdr:\n  tests:\n    - logs:\n        - source: tencent/waf\n          log: x\n", "tencent/waf"],
  ["title: no tests\n", ""],
])("the product of a text is that of its first test", (text, expected) => {
  expect(productOf(text)).toBe(expected);
});
