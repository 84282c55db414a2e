import type { Chain, ChainEdge, Level } from "../../api/types";
import type { Lane } from "./lanes";

/** Narrower, it scrolls. */
export const LEAST = 640;
/** Where the rows' names end. */
export const HEAD = 150;
const PAD = 26;
export const ROW = 44;
export const GAP_ROW = 22;
export const AXIS = 24;

export type Scale = "order" | "time";

export interface MapNode {
  id: string;
  /** A node of several tactics stands in the lane of each; edges go to the first. */
  main: boolean;
  x: number;
  y: number;
  level: Level;
  count: number;
  attempt: boolean;
}

export interface MapEdge {
  edge: ChainEdge;
  path: string;
}

export interface MapRow {
  tactic: string;
  gap: boolean;
  y: number;
  height: number;
}

export interface ChainMapLayout {
  rows: MapRow[];
  nodes: MapNode[];
  edges: MapEdge[];
  width: number;
  height: number;
  /** Where the first and the last alert stand, for the axis. */
  axis: { x: number; time: string }[];
}

/** Where everything of a chain stands: lanes from top to bottom, time from left to right, zoomed to what there is. */
export function drawChain(chain: Chain, lanes: readonly Lane[], scale: Scale, width = LEAST): ChainMapLayout {
  const rows: MapRow[] = [];
  let height = 0;
  for (const lane of lanes) {
    const gap = lane.kind === "gap";
    rows.push({ tactic: lane.tactic, gap, y: height, height: gap ? GAP_ROW : ROW });
    height += gap ? GAP_ROW : ROW;
  }
  const rowOf = new Map(rows.map((row) => [row.tactic, row]));
  const cards = new Map(chain.lanes.flatMap((lane) => lane.cards.map((card) => [card.alert_id, card] as const)));
  const times = [...new Set([...cards.values()].map((card) => card.time))].sort();
  const place = places(times, scale, width);
  const attempts = new Set(chain.nodes.filter((node) => node.attempt).map((node) => node.alert_id));
  const at = new Map<string, MapNode>();
  const nodes: MapNode[] = [];
  // Alerts of one lane and one moment stand beside each other, not on top.
  const taken = new Map<string, number>();
  for (const lane of lanes) {
    const row = rowOf.get(lane.tactic);
    if (lane.kind === "gap" || !row) continue;
    for (const card of lane.cards) {
      const x = place.get(card.time) ?? HEAD + PAD;
      const spot = `${lane.tactic} ${Math.round(x / 14)}`;
      const stack = taken.get(spot) ?? 0;
      taken.set(spot, stack + 1);
      const node: MapNode = {
        id: card.alert_id,
        main: !at.has(card.alert_id),
        x,
        y: row.y + row.height / 2 + shift(stack),
        level: card.level,
        count: card.count,
        attempt: attempts.has(card.alert_id),
      };
      if (node.main) at.set(node.id, node);
      nodes.push(node);
    }
  }
  const edges = chain.edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    return from && to ? [{ edge, path: arrow(from, to) }] : [];
  });
  const ends = [...new Set([times[0], times[times.length - 1]])].filter((time) => time !== undefined);
  const axis = ends.map((time) => ({ time, x: place.get(time) ?? HEAD + PAD }));
  return { rows, nodes, edges, width, height: height + AXIS, axis };
}

/** The place of each time: one after the other, or as far apart as they are. */
function places(times: readonly string[], scale: Scale, width: number): Map<string, number> {
  const [left, right] = [HEAD + PAD, width - PAD];
  const first = Date.parse(times[0] ?? "");
  const span = Date.parse(times[times.length - 1] ?? "") - first;
  return new Map(
    times.map((time, index) => {
      const share =
        times.length < 2 ? 0 : scale === "order" || span === 0 ? index / (times.length - 1) : (Date.parse(time) - first) / span;
      return [time, left + share * (right - left)];
    }),
  );
}

/** 0, up, down, further up …, within the row. */
function shift(stack: number): number {
  const step = Math.ceil(stack / 2) * 9;
  return Math.max(-14, Math.min(14, stack % 2 === 0 ? step : -step));
}

/** A curve from the rim of one node to the rim of the other. */
function arrow(from: MapNode, to: MapNode): string {
  const [x1, x2] = [from.x + 7, to.x - 9];
  if (Math.abs(to.x - from.x) < 18) {
    // One below the other, or nearly: a bow to the side.
    const down = to.y >= from.y ? 1 : -1;
    return `M${from.x} ${from.y + down * 7} C${from.x + 22} ${from.y + down * 16} ${to.x + 22} ${to.y - down * 16} ${to.x} ${to.y - down * 9}`;
  }
  const bend = from.y === to.y ? -14 : 0;
  const reach = Math.max(18, (x2 - x1) / 2);
  return `M${x1} ${from.y} C${x1 + reach} ${from.y + bend} ${x2 - reach} ${to.y + bend} ${x2} ${to.y}`;
}
