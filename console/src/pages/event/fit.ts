// SVG neither wraps nor cuts off: what does not fit is cut here. A Chinese character is twice as wide as a Latin one.
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/;
const NARROW = 6.6;

/** As much of a text of 12 pixels as there is room for. */
export function fit(text: string, room: number): string {
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += WIDE.test(character) ? 12 : NARROW;
    if (used > room) return `${kept.slice(0, -1)}…`;
    kept += character;
  }
  return text;
}
