import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";

/** The expert patterns, which come with the server, and what they did, which changes slowly. */
const FRESH = 60_000;

export function usePatterns() {
  return useQuery({
    queryKey: [KEY.patterns, "list"],
    queryFn: () => body(client.GET("/patterns")),
    staleTime: FRESH,
  });
}

export function usePattern(id: string) {
  return useQuery({
    queryKey: [KEY.patterns, "one", id],
    queryFn: () => body(client.GET("/patterns/{id}", { params: { path: { id } } })),
    enabled: id !== "",
    staleTime: FRESH,
  });
}
