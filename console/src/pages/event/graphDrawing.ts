import type { EventGraph, GraphEdge, GraphNode } from "../../api/types";

/** Narrower, it scrolls. */
export const LEAST = 640;
export const ROW = 28;
/** Rows a reader can still follow. */
export const MOST = 200;

export interface DrawnNode {
  node: GraphNode;
  y: number;
}

export interface DrawnEdge {
  edge: GraphEdge;
  path: string;
}

export interface DrawnEntity {
  key: string;
  type: string;
  value: string;
  y: number;
  /** The lines to its alerts, each with a link that it makes. */
  lines: { path: string; edge: GraphEdge }[];
}

/** Alerts stand in a column; arcs of links to their left, what they share to their right. */
export interface Columns {
  alerts: number;
  alertsEnd: number;
  entities: number;
  end: number;
}

export interface GraphLayout {
  columns: Columns;
  nodes: DrawnNode[];
  edges: DrawnEdge[];
  entities: DrawnEntity[];
  height: number;
}

const between = (least: number, value: number, most: number) => Math.round(Math.min(most, Math.max(least, value)));

function columnsOf(width: number): Columns {
  const entities = width - between(190, width * 0.26, 340);
  return {
    alerts: between(80, width * 0.14, 190),
    alertsEnd: entities - between(60, width * 0.1, 140),
    entities,
    end: width,
  };
}

/** Where everything stands: alerts by time, each link an arc between two of them, each shared entity a line to its alerts. */
export function drawGraph(graph: EventGraph, onlyTree: boolean, width = LEAST): GraphLayout {
  const columns = columnsOf(width);
  const sorted = [...graph.nodes].sort((a, b) => a.time.localeCompare(b.time) || a.alert_id.localeCompare(b.alert_id));
  const nodes = sorted.slice(0, MOST).map((node, index) => ({ node, y: index * ROW + ROW }));
  const at = new Map(nodes.map(({ node, y }) => [node.alert_id, y]));
  const kept = graph.edges.filter((edge) => (!onlyTree || edge.tree) && at.has(edge.from) && at.has(edge.to));
  const edges = kept.map((edge) => ({ edge, path: arc(columns.alerts, at.get(edge.from) ?? 0, at.get(edge.to) ?? 0) }));
  const entities = shared(kept, at, columns);
  const rows = Math.max(nodes.length, entities.length);
  return { columns, nodes, edges, entities, height: (rows + 1) * ROW };
}

/** A bow to the left, wider the further apart its ends are. */
function arc(alerts: number, from: number, to: number): string {
  const reach = Math.min((alerts - 14) * 1.3, 18 + Math.abs(to - from) * 0.45);
  const x = alerts - 10;
  return `M${x} ${from} C${x - reach} ${from} ${x - reach} ${to} ${x} ${to}`;
}

/** What the links share, near the alerts that share it; none on top of another. */
function shared(edges: readonly GraphEdge[], at: ReadonlyMap<string, number>, columns: Columns): DrawnEntity[] {
  const found = new Map<string, { type: string; value: string; ends: Map<string, GraphEdge> }>();
  for (const edge of edges) {
    for (const { type, value } of edge.entities) {
      const key = `${type}:${value}`;
      const entry = found.get(key) ?? { type, value, ends: new Map<string, GraphEdge>() };
      for (const alert of [edge.from, edge.to]) if (!entry.ends.has(alert)) entry.ends.set(alert, edge);
      found.set(key, entry);
    }
  }
  const wanted = [...found].map(([key, entry]) => {
    const ys = [...entry.ends.keys()].map((alert) => at.get(alert) ?? 0);
    return { key, ...entry, want: ys.reduce((sum, y) => sum + y, 0) / ys.length };
  });
  wanted.sort((a, b) => a.want - b.want || a.key.localeCompare(b.key));
  let free = ROW;
  return wanted.map(({ key, type, value, ends, want }) => {
    const y = Math.max(free, Math.round(want));
    free = y + ROW;
    const lines = [...ends].map(([alert, edge]) => ({
      edge,
      path: `M${columns.alertsEnd} ${at.get(alert) ?? 0} L${columns.entities - 8} ${y}`,
    }));
    return { key, type, value, y, lines };
  });
}
