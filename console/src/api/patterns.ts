import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";

/** The expert patterns: they come with the server and never change while it runs. */
export function usePatterns() {
  return useQuery({
    queryKey: [KEY.patterns, "list"],
    queryFn: () => body(client.GET("/patterns")),
    staleTime: Infinity,
  });
}

export function usePattern(id: string) {
  return useQuery({
    queryKey: [KEY.patterns, "one", id],
    queryFn: () => body(client.GET("/patterns/{id}", { params: { path: { id } } })),
    enabled: id !== "",
    staleTime: Infinity,
  });
}
