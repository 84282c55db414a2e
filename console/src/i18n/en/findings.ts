// What the linter of rules finds, by the codes of the server.

const logs = (n: number) => `${n} more ${n === 1 ? "log" : "logs"}`;

export const findings = {
  mistakes: {
    yaml: "This cannot be read as YAML",
    unknownWord: (word: string) => `“${word}” is unknown here`,
    unknownWordNear: (word: string, near: string) => `“${word}” is unknown here; “${near}” may be meant`,
    missingKey: (key: string) => `The key “${key}” is missing`,
    wrongType: "A value is of the wrong type",
    condition: "The condition is not right",
    detection: "The detection is not right",
    correlation: "The correlation is not right",
    unknownField: (field: string) => `No log has a field “${field}”`,
    unknownFieldNear: (field: string, near: string) => `No log has a field “${field}”; “${near}” may be meant`,
    unknownRule: (rule: string) => `There is no rule “${rule}”`,
    unknownRuleNear: (rule: string, near: string) => `There is no rule “${rule}”; “${near}” may be meant`,
    takenId: (id: string) => `Another rule has the id ${id} already`,
    other: "The rule does not load",
  },
  missing: {
    id: (rule: string) => `“${rule}” has no id; give it a UUID that stays the same for ever`,
    level: (rule: string) => `“${rule}” has no level; say how bad it is, so that alerts can be sorted`,
    description: (rule: string) => `“${rule}” has no description; say what it detects and why that matters`,
  },
  unusedSelection: (selection: string) => `The condition does not use the selection “${selection}”`,
  allOfOne: "“all” needs several values; here is one",
  nullInList: "Null stands in a list of values; give the absent field a selection of its own",
  valueTwice: (value: string) => `The value “${value}” stands here twice`,
  valueTwiceCase: (value: string) => `The value “${value}” stands here twice; upper and lower case are the same`,
  someValueTwice: "A value stands here twice",
  ruleTwice: (rule: string) => `The rule “${rule}” is named twice`,
  plainRegex: (regex: string) =>
    `“${regex}” is plain text, not an expression; use “contains”, with “cased” if case matters`,
  contradiction: (field: string) => `“${field}” cannot be absent and have a value at once`,
  neverIs: (part: string, comparison: string) => `“${part}” is never ${comparison}`,
  unknownAlias: (rule: string) => `“${rule}” is none of the rules of this correlation`,
  unusedAlias: (alias: string) => `Nothing is grouped by the alias “${alias}”`,
  hidden: {
    direction: (character: string) => `A character that turns the direction of text (${character})`,
    invisible: (character: string) => `An invisible character (${character})`,
    control: (character: string) => `A control character (${character})`,
  },
  duplicateId: (id: string) => `Another rule has the id ${id} already; give this one its own`,
  duplicateIdIn: (id: string, file: string) => `The id ${id} is already used in ${file}; give this rule its own`,
  neverFires: (logsource: string) => `No source writes logs of “${logsource}”, so the rule never fires`,
  neverFiresNear: (logsource: string, near: string, product: string) =>
    `No source writes logs of “${logsource}”, so the rule never fires; ${product} writes “${near}”`,
  neverFilled: (field: string, list: string) => `The logs this reads (${list}) never fill “${field}”`,
  neverFilledMore: (field: string, list: string, more: number) =>
    `The logs this reads (${list} and ${logs(more)}) never fill “${field}”`,
  noTests: (rule: string) => `“${rule}” has no tests; add raw logs and how many alerts they raise`,
  oneSided: {
    alert: (rule: string) => `No test of “${rule}” raises an alert; add one that must match`,
    no_alert: (rule: string) => `Every test of “${rule}” raises alerts; add one that must not match`,
  },
  unknownProduct: (product: string) => `No source reads logs of ${product}`,
  unknownProductNear: (product: string, near: string) => `No source reads logs of ${product}; ${near} may be meant`,
};
