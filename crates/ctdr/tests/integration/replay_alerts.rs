//! `ctdr replay --alerts` with alerts that no rule should raise: defined results, and nothing is lost.

use crate::program::{Ended, ctdr};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs};

struct Replay {
    alerts: Vec<Value>,
    events: Vec<Value>,
    ended: Ended,
}

/// Replays alert lines.
fn replay(lines: &[Value]) -> Replay {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("in.jsonl"), folder.path().join("out"));
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let text = lines.join("\n");
    fs::write(&input, text).unwrap();
    let ended = ctdr(&[
        "replay",
        "--alerts",
        input.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    let read = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(out.join(name)).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    Replay {
        alerts: read("alerts.jsonl"),
        events: read("events.jsonl"),
        ended,
    }
}

fn line(id: &str, time: &str, entities: &[Value]) -> Value {
    json!({"id": id, "time": time, "rule": "step", "side": "host", "level": 3,
           "aggregation": "graph_compute", "entities": entities})
}

fn host(name: &str) -> Value {
    json!({"type": "host", "value": name, "role": "victim"})
}

fn address(value: &str) -> Value {
    json!({"type": "ip", "value": value, "role": "attacker"})
}

impl Replay {
    /// Alert → event, after checking that each alert is in one event at most and that the events' counts agree.
    fn membership(&self) -> BTreeMap<String, String> {
        let mut of = BTreeMap::new();
        let mut raw = 0;
        for event in &self.events {
            let ids = event["alert_ids"].as_array().unwrap();
            assert_eq!(
                event["raw_alert_count"].as_u64(),
                Some(ids.len() as u64),
                "{event}"
            );
            raw += ids.len();
            for id in ids {
                of.insert(
                    id.as_str().unwrap().to_owned(),
                    event["id"].as_str().unwrap().to_owned(),
                );
            }
        }
        assert_eq!(of.len(), raw, "no alert is in two events");
        of
    }
}

#[test]
fn strange_alerts_are_all_accounted_for() {
    let many = (0..10_000)
        .map(|number| address(&format!("198.18.{}.{}", number / 250, number % 250)))
        .collect::<Vec<Value>>();
    let usual = || vec![host("web-1"), address("203.0.113.7")];
    let lines = [
        line("a", "2026-11-22T10:00:00Z", &usual()),
        line("empty", "2026-11-22T10:00:20Z", &[]),
        line("many", "2026-11-22T10:00:30Z", &many),
        line("behind", "2016-11-22T10:00:40Z", &usual()),
        line("ahead", "2036-11-22T10:00:40Z", &usual()),
        line("b", "2026-11-22T10:00:50Z", &usual()),
    ];
    let replay = replay(&lines);
    assert_eq!(replay.ended.code, Some(0), "{}", replay.ended.errors);
    assert_eq!(replay.alerts.len(), lines.len());
    let of = replay.membership();
    assert_eq!(of.len(), lines.len(), "every host-side alert is in an event");
    assert_eq!(of["a"], of["b"]);
    for alone in ["empty", "behind", "ahead"] {
        let together = of.values().filter(|event| **event == of[alone]).count();
        assert_eq!(together, 1, "`{alone}` belongs to nobody");
    }
}

#[test]
fn a_flood_is_cut_at_the_cap_and_counted() {
    // More different alerts than an event of the graph method holds, each of them twice.
    let lines: Vec<Value> = (0..4_200)
        .map(|number| {
            let user = json!({"type": "host_account", "role": "victim",
                              "value": format!("web-1/user{}", number / 2)});
            let mut entities = vec![host("web-1"), address("203.0.113.7")];
            entities.push(user);
            let (minute, second, milli) = (number / 600, number / 10 % 60, number % 10 * 100);
            line(
                &format!("f{number}"),
                &format!("2026-11-22T10:{minute:02}:{second:02}.{milli:03}Z"),
                &entities,
            )
        })
        .collect::<Vec<Value>>();
    let replay = replay(&lines);
    assert_eq!(replay.ended.code, Some(0), "{}", replay.ended.errors);
    assert_eq!(replay.membership().len(), lines.len());
    let folded: u64 = replay
        .events
        .iter()
        .map(|event| event["alert_count"].as_u64().unwrap())
        .sum();
    assert_eq!(folded, 2_100);
    assert!(
        replay
            .events
            .iter()
            .all(|event| event["alert_count"].as_u64().unwrap() <= 2_000)
    );
    assert_eq!(replay.events.len(), 2, "one full event and what continues it");
}
