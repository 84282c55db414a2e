import { expect, test } from "vitest";
import { marksAt, moved, pieces, rangeOf, worst, wrongLines, type Mark } from "./marks";

const text = [
  "title: 登录 页面",
  "  url|containz: /login",
  "\tname: 'it''s here', x",
  "  list: [one, two]",
  "path: C:\\x:y",
  "dark\u202eroom: 1",
  "empty:   ",
  "",
  "smile: 😀😀 word",
].join("\n");

test.each([
  ["1:8", "登录"],
  ["1:11", "页面"],
  ["2:7", "containz"],
  ["2:3", "url|containz"],
  ["3:8", "'it''s here'"],
  ["4:10", "one"],
  ["4:9", "["],
  ["5:7", "C:\\x:y"],
  ["6:5", "\u202eroom"],
  ["9:11", "word"],
  ["99:1", "d"],
])("at %s the word is underlined", (place, expected) => {
  expect(text.slice(...rangeOf(text, place))).toContain(expected);
});

test("what cannot be seen is underlined with its neighbours", () => {
  const hidden = "ab\u200b cd";
  expect(hidden.slice(...rangeOf(hidden, "1:3"))).toBe("b\u200b ");
  expect(rangeOf("a:\n\nb", "2:1")).toEqual([3, 3]);
});

test("a mark never leaves its line", () => {
  for (let line = 1; line <= 9; line += 1) {
    for (let column = 1; column <= 20; column += 1) {
      expect(text.slice(...rangeOf(text, `${line}:${column}`)).slice(0, -1)).not.toContain("\n");
    }
  }
});

const mark = (place: string, severity: Mark["severity"]): Mark => ({ place, severity, text: `${place} ${severity}` });

test("the pieces are the text, and overlapping marks stand in one", () => {
  const marks = [mark("2:3", "warning"), mark("2:7", "error"), mark("4:10", "info")];
  const cut = pieces(text, marks);
  expect(cut.map((piece) => piece.text).join("")).toBe(text);
  const marked = cut.filter((piece) => piece.marks.length > 0).map((piece) => [piece.text, worst(piece.marks)]);
  expect(marked).toEqual([
    ["url|", "warning"],
    ["containz", "error"],
    ["one", "info"],
  ]);
});

test("the caret in a word, and behind it, is told what is wrong with it", () => {
  const cut = pieces("a: bad", [mark("1:4", "error")]);
  expect([2, 3, 5, 6].map((offset) => marksAt(cut, offset).length)).toEqual([0, 1, 1, 1]);
  expect(pieces("", [mark("1:1", "error")])).toEqual([]);
});

test.each<[string, string, string, string | undefined]>([
  ["a line is added above", "a: 1\nb: bad\n", "a: 1\nx: 2\nb: bad\n", "bad"],
  ["a line is taken away above", "a: 1\nb: bad\n", "b: bad\n", "bad"],
  ["something is added below", "b: bad\n", "b: bad\nc: 1\n", "bad"],
  ["the word itself is changed", "b: bad\n", "b: bald\n", undefined],
  ["everything is new", "b: bad", "other", undefined],
])("while %s, a mark stays with its word", (_, before, now, expected) => {
  const at = before.indexOf("bad");
  const range = moved([at, at + 3], before, now);
  expect(range && now.slice(...range)).toBe(expected);
});

test("a line with an error is wrong, one with a warning is not", () => {
  const marks = [mark("2:3", "warning"), mark("5:1", "error")];
  expect([...wrongLines(text, pieces(text, marks))]).toEqual([5]);
  expect([...wrongLines(`new\n${text}`, pieces(`new\n${text}`, marks, text))]).toEqual([6]);
});
