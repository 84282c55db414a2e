import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { usePaged } from "./pages";
import type { RuleQuery } from "./queries";
import type { BacktestRequest, ExplainRequest } from "./types";

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

/** Switches many rules; each that cannot be switched says why. */
export function useSwitchRules() {
  return useChange(
    ({ ids, ...op }: { ids: string[]; enabled?: boolean; testing?: boolean }) =>
      body(client.POST("/rules:bulk", { body: { ids, op } })),
    [KEY.rules],
  );
}

/** Deletes many rules of the user; each that cannot be deleted says why. */
export function useDeleteRules() {
  return useChange(
    (ids: string[]) => body(client.POST("/rules:bulk", { body: { ids, op: { delete: true } } })),
    [KEY.rules],
  );
}

/** A rule to start from, on the logs of a product: the same one for as long as it is worked on. */
export function useRuleSkeleton(product: string) {
  return useQuery({
    queryKey: [KEY.rules, "skeleton", product],
    queryFn: () => body(client.GET("/rules:skeleton", { params: { query: { product } } })),
    staleTime: Infinity,
    gcTime: 0,
  });
}

/** What is wrong with a text, or likely to be, and the text that is: what was found before stays until the new answer is there. */
export function useRuleLint(text: string) {
  return useQuery({
    queryKey: [KEY.rules, "lint", text],
    queryFn: async () => ({ text, ...(await body(client.POST("/rules:lint", { body: { text } }))) }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}

export function useTestRule() {
  return useChange((text: string) => body(client.POST("/rules:test", { body: { text } })), []);
}

export function useExplainRule() {
  return useChange((asked: ExplainRequest) => body(client.POST("/rules:explain", { body: asked })), []);
}

/** Starts a backtest; what comes of it, its job says. */
export function useBacktestRule() {
  return useChange((asked: BacktestRequest) => body(client.POST("/rules:backtest", { body: asked })), []);
}

export function useImportRules() {
  return useChange((text: string) => body(client.POST("/rules:import", { body: { text } })), [KEY.rules]);
}

/** Where the browser fetches all rules of the user as one file. */
export const EXPORT_URL = "/api/v1/rules:export";

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
