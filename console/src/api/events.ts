import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { usePaged } from "./pages";
import type { EventQuery } from "./queries";
import type { EventChange, RespondItem } from "./types";

/** Starts the key of everything about one event, so that one live message refreshes all of it. */
export const eventKey = (id: string) => [KEY.events, "one", id] as const;

export function useEvents(query: EventQuery) {
  return usePaged([KEY.events, "list", query], (paging) =>
    body(client.GET("/events", { params: { query: { ...query, ...paging } } })),
  );
}

export function useEvent(id: string) {
  return useQuery({
    queryKey: eventKey(id),
    queryFn: () => body(client.GET("/events/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}

export function useEventAlerts(id: string) {
  return usePaged([...eventKey(id), "alerts"], (query) =>
    body(client.GET("/events/{id}/alerts", { params: { path: { id }, query } })),
  );
}

export function useEventChain(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "chain"],
    queryFn: () => body(client.GET("/events/{id}/chain", { params: { path: { id } } })),
  });
}

export function useEventEntities(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "entities"],
    queryFn: () => body(client.GET("/events/{id}/entities", { params: { path: { id } } })),
  });
}

export function useSimilarEvents(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "similar"],
    queryFn: () => body(client.GET("/events/{id}/similar", { params: { path: { id } } })),
  });
}

export function useEventActivity(id: string) {
  return usePaged([...eventKey(id), "activity"], (query) =>
    body(client.GET("/events/{id}/activity", { params: { path: { id }, query } })),
  );
}

export function useRecommendations(id: string) {
  return useQuery({
    queryKey: [...eventKey(id), "recommendations"],
    queryFn: () => body(client.GET("/events/{id}/recommendations", { params: { path: { id } } })),
  });
}

export function useChangeEvent(id: string) {
  return useChange(
    (change: EventChange) => body(client.PATCH("/events/{id}", { params: { path: { id } }, body: change })),
    [KEY.events, KEY.overview],
  );
}

export function useChangeEvents() {
  return useChange(
    (input: { ids: string[]; op: EventChange }) => body(client.POST("/events:bulk", { body: input })),
    [KEY.events, KEY.overview],
  );
}

export function useComment(id: string) {
  return useChange(
    (text: string) => body(client.POST("/events/{id}/comments", { params: { path: { id } }, body: { text } })),
    [KEY.events],
  );
}

/** The key makes pressing the button twice, or a retry after a lost answer, one response. */
export function useRespond(id: string) {
  return useChange(
    ({ items, key }: { items: RespondItem[]; key: string }) =>
      body(
        client.POST("/events/{id}/respond", {
          params: { path: { id }, header: { "idempotency-key": key } },
          body: { items },
        }),
      ),
    [KEY.events, KEY.policies, KEY.tasks, KEY.runs, KEY.overview],
  );
}
