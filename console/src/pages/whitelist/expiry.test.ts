import { expect, test } from "vitest";
import { endOf, startOf } from "./expiry";

test("an end is so many days from now, never, or the one there is", () => {
  const now = Date.parse("2026-11-23T00:00:00Z");
  expect(endOf("7", now)).toBe("2026-11-30T00:00:00.000Z");
  expect(endOf("never", now)).toBeNull();
  expect(endOf("custom", now)).toBeUndefined();
});

test("a new entry ends by itself, one that is there keeps its end", () => {
  expect(startOf(undefined)).toBe("30");
  expect(startOf({ expires_at: null })).toBe("never");
  expect(startOf({ expires_at: "2026-11-30T00:00:00Z" })).toBe("custom");
});
