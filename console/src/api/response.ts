import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { rows, usePaged, WHOLE } from "./pages";
import type { RunQuery } from "./queries";
import type { ResponseRuleInput } from "./types";

export function useResponseRules() {
  return useQuery({
    queryKey: [KEY.responseRules, "list"],
    queryFn: async () => rows(await body(client.GET("/response-rules", WHOLE))),
  });
}

export function useResponseRule(id: string) {
  return useQuery({
    queryKey: [KEY.responseRules, "one", id],
    queryFn: () => body(client.GET("/response-rules/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}

/** What conditions of rules with this trigger may ask about; without one, of any rule. */
export function useResponseFields(trigger?: ResponseRuleInput["trigger"]) {
  return useQuery({
    queryKey: [KEY.responseRules, "fields", trigger],
    queryFn: () => body(client.GET("/response-rules/fields", { params: { query: { trigger } } })),
    staleTime: Infinity,
  });
}

export function useSaveResponseRule() {
  return useChange(
    ({ id, input }: { id?: string; input: ResponseRuleInput }) =>
      id === undefined
        ? body(client.POST("/response-rules", { body: input }))
        : body(client.PUT("/response-rules/{id}", { params: { path: { id } }, body: input })),
    [KEY.responseRules],
  );
}

export function useSwitchResponseRule() {
  return useChange(
    ({ id, enabled }: { id: string; enabled: boolean }) =>
      body(client.PATCH("/response-rules/{id}", { params: { path: { id } }, body: { enabled } })),
    [KEY.responseRules],
  );
}

export function useDeleteResponseRule() {
  return useChange(
    (id: string) => body(client.DELETE("/response-rules/{id}", { params: { path: { id } } })),
    [KEY.responseRules],
  );
}

export function usePlaybooks() {
  return useQuery({
    queryKey: [KEY.playbooks],
    queryFn: async () => rows(await body(client.GET("/playbooks"))),
    staleTime: 60_000,
  });
}

export function useRuns(query: RunQuery) {
  return usePaged([KEY.runs, "list", query], (paging) =>
    body(client.GET("/runs", { params: { query: { ...query, ...paging } } })),
  );
}

export function useRun(id: string) {
  return useQuery({
    queryKey: [KEY.runs, "one", id],
    queryFn: () => body(client.GET("/runs/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}
