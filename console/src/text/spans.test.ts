import { expect, test } from "vitest";
import { pieces, utf16Indices } from "./spans";

/** Byte span of the first `needle` in `text`, as a server computes it. */
function spanOf(text: string, needle: string, name = "field") {
  const encoder = new TextEncoder();
  const start = encoder.encode(text.slice(0, text.indexOf(needle))).length;
  return { start, end: start + encoder.encode(needle).length, name };
}

test.each([
  ["plain", "GET /login.php?id=1 HTTP/1.1", "/login.php"],
  ["after Chinese", '{"标题":"登录失败","path":"/admin"}', "/admin"],
  ["Chinese itself", '{"标题":"登录失败","path":"/admin"}', "登录失败"],
  ["after emoji (4 bytes, 2 units)", "user 😀😀 ran whoami", "whoami"],
  ["emoji itself", "a😀b", "😀"],
  ["2-byte letters", "Zoë’s café: naïve", "café"],
  ["at the start", "../../etc/passwd", "../.."],
  ["at the end", "q=1 UNION SELECT", "UNION SELECT"],
])("highlights by bytes: %s", (_, text, needle) => {
  const cut = pieces(text, [spanOf(text, needle)]);
  expect(cut.filter((piece) => piece.names.length > 0).map((piece) => piece.text)).toEqual([needle]);
  expect(cut.map((piece) => piece.text).join("")).toBe(text);
});

test("overlapping spans keep both names where they overlap", () => {
  const text = "abcdef";
  const cut = pieces(text, [
    { start: 0, end: 4, name: "x" },
    { start: 2, end: 6, name: "y" },
  ]);
  expect(cut).toEqual([
    { text: "ab", names: ["x"] },
    { text: "cd", names: ["x", "y"] },
    { text: "ef", names: ["y"] },
  ]);
});

test("a border inside a character takes the character's start; one past the end, the end", () => {
  expect(utf16Indices("中文", [0, 1, 3, 4, 6, 99])).toEqual([0, 0, 1, 1, 2, 2]);
});

test("no spans, empty and impossible spans leave the text whole", () => {
  expect(pieces("abc", [])).toEqual([{ text: "abc", names: [] }]);
  expect(pieces("", [{ start: 0, end: 3, name: "x" }])).toEqual([]);
  expect(pieces("abc", [{ start: 2, end: 2, name: "x" }])).toEqual([{ text: "abc", names: [] }]);
  expect(pieces("abc", [{ start: 5, end: 9, name: "x" }])).toEqual([{ text: "abc", names: [] }]);
});
