import { useEffect, useRef, type RefObject } from "react";

/** What each key does: `j`, `Enter`, `Shift+X`, `Control+k`, or two keys one after the other: `g e`. */
export type Shortcuts = Record<string, () => void>;

/** How long the first key of two waits for the second. */
const SEQUENCE_MS = 900;

// One listener for the whole page: with one per component, the second key of `g a` would also be
// the `a` of another component.
const listening: RefObject<Shortcuts>[] = [];
let first = { key: "", at: 0 };

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest("input:not([type=checkbox]), textarea, select, [role=combobox], .ant-modal, .ant-dropdown") !== null
  );
}

/** A focused button or link has its own meaning for Enter and Space. */
function hasOwnMeaning(event: KeyboardEvent): boolean {
  const control =
    event.target instanceof HTMLElement && event.target.closest("button, a, input, summary, [role=tab], [role=button]");
  return Boolean(control) && (event.key === "Enter" || event.key === " ");
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key === " " ? "Space" : event.key;
  if (event.ctrlKey || event.metaKey) return `Control+${key.toLowerCase()}`;
  return event.shiftKey && /^[A-Z]$/.test(key) ? `Shift+${key}` : key;
}

function find(name: string): (() => void) | undefined {
  // What was opened last is asked first.
  return listening.findLast((shortcuts) => name in shortcuts.current)?.current[name];
}

function onKey(event: KeyboardEvent) {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const name = nameOf(event);
  if (!name.startsWith("Control+") && (isTyping(event.target) || hasOwnMeaning(event))) return;
  const sequence = event.timeStamp - first.at < SEQUENCE_MS ? find(`${first.key} ${name}`) : undefined;
  first = { key: name, at: event.timeStamp };
  const action = sequence ?? find(name);
  if (!action) return;
  event.preventDefault();
  action();
}

/** Listens for the keys while the component is shown. */
export function useShortcuts(shortcuts: Shortcuts, enabled = true) {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    if (!enabled) return;
    if (listening.length === 0) window.addEventListener("keydown", onKey);
    listening.push(latest);
    return () => {
      listening.splice(listening.indexOf(latest), 1);
      if (listening.length === 0) window.removeEventListener("keydown", onKey);
    };
  }, [enabled]);
}
