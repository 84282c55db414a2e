import { expect, test } from "vitest";
import type { EventGraph, GraphEdge, GraphNode } from "../../api/types";
import { drawGraph, MOST, ROW } from "./graphDrawing";

const title = { en: "t", zh: "标" };
const node = (alert_id: string, time: string): GraphNode => ({
  alert_id,
  time,
  title,
  level: 3,
  side: "host",
  count: 1,
  rule_id: "r",
  rule_version: "1",
});
const edge = (from: string, to: string, tree: boolean, value: string): GraphEdge => ({
  from,
  to,
  kind: "shares",
  tree,
  score: 1,
  entities: [{ type: "ip", value, weight: 1, decay: 1, rarity: 1 }],
  text: title,
});
const graph: EventGraph = {
  nodes: [node("b", "2026-01-01T00:02:00Z"), node("a", "2026-01-01T00:01:00Z"), node("c", "2026-01-01T00:03:00Z")],
  edges: [edge("a", "b", true, "x"), edge("a", "c", false, "x"), edge("b", "c", true, "y"), edge("a", "gone", true, "z")],
  cuts: [],
  related: [],
};

test("alerts stand by time and every link between two that are there is drawn", () => {
  const drawn = drawGraph(graph, false);
  expect(drawn.nodes.map(({ node: own }) => own.alert_id)).toEqual(["a", "b", "c"]);
  expect(drawn.edges).toHaveLength(3);
  expect(new Set(drawn.edges.map(({ path }) => path)).size).toBe(3);
});

test("an entity has one line to each alert that shares it, and no two entities stand on one spot", () => {
  const { entities } = drawGraph(graph, false);
  expect(entities.map(({ value, lines }) => [value, lines.length])).toEqual([
    ["x", 3],
    ["y", 2],
  ]);
  const [first, second] = entities.map(({ y }) => y);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(ROW);
});

test("only what holds the event together, if one asks for that", () => {
  expect(drawGraph(graph, true).edges.every(({ edge: own }) => own.tree)).toBe(true);
  expect(drawGraph(graph, true).edges).toHaveLength(2);
});

test("a large event is drawn up to a limit", () => {
  const nodes = Array.from({ length: MOST + 5 }, (_, index) => node(`n${String(index).padStart(4, "0")}`, "2026-01-01T00:00:00Z"));
  const drawn = drawGraph({ nodes, edges: [edge("n0000", "n0204", true, "x")], cuts: [], related: [] }, false);
  expect(drawn.nodes).toHaveLength(MOST);
  expect(drawn.edges).toHaveLength(0);
});
