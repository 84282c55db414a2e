//! What the linter finds, and what it leaves alone.

use crate::fixture::{LOGIN, bench, spoilt};
use detect::RuleSource;
use workbench::{Finding, Severity, custom, lint};

fn found(sources: &[RuleSource]) -> Vec<Finding> {
    lint(bench(), sources).findings
}

/// `line code severity` of each finding, and its text.
fn lines(findings: &[Finding]) -> Vec<String> {
    let line = |f: &Finding| {
        format!(
            "{}:{} {} {}: {}",
            f.line,
            f.column,
            f.severity.as_str(),
            f.code,
            f.text()
        )
    };
    findings.iter().map(line).collect()
}

#[track_caller]
fn check(sources: &[RuleSource], start: &str, word: &str) {
    let lines = lines(&found(sources));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        lines[0].starts_with(start) && lines[0].contains(word),
        "{lines:#?}"
    );
}

#[test]
fn a_good_rule_is_left_alone() {
    let report = lint(bench(), &[custom("login.yml", LOGIN)]);
    assert_eq!((report.findings.as_slice(), report.rules), (&[][..], 1));
    assert!(report.ok());
}

#[test]
fn what_does_not_load_is_told_with_its_place_and_what_was_expected() {
    check(
        &[spoilt(
            "http_request.url.path: /login",
            "http_request.url.path|containz: /login",
        )],
        "7:27 error does-not-load",
        "expected `contains`",
    );
    check(
        &[spoilt(
            "http_request.url.path: /login",
            "http_request.url.pth: /login",
        )],
        "7:5 error does-not-load",
        "`http_request.url.path`",
    );
    check(
        &[spoilt("selection:\n", "selection: [\n")],
        "",
        "error does-not-load",
    );
}

#[test]
fn characters_nobody_sees_are_errors_even_in_a_file_that_cannot_be_read() {
    let hidden = spoilt("title: Login page", "title: Login\u{202e} page");
    check(&[hidden], "1:13 error hidden-character", "U+202E");
    let broken = custom("a.yml", "title: [\u{200b}");
    let codes: Vec<&str> = found(&[broken]).iter().map(|f| f.code).collect();
    assert!(
        codes.contains(&"hidden-character") && codes.contains(&"does-not-load"),
        "{codes:?}"
    );
}

#[test]
fn a_rule_no_source_feeds_is_told() {
    check(
        &[spoilt(
            "{product: nginx, service: access}",
            "{product: nginx, service: acces}",
        )],
        "4:1 warning never-fires",
        "product=nginx service=access",
    );
}

#[test]
fn a_field_no_log_of_the_rule_has_is_told() {
    check(
        &[spoilt(
            "http_request.user_agent|contains: curl",
            "process.cmd_line|contains: curl",
        )],
        "9:5 warning never-filled",
        "self_hosted/nginx access",
    );
    // Nobody can tell what a log holds beside what its mapping knows.
    let unmapped = spoilt(
        "http_request.user_agent|contains: curl",
        "unmapped.x|contains: curl",
    );
    assert_eq!(found(&[unmapped]), []);
}

#[test]
fn two_rules_of_one_id_are_told_once() {
    let twice = [custom("a.yml", LOGIN), custom("b.yml", LOGIN)];
    check(&twice, "1:1 error duplicate-id", "already used in a.yml");
    assert_eq!(found(&twice)[0].file, "b.yml");
}

#[test]
fn an_id_of_a_shipped_rule_is_taken() {
    let shipped = bench()
        .predefined
        .iter()
        .find(|s| s.file.ends_with("access_key_created.yml"))
        .unwrap();
    let id = shipped
        .text
        .lines()
        .find_map(|line| line.strip_prefix("id: "))
        .unwrap();
    check(
        &[spoilt("8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11", id)],
        "1:1 error duplicate-id",
        "predefined rules/alibaba_actiontrail/access_key_created.yml",
    );
}

#[test]
fn missing_and_one_sided_tests_are_told() {
    let (head, _) = LOGIN.split_once("  tests:").unwrap();
    check(&[custom("a.yml", head)], "1:1 warning no-tests", "Login page");
    check(
        &[spoilt("alerts: 0", "alerts: 1")],
        "1:1 info one-sided-tests",
        "raises none",
    );
    check(
        &[spoilt(
            "source: self_hosted/nginx\n      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] \"GET /login HTTP/1.1\" 200 15 \"-\" \"curl",
            "source: self_hosted/ngins\n      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] \"GET /login HTTP/1.1\" 200 15 \"-\" \"curl",
        )],
        "21:15 error unknown-product",
        "`self_hosted/nginx`",
    );
}

#[test]
fn a_correlation_over_a_shipped_rule_loads_and_its_fields_are_checked() {
    let text = |group: &str| {
        format!(
            "title: Refused for long\nid: 4b6e1fe1-7b2c-4b52-8d1e-6a0a5b7a9c01\ndescription: Many.\ncorrelation:\n  type: event_count\n  \
             rules: [nginx_refused]\n  group-by: [{group}]\n  timespan: 1h\n  condition: {{gte: 100}}\nlevel: low\n"
        )
    };
    let codes =
        |text: String| -> Vec<&str> { found(&[custom("a.yml", text)]).iter().map(|f| f.code).collect() };
    assert_eq!(codes(text("src_endpoint.ip")), ["no-tests"]);
}

#[test]
fn a_correlation_that_groups_by_what_its_rules_lack_is_told() {
    let rule = LOGIN.replace("title: Login page", "title: Login page\nname: login_page");
    let (rule, _) = rule.split_once("ctdr:").unwrap();
    let text = format!(
        "{rule}---\ntitle: Often\nid: 4b6e1fe1-7b2c-4b52-8d1e-6a0a5b7a9c01\ndescription: Many.\ncorrelation:\n  type: event_count\n  \
         rules: [login_page]\n  group-by: [process.pid]\n  timespan: 1h\n  condition: {{gte: 100}}\nlevel: low\n"
    );
    let findings = found(&[custom("a.yml", text)]);
    assert!(
        findings
            .iter()
            .any(|f| f.code == "never-filled" && f.message.contains("`process.pid`")),
        "{findings:#?}"
    );
}

#[test]
fn the_shipped_rules_have_no_errors() {
    let report = lint(bench(), &bench().predefined);
    let told = |severity| report.findings.iter().filter(move |f| f.severity == severity);
    let errors: Vec<&Finding> = told(Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let vain = report.findings.iter().filter(|f| f.code.starts_with("never-"));
    let vain: Vec<String> = vain
        .map(|f| format!("{}:{} {}", f.file, f.line, f.message))
        .collect();
    assert!(vain.is_empty(), "{vain:#?}");
    assert!(report.rules > 300, "{}", report.rules);
}
