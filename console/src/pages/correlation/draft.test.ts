import { expect, test } from "vitest";
import { draftOf, inputOf, mistakesOf, withRow } from "./draft";

const settings = {
  infrastructure: [{ type: "ip" as const, value: "203.0.113.7", note: "NAT" }],
  noisy: { "rule-a": true },
  patterns_off: ["p"],
  version: 3,
};

test("what was read is what is sent again", () => {
  expect({ ...inputOf(draftOf(settings)), version: settings.version }).toEqual(settings);
});

test("empty rows are not sent, and mistakes find their row all the same", () => {
  let draft = withRow(withRow(draftOf(settings)));
  const last = draft.rows.length - 1;
  draft = { ...draft, rows: draft.rows.map((row) => (row.number === last ? { ...row, value: " nat " } : row)) };
  expect(inputOf(draft).infrastructure?.map((row) => row.value)).toEqual(["203.0.113.7", "nat"]);
  const errors = [{ place: "/infrastructure/1/value", message: "no address" }];
  expect(mistakesOf(draft, errors)).toEqual(new Map([[last, "no address"]]));
  expect(mistakesOf(draft, [{ place: "/noisy", message: "x" }]).size).toBe(0);
});
