import { expect, test } from "vitest";
import { formatDuration } from "./duration";

const words = { day: "d", hour: "h", minute: "min", second: "s" };

test.each([
  [-5, "0 s"],
  [0, "0 s"],
  [0.9, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [61, "1 min 1 s"],
  [3_599, "59 min 59 s"],
  [3_600, "1 h"],
  [3_605, "1 h"],
  [7_500, "2 h 5 min"],
  [86_400, "1 d"],
  [90_000, "1 d 1 h"],
  [86_400 * 7, "7 d"],
  [86_400 * 2 + 59, "2 d"],
])("%d seconds", (seconds, expected) => {
  expect(formatDuration(seconds, words)).toBe(expected);
});

test("takes the words of the language", () => {
  expect(formatDuration(7_500, { day: "天", hour: "小时", minute: "分钟", second: "秒" })).toBe("2 小时 5 分钟");
});
