import { expect, test } from "vitest";
import type { Chain, ChainCard, ChainNode } from "../../api/types";
import { drawChain, LEAST, type ChainMapLayout } from "./chainDrawing";
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
const node = (id: string, attempt = false): ChainNode => ({
  alert_id: id,
  last_time: "2026-01-01T00:00:00Z",
  side: "host",
  tactics: [],
  attempt,
});

/** The nodes by the order they are drawn in; a missing one stands nowhere. */
const spots = (map: ChainMapLayout) => {
  const spot = (index: number) => map.nodes[index] ?? { x: Number.NaN, y: Number.NaN, attempt: false };
  return { a: spot(0), b: spot(1), c: spot(2) };
};

const chain: Chain = {
  lanes: [
    { tactic: "reconnaissance", title, cards: [card("a", "2026-01-01T00:00:00Z")] },
    { tactic: "initial-access", title, cards: [] },
    { tactic: "execution", title, cards: [card("b", "2026-01-01T00:01:00Z"), card("c", "2026-01-01T10:00:00Z")] },
    { tactic: "impact", title, cards: [card("c", "2026-01-01T10:00:00Z")] },
  ],
  gaps: ["initial-access"],
  entry: null,
  nodes: [node("a", true), node("b"), node("c")],
  edges: [
    { from: "a", to: "b", kind: "same_attacker", causal: true, entities: [], text: title },
    { from: "b", to: "gone", kind: "file", causal: true, entities: [], text: title },
  ],
};

test("lanes go down, time goes right, and an alert of two tactics is drawn in both", () => {
  const map = drawChain(chain, layOut(chain).lanes, "order");
  expect(map.rows.map((row) => row.gap)).toEqual([false, true, false, false]);
  expect(map.nodes.map((own) => `${own.id}${own.main ? "" : "'"}`)).toEqual(["a", "b", "c", "c'"]);
  const { a, b, c } = spots(map);
  expect(a.x).toBeLessThan(b.x);
  expect(a.y).toBeLessThan(b.y);
  expect(c.x).toBeLessThan(LEAST);
  expect(b.x - a.x).toBeCloseTo(c.x - b.x);
  expect(a.attempt).toBe(true);
  // An edge to what is not there is not drawn.
  expect(map.edges.map(({ edge }) => `${edge.from}${edge.to}`)).toEqual(["ab"]);
  expect(map.axis).toHaveLength(2);
});

test("on the scale of time, a minute is small beside ten hours", () => {
  const map = drawChain(chain, layOut(chain).lanes, "time", 960);
  const { a, b, c } = spots(map);
  expect(b.x - a.x).toBeLessThan(5);
  expect(c.x - b.x).toBeGreaterThan(500);
});

test("alerts of one moment do not cover each other, and one alert alone is drawn", () => {
  const time = "2026-01-01T00:00:00Z";
  const crowd: Chain = {
    ...chain,
    lanes: [{ tactic: "execution", title, cards: [card("a", time), card("b", time), card("c", time)] }],
    gaps: [],
    edges: [],
  };
  const map = drawChain(crowd, layOut(crowd).lanes, "time");
  expect(new Set(map.nodes.map((own) => own.y)).size).toBe(3);
  expect(map.axis).toHaveLength(1);
});
