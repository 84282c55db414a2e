//! Tests that rules carry: those that pass, that fail, and that cannot be read.

use crate::fixture::{LOGIN, SILENCE, bench, spoilt};
use workbench::{custom, test};

#[test]
fn every_shipped_rule_passes_its_tests() {
    let report = test(bench(), &bench().predefined);
    let failed: Vec<_> = report.tests.iter().filter(|test| !test.passed).collect();
    assert!(report.ok(), "{:#?} {failed:#?}", report.errors);
    assert!(
        report.rules > 300 && report.tests.len() > 2 * 300,
        "{}",
        report.tests.len()
    );
}

#[test]
fn a_failing_test_says_what_came_instead() {
    let report = test(bench(), &[spoilt("alerts: 1", "alerts: 2")]);
    let first = &report.tests[0];
    assert!(!report.ok() && !first.passed);
    assert_eq!((first.expected, first.got, first.line), (2, 1, 16));
    assert_eq!(report.passed(), 1);
}

#[test]
fn a_log_that_is_not_read_fails_even_a_test_that_wants_no_alert() {
    let report = test(
        bench(),
        &[spoilt(
            "[03/Sep/2025:16:30:00 +0000] \"GET /login HTTP/1.1\" 200 15 \"-\" \"curl",
            "\"curl",
        )],
    );
    let second = &report.tests[1];
    assert!(report.tests[0].passed && !second.passed && second.got == 0);
    assert_eq!(
        (second.unread[0].log, second.unread[0].reason),
        (1, "not_a_log_line")
    );
}

#[test]
fn what_one_test_counted_is_forgotten_in_the_next() {
    let twice = LOGIN.replace(
        "  tests:\n",
        "  suppress: {by: [src_endpoint.ip], for: 1h}\n  tests:\n",
    );
    let again = twice.replace(
        "\"curl/8.5.0\"']\n      alerts: 0",
        "\"Mozilla/5.0\"']\n      alerts: 1",
    );
    let report = test(bench(), &[custom("a.yml", again)]);
    assert!(report.ok(), "{report:#?}");
}

#[test]
fn windows_that_wait_are_over_when_the_logs_are() {
    let report = test(bench(), &[custom("silence.yml", SILENCE)]);
    assert!(report.ok(), "{report:#?}");
    assert_eq!(report.passed(), 2);
}

#[test]
fn what_does_not_load_is_no_success() {
    let report = test(
        bench(),
        &[spoilt("condition: selection and", "condition: selektion and")],
    );
    assert!(!report.ok() && report.tests.is_empty() && report.errors.len() == 1);
}
