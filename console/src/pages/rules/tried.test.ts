import { expect, test } from "vitest";
import { keyOf, requestOf } from "./tried";

test("a text and a stored rule are asked for differently", () => {
  expect(requestOf({ text: "title: A" }, 7, null)).toEqual({ text: "title: A", days: 7 });
  expect(requestOf({ id: "abc" }, 30, 0)).toEqual({ ids: ["abc"], days: 30, alerts_per_day: 0 });
});

test("another text is another thing to try", () => {
  expect(keyOf({ text: "title: A" })).not.toBe(keyOf({ text: "title: B" }));
  expect(keyOf({ id: "abc" })).toBe("abc");
});
