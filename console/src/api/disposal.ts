import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import { rows, usePaged } from "./pages";
import type { PolicyQuery, TaskQuery } from "./queries";
import type { ResponseSettings } from "./types";

/** What every change to a block may move. */
const BLOCKS = [KEY.policies, KEY.tasks, KEY.blocked, KEY.overview];

export function usePolicies(query: PolicyQuery) {
  return usePaged([KEY.policies, "list", query], (paging) =>
    body(client.GET("/policies", { params: { query: { ...query, ...paging } } })),
  );
}

export function usePolicy(id: string) {
  return useQuery({
    queryKey: [KEY.policies, "one", id],
    queryFn: () => body(client.GET("/policies/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}

export function useTasks(query: TaskQuery) {
  return usePaged([KEY.tasks, "list", query], (paging) =>
    body(client.GET("/tasks", { params: { query: { ...query, ...paging } } })),
  );
}

export function useUndoPolicy() {
  return useChange((id: string) => body(client.POST("/policies/{id}/undo", { params: { path: { id } } })), BLOCKS);
}

export function useExtendPolicy() {
  return useChange(
    ({ id, valid_until }: { id: string; valid_until: string }) =>
      body(client.POST("/policies/{id}/extend", { params: { path: { id } }, body: { valid_until } })),
    BLOCKS,
  );
}

export function useUndoTask() {
  return useChange((id: string) => body(client.POST("/tasks/{id}/undo", { params: { path: { id } } })), BLOCKS);
}

export function useRetryTask() {
  return useChange((id: string) => body(client.POST("/tasks/{id}/retry", { params: { path: { id } } })), BLOCKS);
}

/** Where an address is blocked right now, why, and until when. */
export function useBlocked(value: string) {
  return useQuery({
    queryKey: [KEY.blocked, value],
    queryFn: () => body(client.GET("/blocked", { params: { query: { value } } })),
    enabled: value !== "",
  });
}

export function useNeverBlock() {
  return useQuery({ queryKey: [KEY.neverBlock], queryFn: async () => rows(await body(client.GET("/never-block"))) });
}

export function useAddNeverBlock() {
  return useChange(
    (input: { value: string; reason: string }) => body(client.POST("/never-block", { body: input })),
    [KEY.neverBlock, ...BLOCKS],
  );
}

export function useDeleteNeverBlock() {
  return useChange(
    (id: string) => body(client.DELETE("/never-block/{id}", { params: { path: { id } } })),
    [KEY.neverBlock],
  );
}

export function useResponseSettings() {
  return useQuery({ queryKey: [KEY.settings], queryFn: () => body(client.GET("/response-settings")) });
}

export function useSaveResponseSettings() {
  return useChange(
    ({ paused, default_duration_seconds }: ResponseSettings) =>
      body(client.PUT("/response-settings", { body: { paused, default_duration_seconds } })),
    [KEY.settings, KEY.overview],
  );
}
