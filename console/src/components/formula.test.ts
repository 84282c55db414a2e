import { expect, test } from "vitest";
import { checkFormula } from "./formula";

test("formulas the server takes have no mistake", () => {
  for (const [text, count] of [["", 3], ["(1&2)|(3&4)", 4], ["1|2&3", 3], [" !1 & !(2|3) ", 3], ["!!1", 1]] as const)
    expect(checkFormula(text, count), text).toBeNull();
});

test("a mistake is at its character", () => {
  const check = (text: string, count: number, at: number, kind: string, number?: number) =>
    expect(checkFormula(text, count), text).toEqual({ at, kind, ...(number !== undefined && { number }) });
  check("1&", 1, 2, "expectedTerm");
  check("(1|2", 2, 4, "expectedClose");
  check("1 5", 1, 2, "expectedOperator");
  check("1&9", 2, 2, "noSuchCondition", 9);
  check("0", 1, 0, "noSuchCondition", 0);
  check("1", 2, 1, "unused", 2);
  check("a", 1, 0, "expectedTerm");
  expect(checkFormula("(".repeat(100), 1)?.kind).toBe("tooDeep");
});
