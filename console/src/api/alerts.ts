import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { usePaged } from "./pages";
import type { AlertQuery } from "./queries";

export function useAlerts(query: AlertQuery) {
  return usePaged([KEY.alerts, "list", query], (paging) =>
    body(client.GET("/alerts", { params: { query: { ...query, ...paging } } })),
  );
}

export function useAlertTabs() {
  return useQuery({ queryKey: [KEY.alerts, "tabs"], queryFn: () => body(client.GET("/alerts/tabs")) });
}

export function useAlert(id: string) {
  return useQuery({
    queryKey: [KEY.alerts, "one", id],
    queryFn: () => body(client.GET("/alerts/{id}", { params: { path: { id } } })),
    enabled: id !== "",
  });
}
