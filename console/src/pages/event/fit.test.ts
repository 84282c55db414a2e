import { expect, test } from "vitest";
import { fit } from "./fit";

test("a text is cut where the room ends, Chinese sooner", () => {
  expect(fit("abcdef", 60)).toBe("abcdef");
  expect(fit("abcdef", 30)).toBe("abc…");
  expect(fit("反弹外壳程序", 40)).toBe("反弹…");
});
