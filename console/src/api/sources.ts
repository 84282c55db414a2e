import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { rows, usePaged, WHOLE } from "./pages";
import type { ConnectionInput, SourceConfig, SourceInput } from "./types";

export { ingestUrl } from "./client";

export function useSources() {
  return useQuery({
    queryKey: [KEY.sources, "list"],
    queryFn: async () => rows(await body(client.GET("/sources", WHOLE))),
    // Nothing arriving sends no message; only asking again shows a source going silent.
    refetchInterval: 30_000,
  });
}

export function useSourceProducts() {
  return useQuery({
    queryKey: [KEY.sources, "products"],
    queryFn: async () => rows(await body(client.GET("/sources/products"))),
    staleTime: Infinity,
  });
}

export function useCheckSource() {
  return useChange(
    (input: { connection: string; product: string; config: SourceConfig }) =>
      body(client.POST("/sources:check", { body: input })),
    [],
  );
}

export function useCreateSource() {
  return useChange(
    (input: SourceInput) => body(client.POST("/sources", { body: input })),
    [KEY.sources, KEY.overview, KEY.rules],
  );
}

export function useChangeSource() {
  return useChange(
    ({ id, ...change }: { id: string; enabled?: boolean; time_zone?: string }) =>
      body(client.PATCH("/sources/{id}", { params: { path: { id } }, body: change })),
    [KEY.sources, KEY.overview],
  );
}

export function useDeleteSource() {
  return useChange(
    (id: string) => body(client.DELETE("/sources/{id}", { params: { path: { id } } })),
    [KEY.sources, KEY.overview],
  );
}

export function useDeadLetters(id: string) {
  return usePaged(
    [KEY.sources, "one", id, "dead-letters"],
    (query) => body(client.GET("/sources/{id}/dead-letters", { params: { path: { id }, query } })),
    { enabled: id !== "" },
  );
}

export function useConnections() {
  return useQuery({
    queryKey: [KEY.connections, "list"],
    queryFn: async () => rows(await body(client.GET("/connections", WHOLE))),
  });
}

export function useCreateConnection() {
  return useChange((input: ConnectionInput) => body(client.POST("/connections", { body: input })), [KEY.connections]);
}

export function useDeleteConnection() {
  return useChange(
    (id: string) => body(client.DELETE("/connections/{id}", { params: { path: { id } } })),
    [KEY.connections],
  );
}

export function useTokens() {
  return useQuery({ queryKey: [KEY.tokens], queryFn: async () => rows(await body(client.GET("/tokens", WHOLE))) });
}

export function useDeleteToken() {
  return useChange((id: string) => body(client.DELETE("/tokens/{id}", { params: { path: { id } } })), [KEY.tokens]);
}

export function useCreateToken() {
  return useChange((name: string) => body(client.POST("/tokens", { body: { name } })), [KEY.tokens]);
}
