//! Expert patterns: those we ship hold what they promise, and what is wrong with others is told with its place.

use crate::fixture::{bench, files};
use normalise::ContentFile;
use workbench::pattern::{self, PatternReport};

const GOOD: &str = "id: guessed
title: {en: Guessed, zh: 爆破}
description: {en: Guessing and then a login., zh: 爆破后登录。}
within: 1h
join: [ip: attacker]
steps:
  - name: {en: Guessing, zh: 爆破}
    when: {conditions: [{left: technique, operator: in, right: [T1110.001]}]}
  - name: {en: Login, zh: 登录}
    when: {conditions: [{left: technique, operator: in, right: [T1078.003]}]}
tests:
  - name: both
    alerts:
      - {at: 0s, rule: sshd/password_guessing, entities: [attacker ip 203.0.113.7, victim host i-1]}
      - {at: 1m, rule: sshd/root_password_login, entities: [attacker ip 203.0.113.7, victim host i-1]}
    complete: true
  - name: somebody else
    alerts:
      - {at: 0s, rule: sshd/password_guessing, entities: [attacker ip 203.0.113.7, victim host i-1]}
      - {at: 1m, rule: sshd/root_password_login, entities: [attacker ip 198.51.100.9, victim host i-1]}
    complete: false
";

fn file(text: &str) -> [ContentFile; 1] {
    [ContentFile {
        path: "correlation/guessed.yml".to_owned(),
        text: text.to_owned(),
    }]
}

fn told(report: &PatternReport) -> Vec<String> {
    report
        .findings
        .iter()
        .map(pattern::PatternFinding::text)
        .collect()
}

/// What a report says of the good pattern after a change.
#[track_caller]
fn check(
    run: fn(&workbench::Bench, &[ContentFile]) -> PatternReport,
    good: &str,
    bad: &str,
    expected: &[&str],
) {
    assert!(GOOD.contains(good), "{good}");
    let found = told(&run(bench(), &file(&GOOD.replacen(good, bad, 1))));
    assert_eq!(found.len(), expected.len(), "{bad}: {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        let expected = format!("correlation/guessed.yml:{expected}");
        assert!(found.starts_with(&expected), "{found} is not {expected}");
    }
}

/// Each step of each pattern we ship is met by the alerts of a rule we ship, and each join is of entities that those
/// alerts name on both sides.
#[test]
fn shipped_patterns_are_sound_and_can_complete() {
    let files = files("correlation");
    assert!(files.len() >= 15, "{} patterns", files.len());
    let report = pattern::lint(bench(), &files);
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(report.patterns, files.len());
    assert_eq!(pattern::load(&files).unwrap().len(), files.len());
}

#[test]
fn shipped_patterns_pass_their_tests() {
    let files = files("correlation");
    let report = pattern::test(bench(), &files);
    assert_eq!(told(&report), [""; 0]);
    assert!(report.tests >= 5 * files.len(), "{} tests", report.tests);
}

#[test]
fn mistakes_have_places() {
    check(pattern::lint, "id", "id", &[]);
    check(
        pattern::lint,
        "within: 1h",
        "within: 1x",
        &["4:9: error: `1x` is not a duration"],
    );
    check(
        pattern::lint,
        "within: 1h",
        "wihtin: 1h",
        &["4:1: error: unknown key `wihtin`; expected `within`"],
    );
    check(
        pattern::lint,
        "within: 1h",
        "within: 1h\nwithin: 2h",
        &["5:1: error: "],
    );
    check(
        pattern::lint,
        "id: guessed",
        "id: other",
        &["1:1: error: `other` is in a file of another name"],
    );
    check(
        pattern::lint,
        "join: [ip: attacker]",
        "join: [ips: attacker]",
        &["5:8: error: `ips` is not an entity type"],
    );
    check(
        pattern::lint,
        "left: technique, operator: in, right: [T1078.003]",
        "left: techniques, operator: in, right: []",
        &[
            "10:26: error: `techniques` is nothing",
            "10:58: error: `In` takes at least one value",
        ],
    );
}

#[test]
fn what_can_never_complete_is_told() {
    let met = "right: [T1078.003]";
    check(
        pattern::lint,
        met,
        "right: [T9999]",
        &["10:5: warning: no rule raises alerts for the step `Login`"],
    );
    check(
        pattern::lint,
        "join: [ip: attacker]",
        "join: [ip: attacker, cluster]",
        &["5:22: warning: no two rules of its steps raise alerts that share a `cluster`"],
    );
    check(
        pattern::lint,
        "join: [ip: attacker]",
        "join: [registry]",
        &[
            "5:8: warning: no two rules",
            "9:5: warning: nothing ties the alerts of the step `Login`",
        ],
    );
    check(
        pattern::lint,
        "complete: false",
        "complete: true",
        &["11:1: warning: no test shows what does not complete"],
    );
}

#[test]
fn tests_that_fail_or_prove_nothing_are_told() {
    check(pattern::test, "complete: true", "complete: true", &[]);
    check(
        pattern::test,
        "complete: true",
        "complete: false",
        &["12:5: error: both: the pattern completes 1 times"],
    );
    check(
        pattern::test,
        "complete: false",
        "complete: true",
        &["17:5: error: somebody else: the pattern does not"],
    );
    check(
        pattern::test,
        "sshd/password_guessing",
        "sshd/guesses",
        &["14:18: error: both: there is no rule `sshd/guesses`"],
    );
    check(
        pattern::test,
        "victim host i-1]",
        "victim cluster c-1]",
        &["14:84: error: both: the rule's alerts name no victim cluster c-1"],
    );
}

#[test]
fn ids_are_used_once() {
    let [first] = file(GOOD);
    let second = ContentFile {
        path: "other/guessed.yml".to_owned(),
        ..first.clone()
    };
    let findings = pattern::load(&[first, second]).unwrap_err();
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].text(),
        "other/guessed.yml:1:1: error: the id `guessed` is already used in correlation/guessed.yml [does-not-load]"
    );
    assert_eq!(
        pattern::lint(bench(), &file("{"))
            .github()
            .lines()
            .next()
            .unwrap()
            .split(',')
            .next()
            .unwrap(),
        "::error file=correlation/guessed.yml"
    );
}
