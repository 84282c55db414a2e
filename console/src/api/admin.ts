import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { rows, usePaged, WHOLE } from "./pages";
import type { RoleName, WhitelistInput } from "./types";

export function useOverview() {
  return useQuery({
    queryKey: [KEY.overview],
    queryFn: () => body(client.GET("/overview")),
    refetchInterval: 30_000,
  });
}

export function useUsers() {
  return useQuery({ queryKey: [KEY.users], queryFn: async () => rows(await body(client.GET("/users", WHOLE))) });
}

export function useCreateUser() {
  return useChange(
    (input: { name: string; role: RoleName; password: string }) => body(client.POST("/users", { body: input })),
    [KEY.users],
  );
}

export function useChangeUser() {
  return useChange(
    ({ id, ...change }: { id: string; role?: RoleName; disabled?: boolean; password?: string }) =>
      body(client.PATCH("/users/{id}", { params: { path: { id } }, body: change })),
    [KEY.users],
  );
}

export function useAudit() {
  return usePaged([KEY.audit], (query) => body(client.GET("/audit", { params: { query } })));
}

export function useWhitelists() {
  return useQuery({
    queryKey: [KEY.whitelists, "list"],
    queryFn: async () => rows(await body(client.GET("/whitelists", WHOLE))),
  });
}

export function useWhitelistFields() {
  return useQuery({
    queryKey: [KEY.whitelists, "fields"],
    queryFn: () => body(client.GET("/whitelists/fields")),
    staleTime: Infinity,
  });
}

export function useCreateWhitelist() {
  return useChange((input: WhitelistInput) => body(client.POST("/whitelists", { body: input })), [KEY.whitelists]);
}

export function useDeleteWhitelist() {
  return useChange(
    (id: string) => body(client.DELETE("/whitelists/{id}", { params: { path: { id } } })),
    [KEY.whitelists],
  );
}
