//! What the linter says of rules that can be read.

use crate::fixture::{lists, rule_of};
use sigma::lint::{Severity, Warning, lint};

/// What is found in a rule that has everything people want to know.
fn found(detection: &str) -> Vec<Warning> {
    let text = format!("{}id: i\nlevel: low\ndescription: d\n", rule_of(detection));
    let documents = sigma::parse_with(&text, "l.yml", &lists()).unwrap_or_else(|e| panic!("{}", e[0]));
    lint(&text, "l.yml", &documents)
}

#[test]
fn every_check() {
    let check = |selection: &str, expected: &[&str]| {
        let told: Vec<String> = found(&format!("  s: {{{selection}}}\n  condition: s\n"))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(told, expected, "{selection}");
    };
    check("f: [a, b], 'g|contains|all': [a, b]", &[]);
    check("f|re: '^a'", &[]);
    check("f|re: ['^a', b]", &[]);
    check("f: null", &[]);
    check(
        "f: [a, b, a]",
        &["l.yml:4:7: the value `a` twice, case aside; expected each value once [duplicate-value]"],
    );
    check(
        "f: [a, A]",
        &["l.yml:4:7: the value `A` twice, case aside; expected each value once [duplicate-value]"],
    );
    check("f|cased: [a, A]", &[]);
    check(
        "f: [a, null]",
        &[
            "l.yml:4:7: null in a list of values; expected a selection of its own for the absent field [null-in-list]",
        ],
    );
    check(
        "f|contains|all: a",
        &["l.yml:4:7: `all` with one value; expected several values, or no `all` [all-of-one]"],
    );
    check(
        "f|re: cmd",
        &[
            "l.yml:4:7: `cmd` is a regular expression without anything regular; expected `contains`, with `cased` if \
           case matters [plain-regex]",
        ],
    );
    check(
        "f|hour: 24",
        &["l.yml:4:7: `hour` is never = 24; expected a value that occurs [never-matches]"],
    );
    check(
        "f|month|gt: 12",
        &["l.yml:4:7: `month` is never > 12; expected a value that occurs [never-matches]"],
    );
    check("f|month|gte: 12", &[]);
    check(
        "f|exists: false, f: x",
        &["l.yml:4:24: `f` cannot be absent and have a value; expected one or the other [never-matches]"],
    );
}

#[test]
fn selections_that_are_not_used() {
    let told = found("  s: {f: x}\n  t: {f: y}\n  condition: s\n");
    assert_eq!(
        told[0].to_string(),
        "l.yml:5:3: selection `t` is not used; expected it in the condition [unused-selection]"
    );
}

#[test]
fn what_people_want_to_know() {
    let text = rule_of("  s: {f: x}\n  condition: s\n");
    let checks = |text: &str| lint(text, "l.yml", &sigma::parse(text, "l.yml").unwrap()).len();
    assert_eq!(checks(&text), 3, "id, level, description");
    let counted = format!(
        "{text}name: n\nid: i\n---\ntitle: u\nid: j\nlevel: low\ndescription: d\ncorrelation:\n  type: temporal\n  \
         rules: [n]\n  timespan: 1m\n"
    );
    assert_eq!(checks(&counted), 0, "the correlation says it");
    let aliased = format!("{counted}  aliases: {{x: {{m: f}}}}\n");
    let documents = sigma::parse(&aliased, "l.yml").unwrap();
    let told: Vec<&str> = lint(&aliased, "l.yml", &documents)
        .iter()
        .map(|w| w.check.name())
        .collect();
    assert_eq!(told, ["unused-alias", "unknown-alias"]);
}

#[test]
fn characters_nobody_sees_are_errors() {
    let check = |value: &str, expected: Option<&str>| {
        let told = found(&format!("  s: {{f: '{value}'}}\n  condition: s\n"));
        assert_eq!(
            told.first().map(|w| w.error.to_string()).as_deref(),
            expected,
            "{value:?}"
        );
        assert!(told.iter().all(|w| w.severity == Severity::Error));
    };
    check("é中—", None);
    check(
        "a\u{202e}b",
        Some(
            "l.yml:4:12: a character that turns the direction of text (U+202E); expected only characters one can see, \
             such as `\\u202E` in double quotes",
        ),
    );
    check(
        "a\u{200b}b",
        Some(
            "l.yml:4:12: an invisible character (U+200B); expected only characters one can see, such as `\\u200B` in \
             double quotes",
        ),
    );
    // What is proposed is accepted, and means the character.
    let escaped = found("  s: {f: \"a\\u202Eb\\U000E0041\"}\n  condition: s\n");
    assert!(escaped.is_empty(), "{escaped:?}");
}
