import { expect, test } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

type Leaf = string | ((...values: never[]) => string);

/** Every string by its path; functions are called with markers, which must come back out. */
function leaves(node: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(node) as [string, Leaf | object][]) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(at, value);
    else if (typeof value === "function") found.set(at, call(value as (...values: unknown[]) => string));
    else for (const [inner, text] of leaves(value, at)) found.set(inner, text);
  }
  return found;
}

const call = (write: (...values: unknown[]) => string) => write(...Array.from({ length: write.length }, (_, i) => 7001 + i));

const english = leaves(en);
const chinese = leaves(zh);
const CJK = /[\u3400-\u9fff]/;

test("both languages have the same strings, none empty", () => {
  expect([...chinese.keys()]).toEqual([...english.keys()]);
  for (const [path, text] of [...english, ...chinese]) expect(text.trim(), path).not.toBe("");
});

test("English has no Chinese in it, but for the name of the other language", () => {
  const mixed = [...english].filter(([path, text]) => CJK.test(text) && path !== "shell.otherLanguage");
  expect(mixed).toEqual([]);
});

test("Chinese is Chinese: a string left in English is a name, a sign or a unit", () => {
  const left = [...chinese].filter(([path, text]) => !CJK.test(text) && text === english.get(path)).map(([path]) => path);
  const known = ["words.handling.none", "event.times", "sources.regionExample"];
  expect(left.filter((path) => !known.includes(path))).toEqual([]);
});

test("a string that takes values shows all of them in both languages", () => {
  for (const [path, text] of chinese) {
    const numbers = (value: string | undefined) => (value?.match(/700\d/g) ?? []).sort();
    expect(numbers(text), path).toEqual(numbers(english.get(path)));
  }
});
