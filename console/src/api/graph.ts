// How the alerts of an event hang together, and how to cut, merge and relate.
import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { eventKey } from "./events";
import { useChange } from "./mutate";
import type { CutEnds, ReportFormat } from "./types";

export function useEventGraph(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "graph"],
    queryFn: () => body(client.GET("/events/{id}/graph", { params: { path: { id } } })),
  });
}

/** Cuts edges: what hangs on the other side becomes an event of its own, and stays one. */
export function useSplit(id: string) {
  return useChange(
    (input: { edges: CutEnds[]; reason: string }) =>
      body(client.POST("/events/{id}/split", { params: { path: { id } }, body: input })),
    [KEY.events, KEY.overview],
  );
}

/** Takes a cut back: the two alerts may be linked again. */
export function useUncut() {
  return useChange(
    (id: string) => body(client.DELETE("/do-not-link/{id}", { params: { path: { id } } })),
    [KEY.events],
  );
}

export function useMerge() {
  return useChange(
    (input: { ids: string[]; reason: string }) => body(client.POST("/events:merge", { body: input })),
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
        await body(client.POST("/events/{id}/relate", { params: { path: { id } }, body: { event, reason } }));
      }
    },
    [KEY.events],
  );
}

/** Where the browser fetches an event as a file. */
export function reportUrl(id: string, format: ReportFormat, language: string): string {
  return `/api/v1/events/${encodeURIComponent(id)}/report?format=${format}&language=${language}`;
}
