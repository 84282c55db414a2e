import type { CorrelationInput, CorrelationSettings, SharedEntity } from "../../api/types";

/** An entry on its way: the number tells rows apart while one types. */
export interface Row extends SharedEntity {
  number: number;
}

/** The settings as a form holds them. */
export interface Draft {
  rows: Row[];
  noisy: Record<string, boolean>;
  patternsOff: string[];
}

export function draftOf({ infrastructure, noisy, patterns_off }: CorrelationSettings): Draft {
  return { rows: infrastructure.map((row, number) => ({ ...row, number })), noisy, patternsOff: patterns_off };
}

/** What is sent: rows in which nothing was written are none. */
export function inputOf({ rows, noisy, patternsOff }: Draft): CorrelationInput {
  const written = rows.filter((row) => row.value.trim() !== "" || (row.note ?? "").trim() !== "");
  return {
    infrastructure: written.map(({ type, value, note }) => ({ type, value: value.trim(), note: (note ?? "").trim() })),
    noisy,
    patterns_off: patternsOff,
  };
}

export function withRow(draft: Draft): Draft {
  const number = 1 + Math.max(-1, ...draft.rows.map((row) => row.number));
  return { ...draft, rows: [...draft.rows, { number, type: "ip", value: "", note: "" }] };
}

/** What the server says of each row, by the row's number: its places count the rows that were sent. */
export function mistakesOf(draft: Draft, errors: { place: string; message: string }[] | undefined): Map<number, string> {
  const sent = draft.rows.filter((row) => row.value.trim() !== "" || (row.note ?? "").trim() !== "");
  const found = new Map<number, string>();
  for (const { place, message } of errors ?? []) {
    const at = /\/infrastructure\/(\d+)\/value$/.exec(place)?.[1];
    const row = at === undefined ? undefined : sent[Number(at)];
    if (row) found.set(row.number, message);
  }
  return found;
}
