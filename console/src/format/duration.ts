// Durations for people: the two largest units, "2 h 5 min", never "2.083 hours".

export interface DurationWords {
  day: string;
  hour: string;
  minute: string;
  second: string;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** `seconds` in at most two neighbouring units, cut (not rounded) to whole ones. */
export function formatDuration(seconds: number, words: DurationWords): string {
  let rest = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => rest >= size);
  if (first === -1) return `0 ${words.second}`;
  const parts: string[] = [];
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${words[unit]}`);
  }
  return parts.join(" ");
}

