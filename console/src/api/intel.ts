import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import type { EntityKind, EntityRef, IntelFeedChange, IntelUpload, NewIntelFeed } from "./types";

/** Between two looks at a feed that is being asked for. */
const BUSY_MS = 2_000;
const IDLE_MS = 30_000;

export function useIntelFeeds() {
  return useQuery({
    queryKey: [KEY.intel, "feeds"],
    queryFn: () => body(client.GET("/intel/feeds")),
    refetchInterval: (query) => (query.state.data?.some((feed) => feed.refreshing) ? BUSY_MS : IDLE_MS),
  });
}

export function useCreateIntelFeed() {
  return useChange((input: NewIntelFeed) => body(client.POST("/intel/feeds", { body: input })), [KEY.intel]);
}

export function useChangeIntelFeed() {
  return useChange(
    ({ id, ...change }: IntelFeedChange & { id: string }) =>
      body(client.PATCH("/intel/feeds/{id}", { params: { path: { id } }, body: change })),
    [KEY.intel],
  );
}

export function useDeleteIntelFeed() {
  return useChange(
    (id: string) => body(client.DELETE("/intel/feeds/{id}", { params: { path: { id } } })),
    [KEY.intel],
  );
}

export function useRefreshIntelFeed() {
  return useChange(
    (id: string) => body(client.POST("/intel/feeds/{id}/refresh", { params: { path: { id } } })),
    [KEY.intel],
  );
}

export function useUploadIntelFeed() {
  return useChange((input: IntelUpload) => body(client.POST("/intel/feeds:upload", { body: input })), [KEY.intel]);
}

/** What is known of an entity; nothing is asked before there is a value. */
export function useLookUp(type: EntityKind, value: string) {
  return useQuery({
    queryKey: [KEY.intel, "lookup", type, value],
    queryFn: () => body(client.GET("/intel/lookup", { params: { query: { type, value } } })),
    enabled: value !== "",
  });
}

/** The same of an entity, where it is asked for by a button. */
export function useIntel(entity: EntityRef, enabled: boolean) {
  return useQuery({
    queryKey: [KEY.intel, "lookup", entity.type, entity.value],
    queryFn: () => body(client.GET("/intel/lookup", { params: { query: { type: entity.type, value: entity.value } } })),
    enabled,
  });
}
