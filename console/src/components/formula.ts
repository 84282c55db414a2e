/** What is wrong with a formula over numbered conditions, and at which character, from 0. */
export interface FormulaMistake {
  at: number;
  kind: "expectedTerm" | "expectedClose" | "expectedOperator" | "noSuchCondition" | "unused" | "tooDeep";
  /** The condition it is about. */
  number?: number;
}

const MAX_DEPTH = 32;

class Mistake extends Error {
  readonly found: FormulaMistake;

  constructor(found: FormulaMistake) {
    super(found.kind);
    this.found = found;
  }
}

/** Looks at a formula as the server does: `(1&2)|!3`, every condition used. None left out: all have to hold. */
export function checkFormula(text: string, count: number): FormulaMistake | null {
  if (text.trim() === "") return null;
  const reader = new Reader(text, count);
  try {
    reader.or(0);
    if (reader.peek() !== undefined) reader.fail("expectedOperator");
  } catch (error) {
    if (error instanceof Mistake) return error.found;
    throw error;
  }
  const unused = reader.used.indexOf(false);
  return unused < 0 ? null : { at: text.length, kind: "unused", number: unused + 1 };
}

class Reader {
  at = 0;
  readonly text: string;
  readonly count: number;
  readonly used: boolean[];

  constructor(text: string, count: number) {
    this.text = text;
    this.count = count;
    this.used = Array.from({ length: count }, () => false);
  }

  peek(): string | undefined {
    while (/\s/.test(this.text[this.at] ?? "")) this.at += 1;
    return this.text[this.at];
  }

  fail(kind: FormulaMistake["kind"], at = this.at, number?: number): never {
    throw new Mistake({ at, kind, ...(number !== undefined && { number }) });
  }

  or(depth: number): void {
    this.list("|", () => this.list("&", () => this.not(depth)));
  }

  private list(separator: string, part: () => void) {
    part();
    while (this.peek() === separator) {
      this.at += 1;
      part();
    }
  }

  private not(depth: number): void {
    if (depth > MAX_DEPTH) this.fail("tooDeep");
    const next = this.peek();
    if (next === "!") {
      this.at += 1;
      this.not(depth + 1);
    } else if (next === "(") {
      this.at += 1;
      this.or(depth + 1);
      if (this.peek() !== ")") this.fail("expectedClose");
      this.at += 1;
    } else if (next !== undefined && /[0-9]/.test(next)) this.term();
    else this.fail("expectedTerm");
  }

  private term() {
    const start = this.at;
    while (/[0-9]/.test(this.text[this.at] ?? "")) this.at += 1;
    const number = Number(this.text.slice(start, this.at));
    if (number < 1 || number > this.count) this.fail("noSuchCondition", start, number);
    this.used[number - 1] = true;
  }
}
