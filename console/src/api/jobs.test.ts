import { expect, test } from "vitest";
import { pollAfter } from "./jobs";
import type { Job } from "./types";

const job = (state: Job["state"]): Job => ({
  id: "01",
  kind: "backtest",
  title: { en: "A rule", zh: "规则" },
  state,
  progress: { total_bytes: 10, done_bytes: 5, percent: 50, records: 3, alerts: 1 },
  started_by: "ada",
  started: "2026-11-23T00:00:00Z",
});

test("a job is followed until it has ended, however it ends", () => {
  expect(pollAfter(job("running"))).toBeGreaterThan(0);
  for (const state of ["done", "failed", "cancelled"] as const) expect(pollAfter(job(state))).toBe(false);
  expect(pollAfter(undefined)).toBe(false);
});
