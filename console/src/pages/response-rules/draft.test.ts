import { expect, test } from "vitest";
import type { ConditionField } from "../../api/types";
import { emptyDraft, prefill } from "./draft";

const title = { en: "Level", zh: "等级" };
const fields: ConditionField[] = [{ name: "level", title, type: "level", operators: ["equals", "greater_or_equal"] }];

test("a link fills in what the server offers and names what it does not", () => {
  const params = new URLSearchParams([
    ["name", "Respond to: 扫描"],
    ["when", "level|greater_or_equal|4"],
    ["when", "level|matches|4"],
    ["when", "weather|equals|rain"],
    ["when", "broken"],
  ]);
  const { draft, ignored } = prefill(emptyDraft("playbook--1", 600), params, fields);
  expect(draft.name).toBe("Respond to: 扫描");
  expect(draft.condition.conditions).toEqual([
    { left: "level", operator: "greater_or_equal", right: ["4"], not: false },
  ]);
  expect(ignored).toEqual(["level", "weather"]);
});
