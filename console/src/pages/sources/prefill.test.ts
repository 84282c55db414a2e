import { expect, test } from "vitest";
import type { Connection, SourceProduct } from "../../api/types";
import { curlLine, prefillConfig } from "./prefill";
import { ramPolicy } from "./ramPolicy";

const product: SourceProduct = {
  product: "alibaba/waf",
  title: { en: "WAF", zh: "WAF" },
  side: "network",
  logs: [],
  methods: ["sls"],
  prefill: { project: "wafnew-project-<accountId>-<region>", logstore: "wafnew-logstore" },
};

const connection: Connection = {
  id: "con_1",
  provider: "alibaba",
  name: "prod",
  account: "1234567890123456",
  region: "cn-hangzhou",
  access_key_id: "LTAI",
  endpoints: {},
  created_at: "2026-11-23T00:00:00Z",
};

test("the WAF's log store is named after account and region", () => {
  expect(prefillConfig(product, connection)).toEqual({
    project: "wafnew-project-1234567890123456-cn-hangzhou",
    logstore: "wafnew-logstore",
    region: "cn-hangzhou",
  });
});

test("a product without a usual store starts empty", () => {
  expect(prefillConfig({ ...product, prefill: null }, connection)).toMatchObject({ project: "", logstore: "" });
});

test("the policy is narrowed to the account and names no other service", () => {
  const policy = JSON.parse(ramPolicy(" 1234567890123456 ")) as { Statement: { Action: string[]; Resource: string }[] };
  expect(policy.Statement[0]?.Resource).toContain(":1234567890123456:");
  const services = new Set(policy.Statement.flatMap(({ Action }) => Action).map((action) => action.split(":")[0]));
  expect([...services]).toEqual(["log", "yundun-waf"]);
});

test("the command goes to the product's address", () => {
  expect(curlLine("https://ctdr.example.com/api/v1/ingest/self_hosted/nginx", "TOKEN")).toContain(
    "Bearer TOKEN",
  );
});
