import { expect, test } from "vitest";
import { parseFilters } from "../../filters/codec";
import { entityFilters, entityOf, idOf, toQuery } from "./filters";

const query = (search: string) => toQuery(parseFilters(entityFilters, new URLSearchParams(search)), 1_795_392_030_000);

test("the URL becomes what the server is asked, and nothing else", () => {
  expect(query("")).toEqual({ sort: "-last_time" });
  expect(query("type=ip&malicious=true&asset=false&text=203&sort=-alerts&range=1h")).toEqual({
    type: "ip",
    text: "203",
    malicious: true,
    asset: false,
    since: "2026-11-22T23:00:00.000Z",
    sort: "-alerts",
  });
  expect(query("malicious=perhaps&sort=value")).toEqual({ sort: "-last_time" });
});

test("a row's id names its entity again, whatever its value has in it", () => {
  for (const value of ["2001:db8::1", "web-1//tmp/a b", "http://shop.example/x?y:z"]) {
    expect(entityOf(idOf({ type: "file", value }))).toEqual({ type: "file", value });
  }
});
