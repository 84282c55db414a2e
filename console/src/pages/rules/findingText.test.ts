/// <reference types="node" />
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { RuleFinding } from "../../api/types";
import { en } from "../../i18n/en";
import { zh } from "../../i18n/zh";
import { findingText } from "./findingText";

// Every code there is, as the API's document lists them: what is not there when this is compiled cannot be forgotten.

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  oneOf?: Schema[];
  required?: string[];
  properties?: Record<string, Schema>;
}

const file = new URL("../../../../docs/openapi.json", import.meta.url);
const document = JSON.parse(readFileSync(file, "utf8")) as { components: { schemas: Record<string, Schema> } };
const known = (name: string) => document.components.schemas[name] ?? expect.unreachable(`no schema ${name}`);

/** Values of a property: every word of a closed list, or a marker by which it is found again. */
function values(name: string, schema: Schema): unknown[] {
  if (schema.$ref) return values(name, known(schema.$ref.replace("#/components/schemas/", "")));
  if (schema.oneOf) return schema.oneOf.flatMap((one) => samples(one));
  if (schema.enum) return schema.enum;
  const type = [schema.type].flat()[0];
  if (type === "boolean") return [true, false];
  if (type === "integer") return [0, 7004];
  if (type === "array") return [[`<${name}>`]];
  return [`<${name}>`];
}

/** Objects of a schema, with and without what may be left out. */
function samples(schema: Schema): Record<string, unknown>[] {
  let made: Record<string, unknown>[] = [{}];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    made = made.flatMap((one) => values(name, property).map((value) => ({ ...one, [name]: value })));
  }
  const optional = Object.keys(schema.properties ?? {}).filter((name) => !schema.required?.includes(name));
  if (optional.length === 0) return made;
  return [...made, ...made.map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => !optional.includes(name))))];
}

const all = (known("FindingAbout").oneOf ?? []).flatMap((one) => samples(one));
const CJK = /[\u3400-\u9fff]/;

/** The markers in a finding: what its sentence must show. */
const markers = (value: unknown) => JSON.stringify(value).match(/<\w+>|7004/g) ?? [];

const findings = all.map((about) => ({ ...about, place: "1:1", severity: "error", message: "SERVER" }) as RuleFinding);

test("the document lists the codes, and mistakes of every kind", () => {
  expect(new Set(findings.map((finding) => finding.code)).size).toBe(17);
  const kinds = findings.flatMap((finding) => (finding.code === "does-not-load" ? [finding.mistake.kind] : []));
  expect(new Set(kinds).size).toBe(11);
});

describe.each([
  ["en", en.findings],
  ["zh", zh.findings],
] as const)("%s", (locale, words) => {
  test.each(findings.map((finding) => [JSON.stringify(finding), finding] as const))("%s", (_, finding) => {
    const { text, detail } = findingText(words, finding);
    expect(text).not.toContain("SERVER");
    expect(text).not.toMatch(/undefined|null,|\[object/);
    expect(CJK.test(text)).toBe(locale === "zh");
    for (const marker of markers(finding)) expect(text + (detail ?? "")).toContain(marker);
  });
});

test("a code of a newer server is told in the server's words", () => {
  const finding = { code: "brand-new", place: "1:1", severity: "info", message: "SERVER" } as unknown as RuleFinding;
  expect(findingText(zh.findings, finding)).toEqual({ text: "SERVER" });
});
