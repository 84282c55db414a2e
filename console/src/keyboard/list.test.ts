import { expect, test } from "vitest";
import { current, emptyList, listReducer, targets, type ListAction, type ListState } from "./list";

const run = (actions: ListAction[], from: ListState = emptyList) => actions.reduce(listReducer, from);
const abcd: ListAction = { type: "rows", ids: ["a", "b", "c", "d"] };
const down: ListAction = { type: "move", by: 1 };
const up: ListAction = { type: "move", by: -1 };

test.each<[string, ListAction[], string | undefined]>([
  ["nothing before the first key", [abcd], undefined],
  ["j goes to the first row", [abcd, down], "a"],
  ["k on a fresh list goes to the first row too", [abcd, up], "a"],
  ["j stops at the end", [abcd, { type: "move", by: 99 }, down], "d"],
  ["k stops at the start", [abcd, down, up, up], "a"],
  ["a click points", [abcd, { type: "point", id: "c" }], "c"],
  ["no rows, no cursor", [{ type: "rows", ids: [] }, down], undefined],
  ["the cursor follows its row", [abcd, down, down, { type: "rows", ids: ["x", "a", "b"] }], "b"],
  ["a row that went leaves the cursor in place", [abcd, down, down, { type: "rows", ids: ["a", "c", "d"] }], "c"],
  ["the last rows went", [abcd, { type: "move", by: 9 }, { type: "rows", ids: ["a"] }], "a"],
])("cursor: %s", (_, actions, expected) => {
  expect(current(run(actions))).toBe(expected);
});

test.each<[string, ListAction[], string[]]>([
  ["x selects and x again lets go", [abcd, down, { type: "toggle" }, { type: "toggle" }], ["a"]],
  ["without a selection the row under the cursor", [abcd, down, down], ["b"]],
  ["x j x", [abcd, down, { type: "toggle" }, down, { type: "toggle" }, down], ["a", "b"]],
  ["shift+x down", [abcd, down, { type: "toggle" }, down, down, { type: "range" }], ["a", "b", "c"]],
  [
    "shift+x up",
    [abcd, { type: "point", id: "d" }, { type: "toggle" }, up, up, { type: "range" }],
    ["b", "c", "d"],
  ],
  ["the header box", [abcd, { type: "select", ids: ["d", "a"] }], ["a", "d"]],
  ["rows that went are no longer selected", [abcd, { type: "select", ids: ["a", "d"] }, { type: "rows", ids: ["d"] }], ["d"]],
  ["clear", [abcd, { type: "select", ids: ["a"] }, { type: "clear" }], []],
])("targets: %s", (_, actions, expected) => {
  expect(targets(run(actions))).toEqual(expected);
});
