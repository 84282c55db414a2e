//! Tests that rules carry: those that pass, that fail, and that cannot be read.

use crate::fixture::{LOGIN, SILENCE, bench, spoilt};
use workbench::{custom, lint, test};

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

/// A command sent through the WAF of one vendor, and the shell that the agent on the host sees.
const TWO_SOURCES: &str = r#"title: Command in a request
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f21
name: command_sent
logsource: {product: nginx}
detection:
  command:
    http_request.url.query_string|contains: cmd=
  condition: command
---
title: Shell
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f22
name: shell_started
logsource: {product: linux, category: process_creation}
detection:
  shell:
    process.name: sh
  condition: shell
---
title: Command that became a shell
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f23
correlation:
  type: temporal_ordered
  rules: [command_sent, shell_started]
  group-by: [host]
  aliases: {host: {command_sent: dst_endpoint.ip, shell_started: device.ip}}
  timespan: 5m
level: high
ctdr:
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
    - {type: host, field: device.uid, role: victim}
  tests:
    - name: it became one
      logs:
        - source: self_hosted/nginx
          log: '{"time":"2025-09-03T08:30:00+00:00","remote_addr":"203.0.113.7","status":200,"server_addr":"192.168.0.10","uri":"/?cmd=id"}'
        - source: alibaba/security_center
          log: '{"__topic__":"aegis-log-process","uuid":"u","host_ip":"192.168.0.10","proc_name":"sh","start_time":"1756888215"}'
      alerts: 1
    - name: on another host
      source: alibaba/security_center
      logs:
        - source: self_hosted/nginx
          log: '{"time":"2025-09-03T08:30:00+00:00","remote_addr":"203.0.113.7","status":200,"server_addr":"192.168.0.10","uri":"/?cmd=id"}'
        - '{"__topic__":"aegis-log-process","uuid":"u","host_ip":"192.168.0.11","proc_name":"sh","start_time":"1756888215"}'
      alerts: 0
"#;

#[test]
fn each_log_is_read_as_its_own_product_writes_it() {
    let report = test(bench(), &[custom("a.yml", TWO_SOURCES)]);
    assert!(report.ok() && report.tests.len() == 2, "{report:#?}");
    let findings = lint(bench(), &[custom("a.yml", TWO_SOURCES)]).findings;
    assert!(
        findings.iter().all(|f| f.code == "missing-metadata"),
        "{findings:#?}"
    );
}

#[test]
fn a_log_read_as_that_of_another_product_fails_the_test() {
    let text = TWO_SOURCES.replacen("source: self_hosted/nginx", "source: self_hosted/sshd", 1);
    let report = test(bench(), &[custom("a.yml", text)]);
    let first = &report.tests[0];
    assert_eq!((first.passed, first.got, first.unread[0].log), (false, 0, 1));
    assert!(
        first.why.iter().any(|line| line.contains("1 of 2 logs count")),
        "{:?}",
        first.why
    );
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
