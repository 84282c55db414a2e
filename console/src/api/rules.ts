import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { usePaged } from "./pages";
import type { RuleQuery } from "./queries";

export function useRules(query: RuleQuery) {
  return usePaged([KEY.rules, "list", query], (paging) =>
    body(client.GET("/rules", { params: { query: { ...query, ...paging } } })),
  );
}

export function useRule(id: string) {
  return useQuery({
    queryKey: [KEY.rules, "one", id],
    queryFn: () => body(client.GET("/rules/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}

export function useSwitchRule() {
  return useChange(
    ({ id, ...change }: { id: string; enabled?: boolean; testing?: boolean }) =>
      body(client.PATCH("/rules/{id}", { params: { path: { id } }, body: change })),
    [KEY.rules],
  );
}

export function useEnableConnected() {
  return useChange(() => body(client.POST("/rules:enable-connected")), [KEY.rules]);
}

export function useCheckRule() {
  return useChange((text: string) => body(client.POST("/rules:check", { body: { text } })), []);
}

/** Saves a rule of the user: a new one without an id. */
export function useSaveRule() {
  return useChange(
    ({ id, text }: { id?: string; text: string }) =>
      id === undefined
        ? body(client.POST("/rules", { body: { text } }))
        : body(client.PUT("/rules/{id}", { params: { path: { id } }, body: { text } })),
    [KEY.rules],
  );
}

export function useDeleteRule() {
  return useChange((id: string) => body(client.DELETE("/rules/{id}", { params: { path: { id } } })), [KEY.rules]);
}
