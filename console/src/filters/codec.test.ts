import { expect, test } from "vitest";
import { choice, list, parseFilters, text, writeFilters, type Codec } from "./codec";

interface Filters {
  text: string;
  sort: "-level" | "-last_time";
  level: string[];
  entity: string[];
}

const codec: Codec<Filters> = {
  text: text(),
  sort: choice("-last_time", "-level"),
  level: list(["1", "2", "3", "4", "5"]),
  entity: list(),
};

const roundTrip = (filters: Filters) =>
  parseFilters(codec, new URLSearchParams(writeFilters(codec, filters, new URLSearchParams()).toString()));

test.each<[string, Filters]>([
  ["nothing set", { text: "", sort: "-last_time", level: [], entity: [] }],
  ["everything set", { text: "whoami", sort: "-level", level: ["5", "4"], entity: ["ip:203.0.113.7"] }],
  ["text that needs escaping", { text: "a=b&c 50% 中文?#", sort: "-level", level: [], entity: ["file:/tmp/木马.jsp"] }],
])("round trip: %s", (_, filters) => {
  expect(roundTrip(filters)).toEqual(filters);
});

test("defaults leave no trace in the URL", () => {
  const params = writeFilters(codec, { text: "", sort: "-last_time", level: [], entity: [] }, new URLSearchParams());
  expect(params.toString()).toBe("");
});

test("impossible values fall back, repeated ones count once", () => {
  const params = new URLSearchParams("sort=evil&level=9&level=4&level=4&entity=");
  expect(parseFilters(codec, params)).toEqual({ text: "", sort: "-last_time", level: ["4"], entity: [] });
});

test("parameters of others stay", () => {
  const params = writeFilters(
    codec,
    { text: "x", sort: "-last_time", level: [], entity: [] },
    new URLSearchParams("alert=alt_1&level=5"),
  );
  expect(params.toString()).toBe("alert=alt_1&text=x");
});
