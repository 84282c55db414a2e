import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { usePaged } from "./pages";
import type { EntityQuery } from "./queries";
import type { EntityRef } from "./types";

/** Starts the key of everything about one entity. */
const keyOf = ({ type, value }: EntityRef) => [KEY.entities, "one", type, value] as const;
const named = ({ type, value }: EntityRef) => ({ path: { type, value } });
/** What a tag makes stale: the chips of events and alerts show it, too. */
const TAGGED = [KEY.entities, KEY.events, KEY.alerts];

export function useEntities(query: EntityQuery) {
  return usePaged([KEY.entities, "list", query], (paging) =>
    body(client.GET("/entities", { params: { query: { ...query, ...paging } } })),
  );
}

export function useEntity(entity: EntityRef) {
  return useQuery({
    queryKey: keyOf(entity),
    queryFn: () => body(client.GET("/entities/{type}/{value}", { params: named(entity) })),
  });
}

export function useRelatedEntities(entity: EntityRef) {
  return useQuery({
    queryKey: [...keyOf(entity), "related"],
    queryFn: () => body(client.GET("/entities/{type}/{value}/related", { params: named(entity) })),
  });
}

export function useEntityDays(entity: EntityRef) {
  return useQuery({
    queryKey: [...keyOf(entity), "days"],
    queryFn: () => body(client.GET("/entities/{type}/{value}/activity", { params: named(entity) })),
  });
}

export function useEntityEvents(entity: EntityRef) {
  return usePaged([...keyOf(entity), "events"], (query) =>
    body(client.GET("/entities/{type}/{value}/events", { params: { ...named(entity), query } })),
  );
}

export function useEntityAlerts(entity: EntityRef) {
  return usePaged([...keyOf(entity), "alerts"], (query) =>
    body(client.GET("/entities/{type}/{value}/alerts", { params: { ...named(entity), query } })),
  );
}

/** Says of entities that they are malicious, or that they are not. */
export function useTagEntities() {
  return useChange(
    (input: { entities: EntityRef[]; malicious: boolean; reason: string }) =>
      body(client.POST("/entities:bulk", { body: input })),
    TAGGED,
  );
}
