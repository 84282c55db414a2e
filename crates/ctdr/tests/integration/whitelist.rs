//! `ctdr whitelist` against a running server: made, listed, tried and removed, and every way to get it wrong.

use crate::{
    program::{Ended, ctdr, ctdr_in},
    stage::{PASSWORD, Stage, USER},
};
use serde_json::Value;

const WHEN: &str = "attacker.ip in_network 203.0.113.0/28";

/// Somebody at a terminal who works with a server.
struct Terminal {
    environment: Vec<(&'static str, String)>,
}

impl Terminal {
    fn at(stage: &Stage) -> Self {
        Self {
            environment: vec![
                ("CTDR_URL", stage.server.url.clone()),
                ("CTDR_USER", USER.to_owned()),
                ("CTDR_PASSWORD", PASSWORD.to_owned()),
            ],
        }
    }

    fn with(&self, name: &'static str, value: &str) -> Self {
        let mut environment = self.environment.clone();
        environment.retain(|(known, _)| *known != name);
        environment.push((name, value.to_owned()));
        Self { environment }
    }

    fn whitelist(&self, arguments: &[&str]) -> Ended {
        let environment: Vec<(&str, &str)> = self.environment.iter().map(|(n, v)| (*n, v.as_str())).collect();
        ctdr_in(&environment, &[&["whitelist"], arguments].concat())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.whitelist(&[arguments, &["--format", "json"]].concat());
        ended.expect(0, &[]);
        serde_json::from_str(&ended.output).unwrap_or_else(|error| panic!("{error}: {}", ended.output))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whitelist_is_tried_made_listed_and_removed() {
    let stage = Stage::empty().await;
    let terminal = Terminal::at(&stage);
    let told = terminal.whitelist(&["preview", "--when", WHEN, "--days", "30"]);
    told.expect(0, &[]);
    assert!(
        told.output.contains("alerts it would keep out of events: 0"),
        "{}",
        told.output
    );
    assert_eq!(
        terminal.json(&["list"]),
        Value::Array(Vec::new()),
        "a preview saves nothing"
    );

    let made = terminal.json(&[
        "add",
        "--when",
        WHEN,
        "--when",
        "rule not equals x",
        "--formula",
        "1&2",
        "--reason",
        "our scanner",
        "--expires",
        "2037-01-31",
    ]);
    assert_eq!(
        (&made["owner"], &made["scope"], &made["expires_at"]),
        (&USER.into(), &"event".into(), &"2037-01-31T00:00:00.000Z".into())
    );
    let id = made["id"].as_str().unwrap();
    let listed = terminal.whitelist(&["list", "--language", "zh"]);
    listed.expect(0, &["1 条白名单"]);
    for part in [id, WHEN, "rule not equals x [1&2]", "our scanner", "生效中"] {
        assert!(
            listed.output.contains(part),
            "`{part}` is missing in: {}",
            listed.output
        );
    }
    // What a list says is what a condition is made from.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("condition.json");
    std::fs::write(&file, terminal.json(&["list"])[0]["condition"].to_string()).unwrap();
    let copy = terminal.json(&[
        "add",
        "--condition",
        file.to_str().unwrap(),
        "--scope",
        "alert",
        "--reason",
        "x",
    ]);
    assert_eq!(
        (&copy["condition"], &copy["scope"]),
        (&made["condition"], &"alert".into())
    );

    let removed = terminal.whitelist(&["remove", id, "nothing"]);
    removed.expect(8, &["`nothing` does not exist"]);
    assert_eq!(removed.output, format!("{id}\n"));
    terminal.whitelist(&["remove", id]).expect(4, &[id]);
    terminal
        .whitelist(&["remove", copy["id"].as_str().unwrap()])
        .expect(0, &[]);
    assert_eq!(terminal.json(&["list"]), Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_said_in_the_readers_language() {
    let stage = Stage::empty().await;
    let terminal = Terminal::at(&stage);
    let add = |more: &[&str]| terminal.whitelist(&[&["add", "--reason", "x"], more].concat());
    let chinese = terminal.with("LANG", "zh_CN.UTF-8");

    add(&[]).expect(2, &["--when"]);
    terminal
        .whitelist(&["add", "--when", WHEN])
        .expect(2, &["--reason"]);
    add(&["--when", "attacker.ip is x"]).expect(2, &["`is` is no operator", "in_network"]);
    add(&["--when", "attacker.ip in_network x"]).expect(2, &["comparison 1 is wrong", "`x`"]);
    add(&["--when", WHEN, "--formula", "1&2"]).expect(2, &["the formula is wrong"]);
    add(&["--when", WHEN, "--expires", "soon"]).expect(2, &["`soon` is not a time"]);
    add(&["--when", WHEN, "--expires", "2020-01-01"]).expect(2, &["/expires_at", "has passed"]);
    add(&["--when", WHEN, "--owner", "nobody"]).expect(2, &["/owner", "`nobody`"]);
    add(&["--when", "status equals handled"]).expect(2, &["/condition/conditions/0/left", "`status`"]);
    add(&["--condition", "/nowhere.json"]).expect(2, &["cannot read `/nowhere.json`"]);
    terminal
        .whitelist(&["preview", "--when", WHEN, "--days", "91"])
        .expect(2, &["1 to 90"]);
    terminal
        .whitelist(&["remove", "../users/x"])
        .expect(2, &["is not the id of a whitelist"]);
    terminal.whitelist(&["remove"]).expect(2, &["<ID>"]);
    chinese
        .whitelist(&["add", "--reason", "x", "--when", "rule"])
        .expect(2, &["不是比较式"]);
    chinese.whitelist(&["remove", "nothing"]).expect(4, &["未找到"]);
    assert_eq!(
        terminal.json(&["list"]),
        Value::Array(Vec::new()),
        "nothing was made"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_has_to_be_somebody_and_the_server_to_be_there() {
    ctdr(&["whitelist", "list"]).expect(2, &["CTDR_USER"]);
    let stage = Stage::empty().await;
    let terminal = Terminal::at(&stage);
    terminal
        .with("CTDR_PASSWORD", "")
        .whitelist(&["list"])
        .expect(2, &["CTDR_PASSWORD", "--password-file"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let kept = terminal.with("CTDR_PASSWORD", "");
    kept.whitelist(&["list", "--password-file", file.to_str().unwrap()])
        .expect(0, &["0 whitelists"]);
    kept.whitelist(&["list", "--password-file", "/nowhere"])
        .expect(2, &["cannot read the password"]);
    let wrong = terminal.with("CTDR_PASSWORD", "a guess of somebody");
    let refused = wrong.whitelist(&["list"]);
    refused.expect(5, &["the user name or the password is wrong"]);
    assert!(!refused.errors.contains("a guess"), "{}", refused.errors);
    terminal
        .with("CTDR_URL", "http://127.0.0.1:9")
        .whitelist(&["list"])
        .expect(7, &["the server does not answer"]);
    terminal
        .with("CTDR_URL", "here")
        .whitelist(&["list"])
        .expect(2, &["`here` is not the address"]);
    let help = ctdr(&["whitelist", "add", "--help"]);
    help.expect(0, &[]);
    assert!(help.output.contains("ctdr whitelist add --when") && !help.output.contains(PASSWORD));
}
