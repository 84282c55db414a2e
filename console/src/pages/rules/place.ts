/** The index in `text` of a `line:column` place, both from 1; past the end gives the end of the line. */
export function offsetOf(text: string, place: string): number {
  const [line = 1, column = 1] = place.split(":").map((part) => Math.max(1, Number.parseInt(part, 10) || 1));
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const own = lines[line - 1];
  return own === undefined ? text.length : before + Math.min(column - 1, own.length);
}
