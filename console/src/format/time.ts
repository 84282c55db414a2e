// Times are shown in the reader's own time zone; the UTC form is always one hover away, because it is
// what logs, colleagues abroad and reports use.

const two = (n: number) => String(n).padStart(2, "0");

/** Local `HH:mm:ss` today, `MM-DD HH:mm` this year, `YYYY-MM-DD` before. */
export function shortTime(iso: string, now: Date): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  if (at.getFullYear() !== now.getFullYear()) return `${at.getFullYear()}-${day}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const today = at.getMonth() === now.getMonth() && at.getDate() === now.getDate();
  return today ? `${clock}:${two(at.getSeconds())}` : `${day} ${clock}`;
}

/** Local `YYYY-MM-DD HH:mm:ss`. */
export function fullTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `YYYY-MM-DD HH:mm:ss.SSS UTC`. */
export function utcTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${at.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** Whole seconds from `now` until `iso`; negative once it has passed. */
export function secondsUntil(iso: string, now: number): number {
  return Math.floor((new Date(iso).getTime() - now) / 1000);
}
