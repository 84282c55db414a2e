/** What a backtest tries: a text as it stands in the editor, or a rule that is stored. */
export type Tried = { text: string } | { id: string };

/** What the server is asked. */
export function requestOf(tried: Tried, days: number, budget: number | null) {
  const rules = "text" in tried ? { text: tried.text } : { ids: [tried.id] };
  return { ...rules, days, ...(budget !== null && { alerts_per_day: budget }) };
}

/** Tells one thing that was tried from another. */
export function keyOf(tried: Tried): string {
  return "text" in tried ? tried.text : tried.id;
}
