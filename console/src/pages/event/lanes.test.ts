import { expect, test } from "vitest";
import type { Chain, ChainCard } from "../../api/types";
import { layOut } from "./lanes";

const title = { en: "t", zh: "标" };
const card = (id: string, time: string): ChainCard => ({
  alert_id: id,
  time,
  title,
  level: 3,
  count: 1,
  entities: [],
  reason: title,
});

test("lanes and gaps stand in matrix order, cards in order of time", () => {
  const chain: Chain = {
    lanes: [
      { tactic: "impact", title, cards: [card("c", "2026-01-01T03:00:00Z")] },
      { tactic: "reconnaissance", title, cards: [card("b", "2026-01-01T02:00:00Z"), card("a", "2026-01-01T01:00:00Z")] },
      { tactic: "execution", title, cards: [] },
      { tactic: "someday-new", title, cards: [card("d", "2026-01-01T02:00:00Z")] },
    ],
    gaps: ["execution", "initial-access"],
    entry: null,
    nodes: [],
    edges: [],
  };
  const { lanes, columns } = layOut(chain);
  expect(lanes.map((lane) => `${lane.kind} ${lane.tactic}`)).toEqual([
    "seen reconnaissance",
    "gap initial-access",
    "gap execution",
    "seen impact",
    "seen someday-new",
  ]);
  expect(columns).toBe(3);
  const at = Object.fromEntries(
    lanes.flatMap((lane) => (lane.kind === "seen" ? lane.cards.map((own) => [own.alert_id, own.column]) : [])),
  );
  expect(at).toEqual({ a: 1, b: 2, c: 3, d: 2 });
});

test("an empty chain has nothing to show", () => {
  expect(layOut({ lanes: [], gaps: [], entry: null, nodes: [], edges: [] })).toEqual({ lanes: [], columns: 0 });
});
