import { expect, test } from "vitest";
import { offsetOf } from "./place";

const text = "title: x\nlevel: high\n标签: 中";

test.each([
  ["1:1", 0],
  ["2:1", 9],
  ["2:8", 16],
  ["3:5", 25],
  ["2:99", 20],
  ["9:1", text.length],
  ["nonsense", 0],
])("%s", (place, expected) => {
  expect(offsetOf(text, place)).toBe(expected);
});

test("a character of two units is one column", () => {
  expect(offsetOf("a: 😀b", "1:5")).toBe(5);
});
