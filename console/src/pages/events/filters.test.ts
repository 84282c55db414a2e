import { expect, test } from "vitest";
import { parseFilters, writeFilters } from "../../filters/codec";
import { eventFilters, toQuery } from "./filters";

const NOW = Date.parse("2026-11-23T08:30:45.678Z");
const query = (search: string) => {
  return toQuery(parseFilters(eventFilters, new URLSearchParams(search)), "me", NOW);
};
const OPEN = ["unhandled", "handling", "handling_failed"];

test.each<[string, string, object]>([
  ["the queue opens on what is open", "", { status: OPEN, sort: "-level" }],
  ["mine", "view=mine", { status: OPEN, owner: ["me"], sort: "-level" }],
  ["all", "view=all&sort=-last_time", { sort: "-last_time" }],
  ["a chosen status wins over the view", "status=handled", { status: ["handled"], sort: "-level" }],
  ["ranges start on a full minute", "view=all&range=24h", { from: "2026-11-22T08:30:00.000Z", sort: "-level" }],
  [
    "several of each",
    "view=all&level=5&level=4&entity=203.0.113.7&account=1234",
    { level: [5, 4], entity: ["203.0.113.7"], account: ["1234"], sort: "-level" },
  ],
])("%s", (_, search, expected) => {
  expect(query(search)).toEqual(expected);
});

test("what the page writes, it reads back", () => {
  const search = "view=all&status=handled&level=5&level=3&tactic=execution&text=a%26b&range=7d&sort=-level";
  const filters = parseFilters(eventFilters, new URLSearchParams(search));
  const written = writeFilters(eventFilters, filters, new URLSearchParams()).toString();
  expect(parseFilters(eventFilters, new URLSearchParams(written))).toEqual(filters);
});
