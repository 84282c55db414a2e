import { useResponseSettings, useSaveResponseSettings } from "../../api/disposal";
import { useTell } from "../../components/useTell";

/** The one switch over all automatic responses. */
export function useSettingsSwitch() {
  const tell = useTell();
  const settings = useResponseSettings();
  const save = useSaveResponseSettings();
  return {
    paused: settings.data?.paused,
    isPending: save.isPending,
    set: (paused: boolean) => {
      if (settings.data) save.mutate({ ...settings.data, paused }, { onError: tell.failed });
    },
  };
}
