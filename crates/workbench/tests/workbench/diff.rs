//! Comparisons of rule sets: the rules, and what they make of the same logs.

use crate::fixture::{LOGIN, SILENCE, bench, nginx, request};
use model::Time;
use workbench::{Change, Comparison, Diff, Feed, RawRecord, custom};

fn diff(old: &[&str], new: &[&str], lines: &[String]) -> Diff {
    let sources = |texts: &[&str]| -> Vec<_> {
        let numbered = texts.iter().enumerate();
        numbered
            .map(|(number, text)| custom(format!("{number}.yml"), *text))
            .collect()
    };
    let mut comparison = Comparison::new(bench(), &sources(old), &sources(new));
    for (number, line) in lines.iter().enumerate() {
        comparison.record(&RawRecord {
            feed: &Feed::of(nginx()),
            position: &number.to_be_bytes(),
            received: Time::parse("2026-01-01T00:00:00Z").unwrap(),
            raw: line.as_bytes(),
        });
    }
    comparison.finish()
}

fn changes(new: &str) -> Vec<Change> {
    let diff = diff(&[LOGIN], &[new], &[]);
    assert!(!diff.is_empty() && diff.rules.changed.len() == 1 && diff.logs.is_none());
    diff.rules.changed.into_iter().next().unwrap().changes
}

fn whats(new: &str) -> Vec<&'static str> {
    changes(new).iter().map(|change| change.what).collect()
}

#[test]
fn the_same_rules_differ_in_nothing() {
    let diff = diff(&[LOGIN], &[LOGIN], &[]);
    assert!(diff.is_empty() && diff.rules.unchanged == 1);
}

#[test]
fn what_changed_is_named() {
    let level = changes(&LOGIN.replace("level: low", "level: high"));
    assert_eq!(
        (
            level.len(),
            level[0].what,
            level[0].before.as_str(),
            level[0].after.as_str()
        ),
        (1, "level", "Low", "High")
    );
    let condition = changes(&LOGIN.replace("selection and not tools", "selection or tools"));
    assert_eq!(
        (condition[0].what, condition[0].after.as_str()),
        ("condition", "selection or tools")
    );
    assert_eq!(
        whats(&LOGIN.replace("path: /login", "path: [/login, /signin]")),
        ["detection"]
    );
    assert_eq!(whats(&LOGIN.replace(", service: access}", "}")), ["logsource"]);
    assert_eq!(whats(&LOGIN.replace("alerts: 0", "alerts: 1")), ["tests"]);
    assert_eq!(whats(&format!("# only a comment\n{LOGIN}")), ["text"]);
    assert_eq!(
        whats(&LOGIN.replace("role: attacker", "role: artefact")),
        ["ctdr"]
    );
}

#[test]
fn rules_come_and_go() {
    let other = LOGIN
        .replace("8f2b51c2", "9f2b51c2")
        .replace("Login page", "Other page");
    let diff = diff(&[LOGIN], &[&other], &[]);
    assert_eq!(
        (
            diff.rules.added[0].title.as_str(),
            diff.rules.removed[0].title.as_str()
        ),
        ("Other page", "Login page")
    );
    assert!(diff.rules.changed.is_empty() && !diff.is_empty());
}

#[test]
fn alerts_gained_and_lost_are_told_by_rule() {
    let lines = [
        request("203.0.113.7", "03/Sep/2025:10:00:00", "/login", "x"),
        request("203.0.113.7", "03/Sep/2025:11:00:00", "/signin", "x"),
        request("203.0.113.7", "03/Sep/2025:12:00:00", "/signin", "curl/8"),
        "nonsense".to_owned(),
    ];
    let diff = diff(
        &[LOGIN],
        &[&LOGIN.replace("path: /login", "path: /signin")],
        &lines,
    );
    let logs = diff.logs.as_ref().unwrap();
    assert_eq!((logs.records, logs.unread), (3, 1));
    let delta = &logs.rules[0];
    assert_eq!(
        (delta.before, delta.after, delta.gained, delta.lost),
        (1, 1, 1, 1)
    );
    assert!(delta.gained_samples[0].raw.contains("/signin") && delta.lost_samples[0].raw.contains("/login"));
}

#[test]
fn a_change_that_changes_no_alert_says_so() {
    let lines = [request("203.0.113.7", "03/Sep/2025:10:00:00", "/login", "x")];
    let diff = diff(&[LOGIN], &[&LOGIN.replace("level: low", "level: high")], &lines);
    assert!(diff.logs.as_ref().unwrap().rules.is_empty() && !diff.is_empty());
}

#[test]
fn a_rule_that_does_not_load_any_more_is_told() {
    let diff = diff(&[LOGIN], &[&LOGIN.replace("selection and", "selektion and")], &[]);
    assert_eq!(
        (
            diff.old_errors.len(),
            diff.new_errors.len(),
            diff.rules.removed.len()
        ),
        (0, 1, 1)
    );
}

/// Two sets stand in two folders: what is wrong in both of them is no difference.
#[test]
fn a_rule_that_loads_in_neither_is_no_difference() {
    let broken = LOGIN.replace("selection and", "selektion and");
    let [old, new] =
        ["old", "new"].map(|folder| vec![custom(format!("{folder}/login.yml"), broken.as_str())]);
    let diff = Comparison::new(bench(), &old, &new).finish();
    assert!(diff.is_empty() && diff.old_errors.len() == 1, "{diff:?}");
}

#[test]
fn windows_that_wait_are_compared_when_the_logs_end() {
    let lines = [request("203.0.113.7", "03/Sep/2025:10:00:00", "/door", "x")];
    let diff = diff(&[], &[SILENCE], &lines);
    assert_eq!(diff.logs.unwrap().rules[0].gained, 1);
}
