import { expect, test } from "vitest";
import { copyOf } from "./copy";

const UUID = /^id: ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})(?: # kept)?$/gm;
const FIRST = "b21b1c2e-1f61-41bc-acb7-0dd842762334";
const SECOND = "b21b1c2e-1f61-41bc-acb7-0dd842762335";
const ELSEWHERE = "b21b1c2e-1f61-41bc-acb7-0dd842762399";

test("a copy has an id of its own and a method custom rules may use", () => {
  const copy = copyOf(`title: T\nid: ${FIRST} # kept\nctdr:\n  aggregation: expert # one step\n  id: inner\n`);
  expect(copy.match(UUID)).toHaveLength(1);
  expect(copy).not.toContain(FIRST);
  expect(copy).toContain("  aggregation: window # one step\n  id: inner\n");
});

test("every document gets its own id, and what names it by its id still does", () => {
  const text = [
    `title: Base\nid: ${FIRST}\nname: base\n`,
    `title: Often\nid: "${SECOND}"\nrelated:\n  - {id: ${ELSEWHERE}, type: similar}\ncorrelation:\n  rules: [${FIRST}, base]\nctdr:\n  aggregation: graph_compute\n`,
  ].join("---\n");
  const copy = copyOf(text);
  const ids = Array.from(copy.matchAll(/^id: "?([\w-]{36})"?$/gm), (match) => match[1]);
  expect(new Set(ids).size).toBe(2);
  expect(ids).not.toContain(FIRST);
  expect(copy).toContain(`rules: [${ids[0] ?? ""}, base]`);
  expect(copy).toContain(ELSEWHERE);
  expect(copy).not.toContain(SECOND);
  expect(copy).toContain("aggregation: window");
});

test("an id that is an ordinary word is renewed where it is an id, and nowhere else", () => {
  const copy = copyOf("title: x\nid: x\ndetection:\n  s: {a: x}\nctdr:\n  aggregation: none\n");
  expect(copy.match(UUID)).toHaveLength(1);
  expect(copy).toContain("title: x\n");
  expect(copy).toContain("s: {a: x}\nctdr:\n  aggregation: none\n");
});

test("a rule without an id gets one", () => {
  expect(copyOf("title: x\n").match(UUID)).toHaveLength(1);
});

test("two copies are two rules", () => {
  expect(copyOf(`id: ${FIRST}\n`)).not.toBe(copyOf(`id: ${FIRST}\n`));
});
