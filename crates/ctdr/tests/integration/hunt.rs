//! `ctdr hunt`: rules and events in, one line a match out, and a last line with figures.

use crate::program::{Ended, ctdr};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::{fs, io::Write as _, path::PathBuf};
use tempfile::TempDir;

const RULE: &str = "
title: A shell that the web server started
id: 5f2d0a3e-90a4-4f5b-8a51-6a4b2f0e4a11
level: high
logsource: {product: linux, category: process_creation}
detection:
  selection:
    ParentImage|endswith: /nginx
    Image|endswith: [/sh, /bash]
  condition: selection
";

/// A folder with rules and events.
struct Hunt {
    folder: TempDir,
    events: PathBuf,
}

impl Hunt {
    /// `count` events, of which every tenth is what the rule looks for.
    fn new(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rules")).unwrap();
        fs::write(folder.path().join("rules/shell.yml"), RULE).unwrap();
        fs::write(folder.path().join("rules/README.md"), "no rule").unwrap();
        let events = folder.path().join("events.jsonl");
        let line = |number: usize| {
            let parent = if number % 10 == 3 { "nginx" } else { "sshd" };
            format!(
                r#"{{"time":"2026-11-23T08:00:00Z","n":{number},"Image":"/bin/BASH","ParentImage":"/usr/sbin/{parent}"}}"#
            ) + "\n"
        };
        let text: String = (0..count).map(line).collect();
        fs::write(&events, text).unwrap();
        Self { folder, events }
    }

    fn run(&self, options: &[&str]) -> Ended {
        let rules = self.folder.path().join("rules");
        let fixed = [
            "hunt",
            "--rules",
            rules.to_str().unwrap(),
            "--input",
            self.events.to_str().unwrap(),
        ];
        ctdr(&[&fixed, options].concat())
    }
}

fn figures(ended: &Ended) -> Value {
    serde_json::from_str(ended.errors.lines().last().unwrap()).unwrap()
}

#[test]
fn each_match_is_a_line_and_the_last_line_has_the_figures() {
    let ended = Hunt::new(40).run(&["--logsource", "product=linux"]);
    ended.expect(0, &[]);
    let lines: Vec<Value> = ended
        .output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let records: Vec<u64> = lines
        .iter()
        .map(|line| line["record"].as_u64().unwrap())
        .collect();
    assert_eq!(records, [3, 13, 23, 33]);
    assert_eq!(lines[0]["rule"]["id"], "5f2d0a3e-90a4-4f5b-8a51-6a4b2f0e4a11");
    assert_eq!(lines[0]["rule"]["level"], "high");
    assert_eq!(lines[0]["time"], "2026-11-23T08:00:00Z");
    assert_eq!(lines[0]["fields"]["Image"], "/bin/BASH");
    let figures = figures(&ended);
    for (key, expected) in [
        ("events", 40),
        ("matches", 4),
        ("rules_loaded", 1),
        ("rules_failed", 0),
    ] {
        assert_eq!(figures[key], expected, "{key}");
    }
    for key in [
        "bytes",
        "load_seconds",
        "match_cpu_seconds",
        "events_per_cpu_second",
        "peak_rss_bytes",
    ] {
        assert!(figures[key].is_number(), "{key} in {figures}");
    }
}

#[test]
fn the_log_decides_which_rules_are_asked() {
    let hunt = Hunt::new(10);
    let check = |options: &[&str], matches| {
        let ended = hunt.run(options);
        ended.expect(0, &[]);
        assert_eq!(figures(&ended)["matches"], matches, "{options:?}");
    };
    check(&[], 1);
    check(&["--logsource", "any"], 1);
    check(&["--logsource", "product=windows"], 0);
    check(&["--logsource", "category=process_creation,service=auditd"], 1);
    check(&["--logsource-fields"], 1);
}

#[test]
fn threads_and_compression_change_nothing() {
    let mut hunt = Hunt::new(20_000);
    let plain = hunt.run(&["--threads", "1"]).output;
    assert_eq!(plain.lines().count(), 2_000);
    assert!(hunt.run(&["--threads", "3"]).output == plain);
    let zipped = hunt.events.with_extension("gz");
    let mut encoder = GzEncoder::new(fs::File::create(&zipped).unwrap(), Compression::fast());
    encoder.write_all(&fs::read(&hunt.events).unwrap()).unwrap();
    encoder.finish().unwrap();
    let name = hunt.events.to_str().unwrap().to_owned();
    hunt.events = zipped;
    let unzipped = hunt.run(&[]).output;
    assert!(unzipped.replace(hunt.events.to_str().unwrap(), &name) == plain);
}

#[test]
fn what_is_wrong_is_named() {
    let hunt = Hunt::new(10);
    hunt.run(&["--logsource", "produkt=linux"])
        .expect(2, &["`produkt`", "`product`"]);
    hunt.run(&["--input", "/nowhere/events.jsonl"])
        .expect(4, &["/nowhere/events.jsonl"]);
    fs::write(
        hunt.folder.path().join("rules/broken.yml"),
        RULE.replace("endswith: /nginx", "endzwith: /nginx"),
    )
    .unwrap();
    let ended = hunt.run(&[]);
    ended.expect(0, &["broken.yml:8:17:", "`endswith`"]);
    assert_eq!(
        (
            figures(&ended)["matches"].clone(),
            figures(&ended)["rules_failed"].clone()
        ),
        (1.into(), 1.into())
    );
    fs::write(&hunt.events, "not json\n{\"n\":1}\n\n{\"n\":\n").unwrap();
    let ended = hunt.run(&[]);
    ended.expect(0, &[]);
    assert_eq!(
        (
            figures(&ended)["events"].clone(),
            figures(&ended)["unreadable"].clone()
        ),
        (3.into(), 2.into())
    );
}

#[test]
fn placeholders_stand_for_the_lists_of_the_site() {
    let hunt = Hunt::new(100);
    let rule = RULE.replace("ParentImage|endswith: /nginx", "ParentImage|expand: '%servers%'");
    fs::write(hunt.folder.path().join("rules/shell.yml"), rule).unwrap();
    let lists = hunt.folder.path().join("lists.yml");
    fs::write(&lists, "servers: ['*/nginx', '*/httpd']\n").unwrap();
    let lists = lists.to_str().unwrap();

    let ended = hunt.run(&["--placeholders", lists]);
    assert_eq!(
        (ended.code, figures(&ended)["matches"].as_u64()),
        (Some(0), Some(10))
    );
    let ended = hunt.run(&[]);
    assert_eq!(figures(&ended)["rules_failed"], 1);
    assert!(ended.errors.contains("%servers%"), "{}", ended.errors);
    fs::write(lists, "servers: 7\n").unwrap();
    assert_eq!(hunt.run(&["--placeholders", lists]).code, Some(2));
    assert_eq!(hunt.run(&["--placeholders", "/nowhere.yml"]).code, Some(4));
}

const LOGINS: &str = "
title: Failed login
name: failed
logsource: {product: any}
detection: {s: {result: failed}, condition: s}
---
title: Login
name: login
logsource: {product: any}
detection: {s: {result: ok}, condition: s}
---
title: Many failed logins
id: many-failed
name: many
level: high
correlation: {type: event_count, rules: [failed], group-by: [user], timespan: 1m, condition: {gte: 20}, generate: true}
---
title: Many failed logins, then one
id: guessed
level: critical
correlation: {type: temporal_ordered, rules: [many, login], group-by: [user], timespan: 5m, generate: true}
";

/// A try to log in each second, every other one by the same user, who gets in once; what is later stands first.
fn logins() -> String {
    let line = |second: usize| {
        let user = if second.is_multiple_of(2) {
            "eve".to_owned()
        } else {
            format!("u{}", second % 100)
        };
        let result = if second == 1_000 { "ok" } else { "failed" };
        let pad = "x".repeat(300);
        format!(
            r#"{{"when":{},"user":"{user}","result":"{result}","pad":"{pad}"}}"#,
            1_599_228_000 + second
        ) + "\n"
    };
    (0..4_000).rev().map(line).collect()
}

#[test]
fn correlations_count_whatever_the_order_and_the_threads() {
    let hunt = Hunt::new(0);
    fs::write(hunt.folder.path().join("rules/logins.yml"), LOGINS).unwrap();
    fs::write(&hunt.events, logins()).unwrap();
    let ended = hunt.run(&["--time-field", "at", "when", "--threads", "1"]);
    ended.expect(0, &[]);
    let lines: Vec<Value> = ended
        .output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |title: &str| {
        lines
            .iter()
            .filter(|line| line["rule"]["title"] == title)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("Failed login").len(), 3_999);
    assert_eq!(of("Login").len(), 1);
    let many = of("Many failed logins");
    assert!(many.len() > 50 && many.iter().all(|line| line["fields"]["user"] == "eve"));
    assert_eq!(
        (&many[0]["value"], &many[0]["time"]),
        (&20.into(), &"2020-09-04T14:00:38Z".into())
    );
    assert_eq!(many[0]["record"], 3_999 - 38);
    let guessed = of("Many failed logins, then one");
    assert_eq!(guessed.len(), 1, "{guessed:?}");
    assert_eq!(
        (&guessed[0]["record"], &guessed[0]["rule"]["level"]),
        (&2_999.into(), &"critical".into())
    );
    assert_eq!(figures(&ended)["rules_loaded"], 5);
    assert_eq!(figures(&ended)["matches"], lines.len());
    assert!(hunt.run(&["--time-field", "when", "--threads", "2"]).output == ended.output);

    let ended = hunt.run(&["--threads", "2"]);
    ended.expect(0, &["4000 matches", "say no time", "record 0 of"]);
    assert_eq!(figures(&ended)["matches_without_time"], 4_000);
}
