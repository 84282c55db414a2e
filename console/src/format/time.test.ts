import { expect, test } from "vitest";
import { fullTime, secondsUntil, shortTime, utcTime } from "./time";

// Built from local parts, so that the test holds in every time zone.
const local = (...parts: [number, number, number, number, number, number]) => new Date(...parts).toISOString();
const now = new Date(2026, 10, 23, 12, 0, 0);

test.each([
  ["today, with seconds", local(2026, 10, 23, 9, 5, 7), "09:05:07"],
  ["this year", local(2026, 0, 3, 23, 59, 1), "01-03 23:59"],
  ["another year", local(2025, 11, 31, 1, 2, 3), "2025-12-31"],
  ["not a time", "soon", "soon"],
])("short: %s", (_, iso, expected) => {
  expect(shortTime(iso, now)).toBe(expected);
});

test("full local and UTC forms", () => {
  expect(fullTime(local(2026, 10, 3, 4, 5, 6))).toBe("2026-11-03 04:05:06");
  expect(utcTime("2026-11-23T01:02:03.004Z")).toBe("2026-11-23 01:02:03.004 UTC");
});

test("seconds until", () => {
  const at = Date.parse("2026-11-23T00:00:10.500Z");
  expect(secondsUntil("2026-11-23T00:00:20.000Z", at)).toBe(9);
  expect(secondsUntil("2026-11-23T00:00:00.000Z", at)).toBe(-11);
});
