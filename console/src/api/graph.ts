// How the alerts of an event hang together, and how to cut, merge and relate. The shapes are written by hand
// until the server's document has them.
import { useQuery } from "@tanstack/react-query";
import type { Client } from "openapi-fetch";
import { KEY } from "./cache";
import { body, client } from "./client";
import { eventKey } from "./events";
import { useChange } from "./mutate";
import type { Level, LocalText } from "./types";

export interface GraphNode {
  alert_id: string;
  time: string;
  title: LocalText;
  level: Level;
  side: "host" | "network";
  count: number;
  rule_id: string;
}

export interface GraphEntity {
  type: string;
  value: string;
  weight: number;
  decay: number;
  rarity: number;
}

export type GraphEdgeKind = "shares" | "pattern" | "same_attacker" | "similar" | "joined_by_hand";

export interface GraphEdge {
  from: string;
  to: string;
  kind: GraphEdgeKind;
  /** It holds the event together; the others only say more. */
  tree: boolean;
  score: number | null;
  entities: GraphEntity[];
  text: LocalText;
}

/** Two alerts that someone said do not belong together. */
export interface GraphCut {
  id: string;
  from: string;
  to: string;
  by: string;
  at: string;
  reason: string;
}

export interface RelatedEvent {
  event_id: string;
  title: LocalText;
  reason: LocalText;
}

export interface EventGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  cuts: GraphCut[];
  related: RelatedEvent[];
}

export interface Ends {
  from: string;
  to: string;
}

interface Answer<T> {
  200: { headers: Record<string, unknown>; content: { "application/json": T } };
}
interface Operation<Path, Sent, Got> {
  parameters: { query?: never; header?: never; cookie?: never } & Path;
  requestBody: { content: { "application/json": Sent } };
  responses: Answer<Got>;
}
interface Reading<Got> {
  parameters: { query?: never; header?: never; cookie?: never; path: { id: string } };
  requestBody?: never;
  responses: Answer<Got>;
}
interface ById {
  path: { id: string };
}
interface GraphPaths {
  "/events/{id}/graph": { get: Reading<EventGraph> };
  "/events/{id}/split": { post: Operation<ById, { edges: Ends[]; reason: string }, { event_ids: string[] }> };
  "/events/{id}/relate": { post: Operation<ById, { event: string; reason: string }, unknown> };
  "/events:merge": { post: Operation<{ path?: never }, { ids: string[]; reason: string }, { id: string }> };
  "/do-not-link/{id}": { delete: Reading<unknown> };
}

const graph = client as unknown as Client<GraphPaths>;

export function useEventGraph(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "graph"],
    queryFn: () => body(graph.GET("/events/{id}/graph", { params: { path: { id } } })),
  });
}

/** Cuts edges: what hangs on the other side becomes an event of its own, and stays one. */
export function useSplit(id: string) {
  return useChange(
    (input: { edges: Ends[]; reason: string }) =>
      body(graph.POST("/events/{id}/split", { params: { path: { id } }, body: input })),
    [KEY.events, KEY.overview],
  );
}

/** Takes a cut back: the two alerts may be linked again. */
export function useUncut() {
  return useChange(
    (id: string) => body(graph.DELETE("/do-not-link/{id}", { params: { path: { id } } })),
    [KEY.events],
  );
}

export function useMerge() {
  return useChange(
    (input: { ids: string[]; reason: string }) => body(graph.POST("/events:merge", { body: input })),
    [KEY.events, KEY.overview],
  );
}

/** Ties the first of several events to each of the others, without making them one. */
export function useRelate() {
  return useChange(
    async ({ ids, reason }: { ids: string[]; reason: string }) => {
      const [id, ...others] = ids;
      for (const event of others) {
        if (id === undefined) break;
        await body(graph.POST("/events/{id}/relate", { params: { path: { id } }, body: { event, reason } }));
      }
    },
    [KEY.events],
  );
}

export type ReportFormat = "html" | "markdown" | "stix" | "attack_flow";

/** Where the browser fetches an event as a file. */
export function reportUrl(id: string, format: ReportFormat, language: string): string {
  return `/api/v1/events/${encodeURIComponent(id)}/report?format=${format}&language=${language}`;
}
