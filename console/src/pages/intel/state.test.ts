import { expect, test } from "vitest";
import { state } from "./state";

const good = {
  enabled: true,
  refreshing: false,
  last_error: null,
  last_good: "2026-11-23T00:00:00Z",
  problems: 1,
  indicators: 1000,
};

test.each([
  ["good", {}],
  ["partly", { problems: 500 }],
  ["waiting", { last_good: null }],
  ["failing", { last_error: "no answer" }],
  ["off", { enabled: false, last_error: "no answer" }],
  ["refreshing", { enabled: false, refreshing: true }],
])("a feed is %s", (code, change) => {
  expect(state({ ...good, ...change }).code).toBe(code);
});
