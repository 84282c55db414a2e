// Which pieces of a text are wrong: what is underlined in the editor. A finding has a place; what is underlined
// there is the word that starts at it.

import { offsetOf } from "./place";

/** What weighs most comes first. */
export const SEVERITIES = ["error", "warning", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** Something wrong with a text, in the reader's language. */
export interface Mark {
  /** `line:column`, both from 1. */
  place: string;
  severity: Severity;
  text: string;
}

/** A piece of a text, and what is wrong with it. */
export interface Piece {
  start: number;
  text: string;
  marks: Mark[];
}

/** A quoted text, or all up to what ends a word in YAML. */
const WORD = /^(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*'|(?:(?!:(?:\s|$))[^\s,[\]{}])+)/u;
/** Something that leaves a trace on the screen. */
const VISIBLE = /[^\s\p{Cf}\p{Cc}]/u;

/** What is underlined for a place: the word there, or something near it that can be seen. */
export function rangeOf(text: string, place: string): [number, number] {
  const at = offsetOf(text, place);
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const found = text.indexOf("\n", at);
  const lineEnd = found === -1 ? text.length : found;
  let start = at;
  let end = at + (WORD.exec(text.slice(at, lineEnd))?.[0].length ?? 0);
  if (end === start) end = Math.min(start + 1, lineEnd);
  while (!VISIBLE.test(text.slice(start, end)) && (start > lineStart || end < lineEnd)) {
    start = Math.max(start - 1, lineStart);
    end = Math.min(end + 1, lineEnd);
  }
  return [start, end];
}

/**
 * A range of one text in the next, of which only one stretch was changed: what stands before it stays, what stands behind
 * it moves along, and of what was changed itself nobody can tell.
 */
export function moved([start, end]: [number, number], before: string, now: string): [number, number] | undefined {
  if (before === now) return [start, end];
  const shorter = Math.min(before.length, now.length);
  let same = 0;
  while (same < shorter && before[same] === now[same]) same += 1;
  let tail = 0;
  while (tail < shorter - same && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  if (end <= same) return [start, end];
  const by = now.length - before.length;
  return start >= before.length - tail ? [start + by, end + by] : undefined;
}

/** The text in pieces, each with all that is wrong with it. `judged`: the text the marks are of, if it is an older one. */
export function pieces(text: string, marks: readonly Mark[], judged = text): Piece[] {
  const ranges = marks.flatMap((mark) => {
    const range = moved(rangeOf(judged, mark.place), judged, text);
    return range ? [{ mark, range }] : [];
  });
  const cuts = [...new Set([0, text.length, ...ranges.flatMap(({ range }) => range)])].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1] ?? text.length;
    const here = ranges.filter(({ range }) => range[0] <= start && end <= range[1]);
    return { start, text: text.slice(start, end), marks: here.map(({ mark }) => mark) };
  });
}

/** How much the worst of them weighs. */
export function worst(marks: readonly Mark[]): Severity | undefined {
  return SEVERITIES.find((severity) => marks.some((mark) => mark.severity === severity));
}

/** What is wrong where the caret stands: in a piece, or at its end. */
export function marksAt(cut: readonly Piece[], offset: number): Mark[] {
  const inside = cut.filter(({ start, text }) => start <= offset && offset <= start + text.length);
  return [...new Set(inside.flatMap(({ marks }) => marks))];
}

/** The lines, from 1, in which something is an error. */
export function wrongLines(text: string, cut: readonly Piece[]): Set<number> {
  const wrong = cut.filter(({ marks }) => worst(marks) === "error");
  return new Set(wrong.map(({ start }) => text.slice(0, start).split("\n").length));
}
