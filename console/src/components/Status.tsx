import { Tooltip } from "antd";
import type { ReactNode } from "react";
import css from "./Status.module.css";

export type Tone = "good" | "warn" | "bad" | "busy" | "idle" | "info";

/** What each of the API's states feels like; a state without a row is idle. */
const TONES: Record<string, Tone> = {
  unhandled: "info",
  handling: "busy",
  handling_failed: "bad",
  handled: "good",
  running: "busy",
  succeeded: "good",
  failed: "bad",
  cancelled: "idle",
  initial: "busy",
  deleted: "idle",
  blocked: "good",
  isolated: "good",
  ended: "idle",
  whitelisted: "warn",
  unblock_failed: "bad",
  unisolate_failed: "bad",
  ok: "good",
  waiting: "busy",
  late: "warn",
  silent: "bad",
  failing: "bad",
  active: "good",
  pending: "busy",
  releasing: "busy",
  released: "idle",
};

export const toneOf = (code: string): Tone => TONES[code] ?? "idle";

/** A dot and a word. */
export function Status({ tone, hint, children }: { tone: Tone; hint?: ReactNode; children: ReactNode }) {
  const body = (
    <span className={css.status}>
      <span className={css.dot} data-tone={tone} />
      {children}
    </span>
  );
  return hint ? <Tooltip title={hint}>{body}</Tooltip> : body;
}

/** A small tag for a property worth noticing. */
export function Badge({ tone = "idle", hint, children }: { tone?: Tone; hint?: ReactNode; children: ReactNode }) {
  const body = (
    <span className={css.badge} data-tone={tone}>
      {children}
    </span>
  );
  return hint ? <Tooltip title={hint}>{body}</Tooltip> : body;
}
