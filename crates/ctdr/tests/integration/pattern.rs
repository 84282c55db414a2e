//! `ctdr pattern`: files in, answers and exit codes out.

use crate::program::ctdr;
use serde_json::Value;

const PATTERN: &str = "id: guessed
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
      - {at: 0s, rule: sshd/password_guessing, entities: [attacker ip 203.0.113.7]}
      - {at: 1m, rule: sshd/root_password_login, entities: [attacker ip 203.0.113.7]}
    complete: true
";

#[test]
fn the_patterns_of_the_product_are_clean() {
    ctdr(&["pattern", "lint", "--strict"]).expect(0, &["0 errors, 0 warnings"]);
    ctdr(&["pattern", "test"]).expect(0, &["tests, 0 errors"]);
}

#[test]
fn a_pattern_of_ones_own_is_linted_and_tested() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("guessed.yml");
    let write = |text: String| std::fs::write(&path, text).unwrap();
    let run = |command: &str, more: &[&str]| {
        let folder = folder.path().display().to_string();
        ctdr(&[&["pattern", command, &folder], more].concat())
    };
    write(PATTERN.to_owned());
    let lint = run("lint", &[]);
    lint.expect(0, &["1 pattern: 0 errors, 1 warning"]);
    assert!(
        lint.output.contains("guessed.yml:11:1: warning: no test shows"),
        "{}",
        lint.output
    );
    run("lint", &["--strict"]).expect(3, &["patterns have warnings"]);
    run("test", &[]).expect(0, &["1 pattern: 1 test, 0 errors"]);

    write(PATTERN.replace("complete: true", "complete: false"));
    let test = run("test", &["--format", "json"]);
    test.expect(3, &["tests failed"]);
    let report: Value = serde_json::from_str(&test.output).unwrap();
    assert_eq!(report["findings"][0]["code"], "test-failed");
    assert_eq!(report["findings"][0]["line"], 12);

    write(PATTERN.replace("within", "wihtin"));
    let lint = run("lint", &["--format", "github"]);
    lint.expect(3, &["patterns have errors"]);
    assert!(lint.output.starts_with("::error file="), "{}", lint.output);

    ctdr(&["pattern", "lint", "nowhere.yml"]).expect(4, &["nowhere.yml"]);
    ctdr(&["pattern", "lint", "--format", "sarif"]).expect(2, &["sarif"]);
}
