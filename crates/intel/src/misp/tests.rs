//! Events as MISP writes them.

use super::*;
use serde_json::json;

fn shown(reading: &Reading) -> Vec<String> {
    reading
        .indicators
        .iter()
        .map(|i| i.observable.to_string())
        .collect()
}

#[test]
fn attributes_for_detection_become_indicators() {
    let sha256 = "cd".repeat(32);
    let event = json!({"Event": {
        "uuid": "5b0c", "info": "A campaign",
        "Tag": [{"name": "tlp:clear"}, {"name": "misp-galaxy:threat-actor=\"Sofacy\""},
                {"name": "misp:confidence-level=\"fairly-confident\""}],
        "Galaxy": [{"GalaxyCluster": [{"value": "X-Agent"}]}],
        "Attribute": [
            {"type": "ip-dst", "value": "203.0.113.7", "to_ids": true, "first_seen": "2026-01-01T00:00:00.000000+00:00"},
            {"type": "domain|ip", "value": "evil.example|203.0.113.8", "to_ids": "1"},
            {"type": "hostname", "value": "a.evil.example", "to_ids": 1,
             "Tag": [{"name": "misp:confidence-level=\"completely-confident\""}]},
            {"type": "filename|sha256", "value": format!("a|{sha256}"), "to_ids": true},
            {"type": "ip-dst", "value": "203.0.113.9", "to_ids": false},
            {"type": "ip-dst", "value": "10.0.0.1", "to_ids": true},
            {"type": "link", "value": "https://report.example/1"},
            {"type": "mutex", "value": "x", "to_ids": true},
            {"type": "ip-dst", "value": "203.0.113.10", "to_ids": true, "deleted": true},
        ],
        "Object": [{"name": "url", "Attribute": [{"type": "url", "value": "http://evil.example/x", "to_ids": true}]}],
    }});
    let reading = read(event.to_string().as_bytes());
    assert_eq!(
        shown(&reading),
        [
            "203.0.113.7",
            "*.evil.example",
            "203.0.113.8",
            "a.evil.example",
            &sha256,
            "http://evil.example/x"
        ]
    );
    let first = &reading.indicators[0];
    assert_eq!(first.about.names, ["Sofacy", "X-Agent"]);
    assert_eq!(first.about.labels, ["tlp:clear"]);
    assert_eq!(first.about.references, ["https://report.example/1"]);
    assert_eq!(
        (first.confidence, reading.indicators[3].confidence),
        (Some(50), Some(100))
    );
    assert!(first.first_seen.is_some());
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        ["event 1, Attribute[5]: `10.0.0.1` is refused: the address is private or local"]
    );
    let unused: Vec<(&str, u64)> = reading
        .unused
        .iter()
        .map(|(reason, count)| (reason.as_str(), *count))
        .collect();
    assert_eq!(
        unused,
        [
            ("attribute type `link`", 1),
            ("attribute type `mutex`", 1),
            ("deleted", 1),
            ("not for detection (`to_ids` is false)", 1)
        ]
    );
}

#[test]
fn events_come_in_many_wrappings() {
    let event = r#"{"info": "x", "Attribute": [{"type": "md5", "value": "abababababababababababababababab", "to_ids": true}]}"#;
    let wrapped = format!(r#"{{"Event": {event}}}"#);
    for text in [
        event.to_owned(),
        wrapped.clone(),
        format!("[{wrapped}]"),
        format!(r#"{{"response": [{wrapped}]}}"#),
        format!("{wrapped}\n"),
    ] {
        assert_eq!(read(text.as_bytes()).indicators.len(), 1, "{text}");
    }
    let lines = read(format!("{wrapped}\n{wrapped}\n{{\n").as_bytes());
    assert_eq!(lines.indicators.len(), 2);
    assert_eq!(lines.problems.len(), 1);
    assert_eq!(read(b"7").problems.len(), 1);
    let kept = "{\"Event\": {\"uuid\": \"a-1\", \"timestamp\": \"7\"}}\n{\"Event\":\n{\"uuid\": \"a-2\"}}";
    let listed: Vec<(String, i64)> = events(kept)
        .into_iter()
        .map(|(listed, _)| (listed.uuid, listed.timestamp))
        .collect();
    assert_eq!(listed, [("a-1".to_owned(), 7), ("a-2".to_owned(), 0)]);
}

#[test]
fn a_manifest_lists_events_newest_first() {
    let text = br#"{"5b0c-1": {"timestamp": "10", "info": "a"}, "5b0c-2": {"timestamp": 20}, "../x": {}}"#;
    let listed: Vec<(String, i64)> = manifest(text)
        .unwrap()
        .into_iter()
        .map(|l| (l.uuid, l.timestamp))
        .collect();
    assert_eq!(listed, [("5b0c-2".to_owned(), 20), ("5b0c-1".to_owned(), 10)]);
    assert!(manifest(b"[]").is_err());
}
