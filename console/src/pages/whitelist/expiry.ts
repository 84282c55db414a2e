/** How the end of an entry is chosen: in so many days, never, or as it is. */
export type Expiry = "1" | "7" | "30" | "never" | "custom";

export const EXPIRIES: Exclude<Expiry, "custom">[] = ["1", "7", "30", "never"];

const DAY_MS = 86_400_000;

/** The end that is sent; undefined leaves the one there is. */
export function endOf(expiry: Expiry, now: number): string | null | undefined {
  if (expiry === "custom") return undefined;
  return expiry === "never" ? null : new Date(now + Number(expiry) * DAY_MS).toISOString();
}

/** What a form starts with: a new entry ends, one that is there stays as it is. */
export function startOf(entry: { expires_at?: string | null } | undefined): Expiry {
  if (!entry) return "30";
  return entry.expires_at ? "custom" : "never";
}
