/** The index in `text` of a `line:column` place, both from 1, columns in characters; past the end gives the end of the line. */
export function offsetOf(text: string, place: string): number {
  const [line = 1, column = 1] = place.split(":").map((part) => Math.max(1, Number.parseInt(part, 10) || 1));
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const own = lines[line - 1];
  if (own === undefined) return text.length;
  // The server counts characters; those outside the basic plane are two units here.
  return before + Array.from(own).slice(0, column - 1).join("").length;
}
