// The server gives matched fields as byte offsets in the UTF-8 form of a raw record; a browser counts
// UTF-16 units. This turns the one into the other and cuts the text into plain and matched pieces.

export interface ByteSpan {
  start: number;
  end: number;
  /** What the highlighted piece is called. */
  name: string;
}

export interface Piece {
  text: string;
  /** Names of the fields that matched here; empty for plain text. */
  names: string[];
}

/** How many bytes of UTF-8 a code point takes. */
function utf8Length(point: number): number {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

/**
 * The UTF-16 index of each byte offset; `offsets` ascending. An offset inside a character gives the
 * start of that character, one past the end gives the length of the text.
 */
export function utf16Indices(text: string, offsets: readonly number[]): number[] {
  const found: number[] = [];
  let byte = 0;
  let index = 0;
  for (const character of text) {
    // A lone surrogate has three bytes here as in WTF-8; a server cannot send one.
    const width = utf8Length(character.codePointAt(0) ?? 0);
    while (found.length < offsets.length && (offsets[found.length] ?? 0) < byte + width) found.push(index);
    byte += width;
    index += character.length;
  }
  while (found.length < offsets.length) found.push(index);
  return found;
}

/** Cuts `text` at the borders of the spans. Overlapping spans give pieces with several names. */
export function pieces(text: string, spans: readonly ByteSpan[]): Piece[] {
  const real = spans.filter((span) => span.start >= 0 && span.end > span.start);
  const borders = [...new Set(real.flatMap((span) => [span.start, span.end]))].sort((a, b) => a - b);
  const indices = utf16Indices(text, borders);
  const out: Piece[] = [];
  const push = (from: number, to: number, names: string[]) => {
    if (to > from) out.push({ text: text.slice(from, to), names });
  };
  push(0, indices[0] ?? text.length, []);
  borders.forEach((border, i) => {
    const names = real.filter((span) => span.start <= border && border < span.end).map((span) => span.name);
    push(indices[i] ?? text.length, indices[i + 1] ?? text.length, [...new Set(names)]);
  });
  return out;
}
