import { useSyncExternalStore } from "react";

// One clock for all countdowns of a page; it stands still while nobody looks at it.
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const watching = new Set<() => void>();

function subscribe(onChange: () => void) {
  watching.add(onChange);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const tell of watching) tell();
  }, 1000);
  return () => {
    watching.delete(onChange);
    if (watching.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The present in milliseconds, new every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
