import { useText } from "../i18n/text";
import { formatDuration } from "../format/duration";
import { fullTime, secondsUntil, shortTime, utcTime } from "../format/time";
import { useNow } from "./useNow";

/** A time in the reader's zone, its UTC form on hover. */
export function Moment({ at, full = false }: { at: string | null | undefined; full?: boolean }) {
  const t = useText().common;
  if (!at) return <span className="muted">—</span>;
  return (
    <time className="number" dateTime={at} title={`${fullTime(at)}\n${utcTime(at)} (${t.utc})`}>
      {full ? fullTime(at) : shortTime(at, new Date())}
    </time>
  );
}

/** A length of time in words. */
export function Duration({ seconds }: { seconds: number }) {
  const t = useText().words.duration;
  return <span className="number">{formatDuration(seconds, t)}</span>;
}

/** Time left until `until`, counting down. */
export function Countdown({ until }: { until: string }) {
  const t = useText();
  const left = secondsUntil(until, useNow());
  return (
    <time className={left > 0 ? "number" : "number muted"} dateTime={until} title={`${fullTime(until)}\n${utcTime(until)}`}>
      {left > 0 ? formatDuration(left, t.words.duration) : t.common.expired}
    </time>
  );
}
