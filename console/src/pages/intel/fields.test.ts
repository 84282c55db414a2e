import { expect, test } from "vitest";
import type { IntelFeed } from "../../api/types";
import { filled, layoutOf, read } from "./fields";

test("a feed of one kind sends nothing of another", () => {
  const fields = { ...filled(), name: "a", url: " https://x.example/ ", path: "b", column: "2" };
  expect(read(fields)).toEqual({
    name: "a",
    url: "https://x.example/",
    credentials: "none",
    collection: "",
    interval_minutes: 60,
    default_confidence: 75,
    tag_confidence: 70,
  });
  const list = read({ ...fields, kind: "list", place: "path" });
  expect(list).toMatchObject({ path: "b", layout: { columns: { value: "2" } } });
  expect(list).not.toHaveProperty("url");
  expect(list).not.toHaveProperty("credentials");
});

test("a secret is sent only when somebody typed one", () => {
  const fields = { ...filled(), name: "a", credentials: "bearer" as const };
  expect(read(fields)).not.toHaveProperty("secret");
  expect(read({ ...fields, secret: "s" })).toHaveProperty("secret", "s");
});

test("an uploaded feed gets no address", () => {
  const feed = { url: null, path: null, layout: {} } as unknown as IntelFeed;
  const change = read({ ...filled(), kind: "list", url: "https://x.example/" }, feed);
  expect(change).not.toHaveProperty("url");
  expect(change).not.toHaveProperty("path");
});

test("other columns stay when the value's changes", () => {
  const before = { separator: ";", columns: { value: "ip", name: "malware" } };
  expect(layoutOf("ioc", before)).toEqual({ separator: ";", columns: { value: "ioc", name: "malware" } });
  expect(layoutOf(" ", before)).toEqual({ separator: ";", columns: null });
});
