//! Correlations over files: every type, in whatever order events are read.

use crate::folder::{Folder, Found};
use serde_json::{Value as Json, json};

/// Rules `a`, `b` and `c`, each for events whose `rule` is its name.
pub const BASES: &str = "
title: A
name: a
logsource: {product: any}
detection: {s: {rule: a}, condition: s}
---
title: B
name: b
logsource: {product: any}
detection: {s: {rule: b}, condition: s}
---
title: C
name: c
logsource: {product: any}
detection: {s: {rule: c}, condition: s}
";

/// A correlation called `top` that says this.
pub fn top(says: &str) -> String {
    format!(
        "{BASES}---\ntitle: Top\nid: top\nname: top\nlevel: high\ncorrelation:\n  timespan: 60s\n{says}\n"
    )
}

/// An event some seconds after 14:00, of a user, for a rule, with a number.
pub fn event(second: i64, user: &str, rule: &str, number: i64) -> String {
    let (minute, second) = (second / 60, second % 60);
    let time = format!("2020-09-04 14:{minute:02}:{second:02}.000");
    json!({"time": time, "user": user, "rule": rule, "n": number}).to_string() + "\n"
}

/// What the windows of `top` say: the record that completed it, the group, the value.
fn windows(found: &Found) -> Vec<(u64, String, Json)> {
    let of_top = found.lines.iter().filter(|line| line["rule"]["id"] == "top");
    of_top
        .map(|line| {
            let user = line["fields"]["user"].as_str().unwrap_or_default();
            (
                line["record"].as_u64().unwrap(),
                user.to_owned(),
                line["value"].clone(),
            )
        })
        .collect()
}

fn hunt(rules: &str, events: &[(i64, &str, &str, i64)]) -> Found {
    let folder = Folder::new();
    let text: String = events
        .iter()
        .map(|(second, user, rule, number)| event(*second, user, rule, *number))
        .collect();
    let file = folder.write("e.jsonl", text.as_bytes());
    folder.hunt(rules, &file)
}

#[test]
fn every_type_finds_its_windows() {
    let events = [
        (0, "eve", "a", 1),
        (10, "eve", "b", 2),
        (15, "bob", "a", 9),
        (20, "eve", "a", 2),
        (30, "eve", "c", 4),
        (200, "eve", "a", 8),
    ];
    let check = |says: &str, expected: &[(u64, &str, Json)]| {
        let found = hunt(&top(says), &events);
        let expected: Vec<_> = expected
            .iter()
            .map(|(record, user, value)| (*record, (*user).to_owned(), value.clone()))
            .collect();
        assert_eq!(windows(&found), expected, "{says}");
        assert_eq!(
            found.lines.len(),
            expected.len(),
            "what is counted writes nothing: {says}"
        );
        assert_eq!(found.problems, [""; 0], "{says}");
    };
    let of = |kind: &str, condition: &str| {
        format!("  type: {kind}\n  rules: [a, b, c]\n  group-by: [user]\n  condition: {condition}")
    };
    check(&of("event_count", "{gte: 4}"), &[(4, "eve", json!(4))]);
    check(&of("value_count", "{field: n, gte: 3}"), &[(4, "eve", json!(3))]);
    check(
        &of("value_sum", "{field: n, gt: 8}"),
        &[(2, "bob", json!(9)), (4, "eve", json!(9))],
    );
    check(
        &of("value_avg", "{field: n, gt: 2, lt: 3}"),
        &[(4, "eve", json!(2.25))],
    );
    check(
        &of("value_median", "{field: n, eq: 1.5}"),
        &[(1, "eve", json!(1.5))],
    );
    check(
        &of("value_percentile", "{field: n, percentile: 90, eq: 4}"),
        &[(4, "eve", json!(4))],
    );
    check(&of("temporal", "a and b and c"), &[(4, "eve", json!(3))]);
    check(&of("temporal", "{gte: 2}"), &[(1, "eve", json!(2))]);
    check(&of("temporal_ordered", "a and b and c"), &[(4, "eve", json!(3))]);
    check(
        &of("temporal", "a and not b"),
        &[(2, "bob", json!(1)), (4, "eve", json!(2)), (5, "eve", json!(1))],
    );
    let ordered = "  type: temporal_ordered\n  rules: [c, b, a]\n  group-by: [user]";
    check(ordered, &[]);
    check(
        "  type: event_count\n  rules: [a, b, c]\n  condition: {gte: 3}",
        &[(2, "", json!(3))],
    );
    check(
        "  type: event_count\n  rules: [a, b, c]\n  window: tumbling\n  condition: {gte: 5}",
        &[(4, "", json!(5))],
    );
    check(
        "  type: event_count\n  rules: [a, b, c]\n  window: session\n  gap: 9s\n  condition: {gte: 2}",
        &[(2, "", json!(2))],
    );
}

#[test]
fn the_line_of_a_window_says_what_it_is_about() {
    let found = hunt(
        &top("  type: event_count\n  rules: [a]\n  group-by: [user, rule]\n  condition: {gte: 2}"),
        &[(1, "eve", "a", 1), (2, "eve", "b", 1), (59, "eve", "a", 1)],
    );
    let window = &found.lines[1];
    let file = &window["file"];
    assert!(file.as_str().unwrap().ends_with("/e.jsonl"));
    let expected = json!({
        "rule": {"id": "top", "title": "Top", "level": "high"},
        "file": file,
        "record": 2,
        "time": "2020-09-04T14:00:59Z",
        "fields": {"user": "eve", "rule": "a"},
        "value": 2,
        "records": [{"file": file, "record": 0}, {"file": file, "record": 2}],
    });
    assert_eq!(*window, expected);
    assert_eq!((found.lines.len(), found.summary.matches), (2, 2));
}

#[test]
fn a_window_names_its_first_events_only() {
    let events: Vec<_> = (0..50).map(|second| (second, "eve", "a", 1)).collect();
    let found = hunt(
        &top("  type: event_count\n  rules: [a]\n  condition: {gte: 50}"),
        &events,
    );
    let records = found.lines[0]["records"].as_array().unwrap();
    assert_eq!((records.len(), &records[31]["record"]), (32, &json!(31)));
    assert_eq!(found.lines[0]["record"], 49);
}

#[test]
fn rules_that_are_counted_write_their_matches_if_the_correlation_says_so() {
    let says = "  type: event_count\n  rules: [a]\n  condition: {gte: 2}";
    let events = [(1, "eve", "a", 1), (2, "eve", "b", 1), (3, "eve", "a", 1)];
    let titles = |found: &Found| {
        let titles = found
            .lines
            .iter()
            .map(|line| line["rule"]["title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(
        titles(&hunt(&top(says), &events)),
        ["B", "Top"],
        "nobody counts B"
    );
    let generate = top(&format!("{says}\n  generate: true"));
    assert_eq!(titles(&hunt(&generate, &events)), ["A", "B", "A", "Top"]);
    // One that is not loaded silences nothing.
    let folder = Folder::new();
    let rules = folder.write("rules.yml", top(&says.replace("[a]", "[a, nobody]")).as_bytes());
    let loaded = hunt::rules::load(&[rules]).unwrap();
    assert!(
        loaded.failed[0].to_string().contains("unknown rule `nobody`"),
        "{:?}",
        loaded.failed
    );
    assert_eq!((loaded.count(), loaded.failed_documents), (3, 1));
}

#[test]
fn aliases_and_chains_join_what_is_called_differently() {
    let rules = "
title: Failure
name: failure
logsource: {product: any}
detection: {s: {action: failed}, condition: s}
---
title: Success
name: success
logsource: {product: any}
detection: {s: {result: ok}, condition: s}
---
title: Many failures
name: many
correlation:
  type: event_count
  rules: [failure]
  group-by: [src, target.user]
  timespan: 1m
  condition: {gte: 3}
---
title: Guessed
id: guessed
correlation:
  type: temporal_ordered
  rules: [many, success]
  aliases: {who: {many: target.user, success: account}}
  group-by: [who]
  timespan: 5m
";
    let failed = |second: i64, user: &str| {
        json!({"time": 1_599_228_000 + second, "action": "failed", "src": "10.0.0.1", "target": {"user": user}})
            .to_string()
            + "\n"
    };
    let success = |second: i64, user: &str| {
        json!({"time": (1_599_228_000 + second) * 1000, "result": "ok", "account": user}).to_string() + "\n"
    };
    let lines = [
        failed(0, "root"),
        failed(1, "bob"),
        failed(2, "root"),
        success(3, "bob"),
        failed(4, "root"),
        success(90, "root"),
    ];
    // Newest first: nothing depends on the order of reading.
    let text: String = lines.into_iter().rev().collect();
    let folder = Folder::new();
    let file = folder.write("e.jsonl", text.as_bytes());
    let found = folder.hunt(rules, &file);
    assert_eq!(found.lines.len(), 1, "{:?}", found.lines);
    let line = &found.lines[0];
    assert_eq!(
        (&line["rule"]["id"], &line["fields"]),
        (&json!("guessed"), &json!({"who": "root"}))
    );
    assert_eq!(
        (&line["record"], &line["time"]),
        (&json!(0), &json!("2020-09-04T14:01:30Z"))
    );
    let records: Vec<&Json> = line["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["record"])
        .collect();
    assert_eq!(records, [5, 3, 1, 0], "the events of the windows it stands upon");
}

#[test]
fn an_absence_is_part_of_another_from_when_it_is_known() {
    let rules = BASES.to_owned()
        + "---
title: Silent
name: silent
correlation:
  type: temporal
  rules: [a, b]
  group-by: [user]
  timespan: 60s
  condition: a and not b
---
title: Top
id: top
correlation:
  type: temporal
  rules: [silent, c]
  group-by: [user]
  timespan: 60s
  condition: silent and not c
";
    // `a` stays unanswered until second 60; the outer window is from there to second 120.
    let check = |second: i64, fires: usize| {
        let found = hunt(&rules, &[(0, "eve", "a", 1), (second, "eve", "c", 1)]);
        assert_eq!(windows(&found).len(), fires, "{second}");
    };
    check(59, 1);
    check(60, 0);
    check(119, 0);
    check(120, 1);
}

#[test]
fn a_correlation_that_cannot_be_run_is_told() {
    let check = |says: &str, expected: &str| {
        let folder = Folder::new();
        let rules = folder.write("rules.yml", top(says).as_bytes());
        let loaded = hunt::rules::load(&[rules]).unwrap();
        let errors: Vec<String> = loaded.failed.iter().map(ToString::to_string).collect();
        assert!(errors.iter().any(|error| error.contains(expected)), "{errors:?}");
        loaded.failed_documents
    };
    let failed = check("  type: temporal\n  rules: [a, top]", "is about itself");
    assert_eq!(failed, 1);
    check("  type: temporal\n  rules: [a, bb]", "unknown rule `bb`");
    check(
        "  type: temporal\n  rules: [a, b]\n  condition: a and not b\n  window: session\n  gap: 5s",
        "a session cannot be asked for what is absent",
    );
    check(
        "  type: temporal\n  rules: [a, b]\n  aliases: {x: {d: y}}",
        "`d` is none of `rules`",
    );
    let over =
        "---\ntitle: Over\nname: over\ncorrelation:\n  type: event_count\n  rules: [top]\n  timespan: 1h\n";
    let says = "  type: event_count\n  rules: [a]\n  group-by: [user]\n  condition: {gte: 2}\n";
    let chain = format!("{says}{over}  condition: {{gte: 2}}\n  group-by: [src]");
    assert_eq!(check(&chain, "`src` tells no windows of `top` apart"), 1);
    let broken = says.replace("[a]", "[z]");
    let chain = format!("{broken}{over}  condition: {{gte: 2}}");
    assert_eq!(check(&chain, "`top` did not load"), 2);
}

#[test]
fn an_event_that_cannot_be_counted_is_told_once() {
    let folder = Folder::new();
    let text = [
        event(0, "eve", "a", 1),
        r#"{"rule":"a","user":"eve","time":"yesterday"}"#.to_owned() + "\n",
        r#"{"rule":"a","user":"eve"}"#.to_owned() + "\n",
        r#"{"rule":"a","time":"2020-09-04T14:00:01Z"}"#.to_owned() + "\n",
        event(2, "eve", "a", 1),
        r#"{"rule":"b"}"#.to_owned() + "\n",
    ]
    .concat();
    let file = folder.write("e.jsonl", text.as_bytes());
    let rules = top("  type: event_count\n  rules: [a]\n  group-by: [user]\n  condition: {gte: 2}");
    let found = folder.hunt(&rules, &file);
    assert_eq!(windows(&found), [(4, "eve".to_owned(), json!(2))]);
    assert_eq!(found.summary.matches_without_time, 2);
    assert_eq!(
        found.problems,
        [
            "2 matches are not counted by correlations, since their events say no time; the first is record 1 of \
             e.jsonl: which field says it?",
            "correlation `Top`: 1 matches are not counted, since their events lack a field it looks at",
        ]
    );
}

#[test]
fn an_event_that_two_rules_match_is_one_event() {
    let rules = "
title: A
name: a
logsource: {product: any}
detection: {s: {rule: x}, condition: s}
---
title: B
name: b
logsource: {product: any}
detection: {s: {rule|startswith: x}, condition: s}
---
title: Top
id: top
correlation: {type: event_count, rules: [a, b], timespan: 60s, condition: {gte: 3}}
";
    let found = hunt(rules, &[(0, "u", "x", 1), (1, "u", "x", 1)]);
    assert_eq!(found.lines.len(), 0, "{:?}", found.lines);
    let found = hunt(rules, &[(0, "u", "x", 1), (1, "u", "x", 1), (2, "u", "xy", 1)]);
    assert_eq!(windows(&found), [(2, String::new(), json!(3))]);
}

#[test]
fn the_field_that_says_the_time_can_be_named() {
    let text = [
        r#"{"a":"x","time":"2020-09-04T14:00:00Z","seen":"2021-01-01T00:00:00Z","k":1}"#,
        r#"{"a":"x","time":"2020-09-05T14:00:00Z","meta":{"seen":"1609459230"},"k":1}"#,
        r#"{"a":"x","time":"2020-09-05T14:00:01Z","seen":null,"k":1}"#,
    ]
    .join("\n");
    let rules = "
title: X
name: x
logsource: {product: any}
detection: {s: {a: x}, condition: s}
---
title: Twice
id: twice
correlation: {type: event_count, rules: [x], group-by: [k], timespan: 60s, condition: {gte: 2}, generate: true}
";
    let folder = Folder::new();
    let file = folder.write("e.jsonl", text.as_bytes());
    let times = |time_fields: &[&str]| {
        let found = folder.hunt_by(rules, vec![file.clone()], 1, time_fields);
        let shown = |line: &Json| format!("{} {}", line["rule"]["title"].as_str().unwrap(), line["time"]);
        (
            found.lines.iter().map(shown).collect::<Vec<_>>(),
            found.summary.matches_without_time,
        )
    };
    let usual = [
        r#"X "2020-09-04T14:00:00Z""#,
        r#"X "2020-09-05T14:00:00Z""#,
        r#"X "2020-09-05T14:00:01Z""#,
        r#"Twice "2020-09-05T14:00:01Z""#,
    ];
    assert_eq!(times(&[]), (usual.map(str::to_owned).to_vec(), 0));
    let named = [
        r#"X "2021-01-01T00:00:00Z""#,
        r#"X "1609459230""#,
        "X null",
        r#"Twice "2021-01-01T00:00:30Z""#,
    ];
    assert_eq!(
        times(&["seen", "meta.seen"]),
        (named.map(str::to_owned).to_vec(), 1)
    );
}

#[test]
fn keywords_say_where_they_were_found() {
    let rules = r#"
title: Keywords
id: k
logsource: {product: any}
detection:
  words: ["*mimikatz*", 'a "quote"']
  not_these: [harmless]
  user: {user: eve}
  condition: words and user and not not_these
"#;
    let folder = Folder::new();
    let text = r#"{"user":"eve","n":1,"proc":{"args":["x","sekurlsa MIMIKATZ"]},"note":"a \"quote\"","other":"mimi"}"#;
    let file = folder.write("e.jsonl", text.as_bytes());
    let found = folder.hunt(rules, &file);
    let fields = json!({"user": "eve", "proc.args": "sekurlsa MIMIKATZ", "note": "a \"quote\""});
    assert_eq!(found.lines[0]["fields"], fields);
}
