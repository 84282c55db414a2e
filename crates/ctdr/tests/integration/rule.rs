//! `ctdr rule`: files in, answers and exit codes out.

use crate::program::{Ended, ctdr, recorded};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
};
use tempfile::TempDir;

const RULE: &str = r#"title: Login page
id: 8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11
description: Somebody asks for the login page.
logsource: {product: nginx, service: access}
detection:
  selection:
    http_request.url.path: /login
  condition: selection
level: low
ctdr:
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
  tests:
    - name: it is asked for
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET /login HTTP/1.1" 200 15 "-" "Mozilla/5.0"']
      alerts: 1
    - name: something else is asked for
      source: self_hosted/nginx
      logs: ['203.0.113.7 - - [03/Sep/2025:16:30:00 +0000] "GET / HTTP/1.1" 200 15 "-" "Mozilla/5.0"']
      alerts: 0
"#;

/// A folder to work in.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        desk.write("rules/login.yml", RULE);
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = PathBuf::from(self.path(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A compressed access log: three requests for the login page on one day, one on the next, and a line that is none.
    fn log(&self) -> String {
        let path = self.path("access.log.gz");
        let mut file = GzEncoder::new(File::create(&path).unwrap(), Compression::fast());
        for (day, hour, target) in [
            (3, 10, "/login"),
            (3, 11, "/login"),
            (3, 12, "/"),
            (3, 13, "/login"),
            (4, 10, "/login"),
        ] {
            writeln!(
                file,
                r#"203.0.113.7 - - [0{day}/Sep/2025:{hour}:00:00 +0000] "GET {target} HTTP/1.1" 200 15 "-" "x""#
            )
            .unwrap();
        }
        writeln!(file, "nonsense").unwrap();
        file.finish().unwrap();
        format!("self_hosted/nginx={path}")
    }
}

fn rule(arguments: &[&str]) -> Ended {
    ctdr(&[&["rule"], arguments].concat())
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.output).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

#[test]
fn lint_finds_what_is_wrong_and_where() {
    let desk = Desk::new();
    let good = rule(&["lint", &desk.path("rules")]);
    good.expect(0, &["1 file, 1 rule: 0 errors, 0 warnings, 0 notes"]);
    assert_eq!(good.output, "");
    let bad = desk.write(
        "rules/bad.yml",
        &RULE.replace("path: /login", "path|containz: /login"),
    );
    let ended = rule(&["lint", &desk.path("rules")]);
    ended.expect(3, &["1 error"]);
    let start =
        format!("{bad}:7:27: error: unknown modifier `containz`; expected `contains` [does-not-load]");
    assert!(ended.output.starts_with(&start), "{ended:?}");
    let sarif = json(&rule(&["lint", &bad, "--format", "sarif"]));
    assert_eq!(
        sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"],
        7
    );
    let github = rule(&["lint", &bad, "--format", "github"]);
    assert!(
        github.code == Some(3) && github.output.starts_with("::error file="),
        "{github:?}"
    );
    let junit = rule(&["lint", &bad, "--format", "junit"]);
    assert!(
        junit.code == Some(3) && junit.output.contains("failures=\"1\""),
        "{junit:?}"
    );
}

#[test]
fn warnings_fail_only_if_asked_to() {
    let desk = Desk::new();
    let silent = desk.write("silent.yml", &RULE.replace("service: access", "service: nothing"));
    rule(&["lint", &silent]).expect(0, &["0 errors, 1 warning"]);
    let strict = rule(&["lint", &silent, "--strict"]);
    strict.expect(3, &["rules have warnings"]);
    assert!(strict.output.contains("[never-fires]"), "{strict:?}");
}

#[test]
fn lint_and_test_know_the_predefined_rules() {
    rule(&["lint"]).expect(0, &[" 0 errors"]);
    let ended = rule(&["test"]);
    ended.expect(0, &["rules, ", "tests: "]);
    assert_eq!(ended.output, "");
}

#[test]
fn a_failing_test_says_what_did_not_hold() {
    let desk = Desk::new();
    rule(&["test", &desk.path("rules")]).expect(0, &["1 rule, 2 tests: 2 passed"]);
    let verbose = rule(&["test", &desk.path("rules"), "-v"]);
    assert_eq!(
        verbose
            .output
            .lines()
            .filter(|line| line.starts_with("ok   "))
            .count(),
        2
    );
    let bad = desk.write("bad.yml", &RULE.replace("path: /login", "path: /signin"));
    let ended = rule(&["test", &bad]);
    ended.expect(3, &["1 rule, 2 tests: 1 passed", "1 test failed"]);
    for word in ["FAIL ", "0 alerts, expected 1", "= \"/signin\": it is \"/login\""] {
        assert!(
            ended.output.contains(word),
            "`{word}` is missing in {}",
            ended.output
        );
    }
    let broken = desk.write(
        "broken.yml",
        &RULE.replace("condition: selection", "condition: selektion"),
    );
    let ended = rule(&["test", &broken]);
    ended.expect(
        3,
        &[
            "0 tests: 0 passed",
            "1 error: rules do not load",
            "[does-not-load]",
        ],
    );
    let report = json(&rule(&["test", &bad, "--format", "json"]));
    assert_eq!(
        (&report["tests"][0]["got"], &report["tests"][0]["expected"]),
        (&0.into(), &1.into())
    );
    rule(&["test", &bad, "--format", "sarif"]).expect(2, &["text, json, junit or github"]);
}

#[test]
fn what_is_not_there_is_not_found() {
    let desk = Desk::new();
    rule(&["lint", &desk.path("nothing")]).expect(4, &["nothing"]);
    fs::create_dir(desk.path("empty")).unwrap();
    rule(&["test", &desk.path("empty")]).expect(4, &["no rule files"]);
    rule(&["explain", "no such rule", "--logs", &desk.log()]).expect(4, &["`no such rule`"]);
    let log = format!("self_hosted/apache={}", desk.path("x"));
    rule(&["backtest", "--logs", &log]).expect(2, &["`self_hosted/nginx`"]);
}

#[test]
fn a_new_rule_works_as_it_is_and_is_never_overwritten() {
    let desk = Desk::new();
    let out = desk.path("rules/new/waf.yml");
    rule(&["new", "alibaba/waf", "--title", "It's mine", "--out", &out]).expect(0, &["wrote "]);
    rule(&["lint", &out, "--strict"]).expect(0, &["1 rule: 0 errors"]);
    rule(&["test", &out]).expect(0, &["2 passed"]);
    rule(&["new", "alibaba/waf", "--out", &out]).expect(6, &["waf.yml"]);
    rule(&["new", "alibaba/nothing"]).expect(2, &["`alibaba/waf`"]);
    let again = [rule(&["new", "alibaba/waf"]), rule(&["new", "alibaba/waf"])];
    let ids = again.map(|ended| {
        ended
            .output
            .lines()
            .find(|line| line.starts_with("id: "))
            .unwrap()
            .to_owned()
    });
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn lists_can_be_narrowed() {
    let desk = Desk::new();
    let all = rule(&["list", "--rules", &desk.path("rules")]);
    assert!(
        all.code == Some(0) && all.output.lines().count() > 300,
        "{}",
        all.output.lines().count()
    );
    let own = rule(&[
        "list",
        "--rules",
        &desk.path("rules"),
        "--origin",
        "custom",
        "LOGIN",
    ]);
    assert_eq!(own.output.lines().count(), 1);
    assert!(
        own.output.contains("8f2b51c2-9f0e-4c39-9d0e-0d4f5d2a5f11")
            && own.output.contains("self_hosted/nginx")
    );
    let rows = json(&rule(&[
        "list",
        "--product",
        "sshd",
        "--level",
        "high",
        "--format",
        "json",
    ]));
    assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()), "{rows}");
    rule(&["list", "--level", "terrible"]).expect(2, &["serious"]);
}

#[test]
fn explanations_name_every_part() {
    let desk = Desk::new();
    let ended = rule(&[
        "explain",
        &desk.path("rules"),
        "--logs",
        &desk.log(),
        "--first",
        "3",
    ]);
    ended.expect(0, &[]);
    assert_eq!(
        ended.output.matches("\nmatches: Login page").count(),
        2,
        "{}",
        ended.output
    );
    assert!(
        ended
            .output
            .contains("✗ http_request.url.path = \"/login\": it is \"/\""),
        "{}",
        ended.output
    );
    let event = desk.write("event.json", r#"{"http_request": {"url": {"path": "/LOGIN"}}}"#);
    let ended = rule(&[
        "explain",
        &desk.path("rules"),
        "--event",
        &event,
        "--format",
        "json",
    ]);
    assert_eq!(json(&ended)["rules"][0]["matches"], true, "{ended:?}");
    let ended = rule(&["explain", "Login page", "--logs", &desk.log()]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    rule(&["explain", "nginx_refused", "--logs", &desk.log()])
        .expect(1, &["access.log.gz:6: the log cannot be read"]);
    rule(&["explain", "nginx_refused"]).expect(2, &["--logs"]);
}

#[test]
fn a_backtest_exits_with_3_above_its_budget() {
    let desk = Desk::new();
    let (rules, log) = (desk.path("rules"), desk.log());
    let kept = rule(&[
        "backtest",
        "--rules",
        &rules,
        "--logs",
        &log,
        "--budget",
        "alerts/day=3",
    ]);
    kept.expect(0, &[]);
    for word in [
        "5 records read, 0 duplicate, 1 not read; 4 alerts",
        "2025-09-03",
        "ip:203.0.113.7",
        "alerts/day=3 kept",
    ] {
        assert!(
            kept.output.contains(word),
            "`{word}` is missing in {}",
            kept.output
        );
    }
    let over = rule(&[
        "backtest",
        "--rules",
        &rules,
        "--logs",
        &log,
        "--budget",
        "alerts/day=2",
    ]);
    over.expect(3, &["budget alerts/day=2 exceeded: 3 at most on 2025-09-03"]);
    let report = json(&rule(&[
        "backtest", "--rules", &rules, "--logs", &log, "--format", "json",
    ]));
    assert_eq!(
        (&report["alerts"], &report["days"][1]["alerts"]),
        (&4.into(), &1.into())
    );
    rule(&["backtest", "--logs", &log, "--budget", "alerts=2"]).expect(2, &["alerts/day=N"]);
}

#[test]
fn a_difference_exits_with_3() {
    let desk = Desk::new();
    let changed = RULE
        .replace("level: low", "level: high")
        .replace("path: /login", "path: /");
    desk.write("new/login.yml", &changed);
    let (old, new) = (desk.path("rules"), desk.path("new"));
    let same = rule(&["diff", &old, &old, "--logs", &desk.log()]);
    same.expect(0, &[]);
    assert!(
        same.output.contains("0 changed, 1 unchanged") && same.output.contains("the same alerts"),
        "{same:?}"
    );
    let ended = rule(&["diff", &old, &new, "--logs", &desk.log()]);
    ended.expect(3, &["the rules differ"]);
    for word in [
        "~ Login page",
        "level: Low → High",
        "4 → 1 alerts, 1 gained, 4 lost",
    ] {
        assert!(
            ended.output.contains(word),
            "`{word}` is missing in {}",
            ended.output
        );
    }
    let diff = json(&rule(&["diff", &old, &new, "--format", "json"]));
    assert_eq!(diff["rules"]["changed"][0]["changes"][0]["what"], "level");
}

#[test]
fn rules_of_others_are_imported_once() {
    let desk = Desk::new();
    let public = RULE
        .split("ctdr:")
        .next()
        .unwrap()
        .replace("http_request.url.path", "cs-uri-stem");
    desk.write("sigma/a/login.yml", &public);
    desk.write(
        "sigma/b/login.yml",
        &public
            .replace("8f2b51c2", "9f2b51c2")
            .replace("cs-uri-stem", "TargetObject"),
    );
    let dry = rule(&["import", &desk.path("sigma")]);
    dry.expect(0, &["2 files: 1 accepted"]);
    for word in [
        "mapped: cs-uri-stem → http_request.url.path",
        "not mapped: TargetObject",
    ] {
        assert!(dry.output.contains(word), "`{word}` is missing in {}", dry.output);
    }
    let out = desk.path("imported");
    rule(&[
        "import",
        &desk.path("sigma"),
        "--out",
        &out,
        "--licence",
        "DRL 1.1",
    ])
    .expect(0, &["wrote 1 file"]);
    let text = fs::read_to_string(desk.path("imported/login.yml")).unwrap();
    assert!(
        text.contains("# Licence: DRL 1.1.\n") && text.ends_with(&public),
        "{text}"
    );
    rule(&["lint", &out]).expect(0, &["1 rule: 0 errors"]);
    let again = rule(&["import", &desk.path("sigma"), "--out", &out]);
    again.expect(3, &["nothing can be imported"]);
    assert!(again.output.contains("was imported before"), "{again:?}");
}

/// The public collection, as far as it is about web servers and proxies: rules whose logs some source writes are taken and
/// load again, and the others are refused with the reason.
#[test]
fn public_web_rules_are_imported_if_their_logs_are_written_here() {
    let Some(archive) = recorded("sigma/sigmahq-rules.tar.gz") else {
        return;
    };
    let desk = Desk::new();
    let tar = std::process::Command::new("tar")
        .args(["xzf", archive.to_str().unwrap(), "rules/web"])
        .current_dir(desk.path(""))
        .status();
    assert!(tar.unwrap().success());
    let out = desk.path("imported");
    let web = desk.path("rules/web");
    let ended = rule(&["import", &web, "--out", &out, "--format", "json"]);
    ended.expect(0, &["accepted"]);
    let (mut accepted, mut refused) = (0, 0);
    for file in json(&ended)["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        if name.contains("webserver_generic") {
            assert_eq!(file["accepted"], true, "{file}");
            accepted += 1;
        } else {
            let why = file["findings"].to_string();
            assert!(file["accepted"] == false && why.contains("never-fires"), "{file}");
            refused += 1;
        }
    }
    assert!(
        accepted > 10 && refused > 20,
        "{accepted} accepted, {refused} refused"
    );
    let words = format!("{accepted} files, {accepted} rules: 0 errors");
    rule(&["lint", &out]).expect(0, &[&words]);
}
