import type { RuleFinding } from "../../api/types";
import type { Dictionary } from "../../i18n/dictionary";

/** A finding in the reader's language. */
export interface FindingText {
  text: string;
  /** What the server says beyond that, in English. */
  detail?: string;
}

type Words = Dictionary["findings"];
type Mistake = Extract<RuleFinding, { code: "does-not-load" }>["mistake"];

/** Says a finding by its code. Every code has its words, or this does not compile. */
export function findingText(t: Words, finding: RuleFinding): FindingText {
  switch (finding.code) {
    case "does-not-load":
      return mistakeText(t, finding.mistake, finding.message);
    case "missing-metadata":
      return { text: t.missing[finding.key](finding.rule) };
    case "unused-selection":
      return { text: t.unusedSelection(finding.selection) };
    case "all-of-one":
      return { text: t.allOfOne };
    case "null-in-list":
      return { text: t.nullInList };
    case "duplicate-value":
      return { text: twice(t, finding.of, finding.value, finding.case_aside) };
    case "plain-regex":
      return { text: t.plainRegex(finding.regex) };
    case "never-matches":
      return { text: finding.comparison ? t.neverIs(finding.subject, finding.comparison) : t.contradiction(finding.subject) };
    case "unknown-alias":
      return { text: t.unknownAlias(finding.rule) };
    case "unused-alias":
      return { text: t.unusedAlias(finding.alias) };
    case "hidden-character":
      return { text: t.hidden[finding.what](finding.character) };
    case "duplicate-id":
      return { text: finding.file ? t.duplicateIdIn(finding.id, finding.file) : t.duplicateId(finding.id) };
    case "never-fires":
      return { text: neverFires(t, finding.logsource, finding.near_logsource, finding.near_product) };
    case "never-filled":
      return { text: neverFilled(t, finding.field, finding.logs.join(", "), finding.more) };
    case "no-tests":
      return { text: t.noTests(finding.rule) };
    case "one-sided-tests":
      return { text: t.oneSided[finding.missing](finding.rule) };
    case "unknown-product":
      return {
        text: finding.near ? t.unknownProductNear(finding.product, finding.near) : t.unknownProduct(finding.product),
      };
    default:
      return newer(finding);
  }
}

/** Why a text does not load: in full where the mistake says all there is to say, else a headline and the server's words. */
function mistakeText(t: Words, mistake: Mistake, detail: string): FindingText {
  const words = t.mistakes;
  switch (mistake.kind) {
    case "yaml":
      return { text: words.yaml, detail };
    case "unknown-word":
      return mistake.near ? { text: words.unknownWordNear(mistake.word, mistake.near) } : { text: words.unknownWord(mistake.word), detail };
    case "missing-key":
      return { text: words.missingKey(mistake.key) };
    case "wrong-type":
      return { text: words.wrongType, detail };
    case "condition":
      return { text: words.condition, detail };
    case "detection":
      return { text: words.detection, detail };
    case "correlation":
      return { text: words.correlation, detail };
    case "unknown-field":
      return { text: mistake.near ? words.unknownFieldNear(mistake.field, mistake.near) : words.unknownField(mistake.field) };
    case "unknown-rule":
      return { text: mistake.near ? words.unknownRuleNear(mistake.rule, mistake.near) : words.unknownRule(mistake.rule) };
    case "taken-id":
      return { text: words.takenId(mistake.id) };
    case "other":
      return { text: words.other, detail };
    default:
      return { text: words.other, detail };
  }
}

function twice(t: Words, of: "value" | "rule", value: string | null | undefined, caseAside: boolean): string {
  if (value === null || value === undefined) return t.someValueTwice;
  if (of === "rule") return t.ruleTwice(value);
  return caseAside ? t.valueTwiceCase(value) : t.valueTwice(value);
}

function neverFires(t: Words, logsource: string, near?: string | null, product?: string | null): string {
  return near && product ? t.neverFiresNear(logsource, near, product) : t.neverFires(logsource);
}

function neverFilled(t: Words, field: string, logs: string, more: number): string {
  return more > 0 ? t.neverFilledMore(field, logs, more) : t.neverFilled(field, logs);
}

/** What a server says that is newer than this console. */
function newer(finding: never): FindingText {
  return { text: (finding as RuleFinding).message };
}
