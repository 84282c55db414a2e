import { useQuery } from "@tanstack/react-query";
import { KEY } from "./cache";
import { body, client } from "./client";
import { useChange } from "./mutate";
import type { CorrelationInput, ReplayRequest, WhitelistPreview, WhitelistUpdate } from "./types";

// What tunes detection: whitelists as they are tried and changed, the settings of correlation, and replays.

/** The version of something as the server asks for it. */
const matches = (version: number) => ({ "If-Match": `"${version}"` });

export function useChangeWhitelist() {
  return useChange(
    ({ id, version, change }: { id: string; version: number; change: WhitelistUpdate }) =>
      body(client.PATCH("/whitelists/{id}", { params: { path: { id }, header: matches(version) }, body: change })),
    [KEY.whitelists],
  );
}

/** Starts to see what a whitelist would have hidden. */
export const previewWhitelist = (asked: WhitelistPreview) => body(client.POST("/whitelists:preview", { body: asked }));

/** Starts to see what a change would make of the events of the last days. */
export const startReplay = (asked: ReplayRequest) => body(client.POST("/replays", { body: asked }));

export function useCorrelationSettings() {
  return useQuery({
    queryKey: [KEY.correlation],
    queryFn: () => body(client.GET("/correlation-settings")),
    staleTime: 0,
  });
}

/** Which expert patterns are off, and the way to switch one: a part of the same settings. */
export function usePatternSwitch() {
  const settings = useCorrelationSettings().data;
  const save = useSaveCorrelationSettings();
  const turn = (id: string, on: boolean) => {
    if (!settings) return Promise.resolve();
    const { version, infrastructure, noisy, patterns_off } = settings;
    const off = patterns_off.filter((other) => other !== id);
    return save.mutateAsync({
      version,
      settings: { infrastructure, noisy, patterns_off: on ? off : [...off, id] },
    });
  };
  return { off: new Set(settings?.patterns_off), turn, known: settings !== undefined, isPending: save.isPending };
}

export function useSaveCorrelationSettings() {
  return useChange(
    ({ version, settings }: { version: number; settings: CorrelationInput }) =>
      body(client.PUT("/correlation-settings", { params: { header: matches(version) }, body: settings })),
    [KEY.correlation],
  );
}
