import { randomUuid } from "../../text/random";

/** The id of a document: the key stands unindented, in quotes or not. */
const ID = /^id:[ \t]*(["']?)([^"'\s#]+)\1[ \t]*(?=#|$)/gm;
/** The methods only predefined rules may use. */
const PREDEFINED_ONLY = /^([ \t]+aggregation:\s*)(?:graph_compute|expert)\b/gm;
/** What an id is a whole one between. */
const INSIDE = "[\\w-]";

/**
 * A predefined rule as a custom one: each of its documents has an id of its own, those that name each other by id still
 * do, and its method is one that custom rules may use.
 */
export function copyOf(text: string): string {
  const ids = new Set(Array.from(text.matchAll(ID), (match) => match[2] ?? ""));
  let copy = text.replace(PREDEFINED_ONLY, "$1window");
  for (const id of ids) {
    const whole = new RegExp(`(?<!${INSIDE})${id.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!${INSIDE})`, "g");
    const fresh = randomUuid();
    // A short id may be a word of the rule: only what names documents is renewed then.
    copy = UUID.test(id) ? copy.replace(whole, fresh) : copy.replace(ID, (line: string, _quote, own) => (own === id ? line.replace(id, fresh) : line));
  }
  // A rule without an id gets one.
  return ids.size === 0 ? `id: ${randomUuid()}\n${copy}` : copy;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
