//! `ctdr replay`: yesterday's log in, alerts, events and counters out.

use crate::{
    access_log::{self, Access, BROWSER, MOMENT},
    program::{Ended, ctdr, recorded},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::Path,
};
use tempfile::TempDir;

/// What a replay left behind.
struct Result {
    out: TempDir,
    ended: Ended,
}

impl Result {
    /// Replays `input`, such as `--logs self_hosted/nginx=FILE`, into a folder of its own.
    fn of(input: &[&str]) -> Self {
        let out = tempfile::tempdir().unwrap();
        let arguments = [&["replay"], input, &["--out", out.path().to_str().unwrap()]].concat();
        Self {
            ended: ctdr(&arguments),
            out,
        }
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.out.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        self.file(name)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn alerts(&self) -> Vec<Value> {
        self.lines("alerts.jsonl")
    }

    fn events(&self) -> Vec<Value> {
        self.lines("events.jsonl")
    }

    /// Received, stored, duplicate, rejected, dead letter.
    fn count(&self, source: &str) -> [u64; 5] {
        let counters: Value = serde_json::from_str(&self.file("counters.json")).unwrap();
        ["received", "stored", "duplicate", "rejected", "dead_letter"].map(|name| {
            counters[source][name]
                .as_u64()
                .unwrap_or_else(|| panic!("{source} {name}: {counters}"))
        })
    }
}

/// The attackers of an event.
fn attackers(event: &Value) -> Vec<String> {
    let entities = event["entities"].as_array().unwrap();
    let attacks = |entity: &&Value| entity["role"] == "attacker" && entity["type"] == "ip";
    entities
        .iter()
        .filter(attacks)
        .map(|entity| entity["value"].as_str().unwrap().to_owned())
        .collect()
}

/// Attacker → how many events it is the attacker of.
fn events_by_attacker(events: &[Value]) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for attacker in events.iter().flat_map(attackers) {
        *count.entry(attacker).or_default() += 1;
    }
    count
}

/// A log file, written as its name says.
fn write(folder: &Path, name: &str, lines: &[String]) -> String {
    let path = folder.join(name);
    let text = lines.join("\n") + "\n";
    let bytes = match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        }
        Some("zst") => zstd::encode_all(text.as_bytes(), 1).unwrap(),
        _ => text.into_bytes(),
    };
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Who attacked when the logs were recorded.
const ATTACKERS: [&str; 10] = [
    "127.0.0.66",
    "127.0.0.71",
    "127.0.0.74",
    "127.0.0.75",
    "127.0.0.77",
    "198.51.100.72",
    "198.51.100.73",
    "198.51.100.76",
    "203.0.113.78",
    "203.0.113.79",
];
/// Who only looked as if: apostrophes, SQL words, percent signs.
const BENIGN: &str = "198.51.100.20";

#[test]
fn each_recorded_attacker_is_the_attacker_of_exactly_one_event() {
    let Some(data) = recorded("waf") else { return };
    let log = |product: &str, file: &str| format!("{product}={}", data.join(file).display());
    let audit = log("self_hosted/modsecurity", "modsec_audit.json.gz");
    let access = log("self_hosted/nginx", "access.json.gz");
    let replay = || Result::of(&["--logs", &audit, "--logs", &access]);
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(replay);
        (replay(), second.join().unwrap())
    });
    first.ended.expect(0, &[]);

    let events = first.events();
    let expected: BTreeMap<String, usize> =
        ATTACKERS.iter().map(|client| ((*client).to_owned(), 1)).collect();
    let found = events_by_attacker(&events);
    let recorded: BTreeMap<_, _> = found
        .iter()
        .filter(|(client, _)| expected.contains_key(*client))
        .collect();
    assert_eq!(recorded, expected.iter().collect(), "{found:?}");
    assert!(!found.contains_key(BENIGN), "{found:?}");
    for event in &events {
        assert!(attackers(event).len() <= 1, "{event}");
    }
    assert!(events.len() <= 12, "{} events", events.len());

    for (source, lines) in [("self_hosted/modsecurity", 8_547), ("self_hosted/nginx", 9_717)] {
        let [received, stored, duplicate, rejected, dead_letter] = first.count(source);
        assert_eq!(received, lines, "{source}");
        assert_eq!(received, stored + duplicate + rejected + dead_letter, "{source}");
        // Records that are not UTF-8 are attacks: they must not end up beside the others.
        assert_eq!((stored, duplicate), (lines, 0), "{source}");
    }
    for name in ["alerts.jsonl", "events.jsonl", "counters.json"] {
        assert!(
            first.file(name) == second.file(name),
            "{name} differs from one run to the next"
        );
    }
}

#[test]
fn the_combined_format_of_the_same_requests_works_too() {
    let Some(data) = recorded("waf") else { return };
    let access = format!("self_hosted/nginx={}", data.join("access.log.gz").display());
    let result = Result::of(&["--logs", &access]);
    result.ended.expect(0, &[]);
    let [received, stored, _, _, dead_letter] = result.count("self_hosted/nginx");
    assert_eq!((received, stored, dead_letter), (9_717, 9_717, 0));
    let found = events_by_attacker(&result.events());
    // The word list with a browser's user agent leaves its trace in this log only.
    assert_eq!(found.get("203.0.113.79"), Some(&1), "{found:?}");
    assert!(!found.contains_key(BENIGN), "{found:?}");
}

#[test]
fn plain_gzip_and_zstd_logs_give_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = access_log::attack("203.0.113.7", MOMENT);
    lines.extend(access_log::attack("203.0.113.8", MOMENT + 60_000));
    let results = ["a.json", "a.json.gz", "a.json.zst"].map(|name| {
        let path = write(folder.path(), name, &lines);
        let result = Result::of(&["--logs", &format!("self_hosted/nginx={path}")]);
        result.ended.expect(0, &["52 records received", "2 events"]);
        result
    });
    let found = events_by_attacker(&results[0].events());
    assert_eq!(
        found,
        BTreeMap::from([("203.0.113.7".to_owned(), 1), ("203.0.113.8".to_owned(), 1)])
    );
    assert_eq!(results[0].count("self_hosted/nginx"), [52, 52, 0, 0, 0]);
    for name in ["alerts.jsonl", "events.jsonl", "counters.json"] {
        assert_eq!(results[0].file(name), results[1].file(name));
        assert_eq!(results[0].file(name), results[2].file(name));
    }
}

#[test]
fn every_alert_is_in_at_most_one_event_and_every_line_has_what_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "a.json",
        &access_log::attack("203.0.113.7", MOMENT),
    );
    let result = Result::of(&["--logs", &format!("self_hosted/nginx={path}")]);
    let (alerts, events) = (result.alerts(), result.events());
    let has = |line: &Value, names: &[&str]| {
        let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, names.iter().copied().collect(), "{line}");
    };
    for alert in &alerts {
        has(
            alert,
            &[
                "id",
                "time",
                "rule",
                "title",
                "side",
                "level",
                "origin",
                "aggregation",
                "entities",
                "records",
            ],
        );
    }
    for event in &events {
        has(
            event,
            &[
                "id",
                "title",
                "level",
                "method",
                "side",
                "status",
                "first_time",
                "last_time",
                "alert_count",
                "raw_alert_count",
                "alert_ids",
                "entities",
                "edges",
                "links",
                "chain",
            ],
        );
        assert!(event["chain"]["entry"]["alert"].is_string(), "{event}");
        for edge in event["edges"].as_array().unwrap() {
            has(edge, &["from", "to", "tree", "reason"]);
        }
        for entity in event["entities"].as_array().unwrap() {
            has(entity, &["type", "value", "role", "malicious"]);
        }
    }
    let ids: BTreeSet<&str> = alerts.iter().map(|alert| alert["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), alerts.len(), "alert ids are unique");
    let members: Vec<&str> = events
        .iter()
        .flat_map(|event| event["alert_ids"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    let distinct: BTreeSet<&str> = members.iter().copied().collect();
    assert_eq!(distinct.len(), members.len(), "no alert is in two events");
    assert!(distinct.is_subset(&ids) && !members.is_empty());
}

#[test]
fn what_is_written_as_alerts_can_be_read_as_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let mut lines = access_log::attack("203.0.113.7", MOMENT);
    lines.extend(access_log::attack("203.0.113.8", MOMENT + 1));
    let path = write(folder.path(), "a.json", &lines);
    let logs = Result::of(&["--logs", &format!("self_hosted/nginx={path}")]);
    let alerts = logs.out.path().join("alerts.jsonl");
    let again = Result::of(&["--alerts", alerts.to_str().unwrap()]);
    again.ended.expect(0, &[]);
    assert_eq!(again.alerts(), logs.alerts());
    let members = |result: &Result| -> Vec<Value> {
        result
            .events()
            .iter()
            .map(|event| json!([event["alert_ids"], attackers(event)]))
            .collect()
    };
    assert_eq!(members(&again), members(&logs));
}

#[test]
fn alerts_of_other_tools_keep_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let alert = |number: i64, rule: &str, host: &str| {
        json!({
            "id": format!("a{number}"),
            "time": format!("2026-11-22T14:{number:02}:00+00:00"),
            "rule": rule,
            "title": format!("{rule} on {host}"),
            "side": "host",
            "level": 2,
            "aggregation": "graph_compute",
            "entities": [
                {"type": "host", "value": host, "role": "victim"},
                {"type": "ip", "value": format!("192.0.2.{}", host.len()), "role": "victim"},
            ],
        })
        .to_string()
    };
    let lines = [
        alert(0, "R1", "web"),
        alert(1, "R2", "web"),
        String::new(),
        alert(2, "R3", "mailserver"),
        alert(3, "R2", "web"),
    ];
    let path = write(folder.path(), "alerts.jsonl", &lines);
    let result = Result::of(&["--alerts", &path]);
    result.ended.expect(0, &["4 alerts"]);
    let ids: Vec<Value> = result
        .alerts()
        .into_iter()
        .map(|alert| alert["id"].clone())
        .collect();
    assert_eq!(ids, ["a0", "a1", "a2", "a3"]);
    let events: Vec<Value> = result.events();
    let members: Vec<&Value> = events.iter().map(|event| &event["alert_ids"]).collect();
    assert_eq!(members, [&json!(["a0", "a1", "a3"]), &json!(["a2"])]);
}

#[test]
fn an_alert_that_makes_no_sense_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(
        folder.path(),
        "alerts.jsonl",
        &[String::new(), r#"{"id":"a0","tyme":1}"#.to_owned()],
    );
    Result::of(&["--alerts", &path])
        .ended
        .expect(1, &[&format!("{path}:2"), "not an alert line"]);
}

#[test]
fn what_does_not_exist_is_named() {
    let missing = Result::of(&["--logs", "self_hosted/nginx=/nowhere/access.json"]);
    missing.ended.expect(4, &["/nowhere/access.json"]);
    Result::of(&["--alerts", "/nowhere/alerts.jsonl"])
        .ended
        .expect(4, &["/nowhere/alerts.jsonl"]);
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "a.json", &[]);
    let unknown = Result::of(&["--logs", &format!("self_hosted/apache={path}")]);
    unknown
        .ended
        .expect(2, &["self_hosted/apache", "self_hosted/nginx", "alibaba/waf"]);
    Result::of(&["--logs", &path])
        .ended
        .expect(2, &["PROVIDER/PRODUCT=FILE"]);
    Result::of(&[]).ended.expect(2, &["--logs"]);
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_fail_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let good = Access {
        at: MOMENT,
        client: "192.0.2.1",
        path: "/",
        status: 200,
        agent: BROWSER,
    };
    let long = Access {
        path: &"x".repeat(2 << 20),
        ..good
    };
    let lines = [
        "no log at all".to_owned(),
        good.json("r1"),
        "{\"msec\":".to_owned(),
        good.json("r1"),
        long.json("r2"),
        good.json("r3"),
    ];
    let path = write(folder.path(), "a.json", &lines);
    let result = Result::of(&["--logs", &format!("self_hosted/nginx={path}")]);
    result
        .ended
        .expect(0, &["2 dead letters", "1 rejected", "0 events"]);
    assert_eq!(result.count("self_hosted/nginx"), [6, 2, 1, 1, 2]);
}

#[test]
fn an_empty_log_gives_empty_results() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "").unwrap();
    let result = Result::of(&["--logs", &format!("self_hosted/nginx={}", path.display())]);
    result.ended.expect(0, &["0 alerts, 0 events"]);
    assert_eq!((result.alerts().len(), result.events().len()), (0, 0));
}

#[test]
fn sources_are_merged_by_the_time_of_their_events() {
    let folder = tempfile::tempdir().unwrap();
    // One attack, split between two files by turns: only together do they hold twenty different paths in a minute.
    let lines = access_log::attack("203.0.113.7", MOMENT);
    let part = |odd: usize| -> Vec<String> { lines.iter().skip(1).skip(odd).step_by(2).cloned().collect() };
    let [a, b] = [0, 1].map(|odd| write(folder.path(), &format!("{odd}.json"), &part(odd)));
    let [a, b] = [a, b].map(|path| format!("self_hosted/nginx={path}"));
    let alone = Result::of(&["--logs", &a]);
    assert_eq!(alone.alerts().len(), 0);
    let together = Result::of(&["--logs", &a, "--logs", &b]);
    together.ended.expect(0, &["25 records received, 25 stored"]);
    assert_eq!(together.alerts().len(), 1, "{:?}", together.alerts());
}

/// Lines without an id of their own are known by where they stand, and that is in a file.
#[test]
fn the_first_lines_of_two_files_are_two_records() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["/a", "/b"].map(|target| {
        let line =
            format!(r#"192.0.2.1 - - [03/Sep/2025:16:30:00 +0000] "GET {target} HTTP/1.1" 200 15 "-" "x""#);
        let path = write(folder.path(), &format!("{}.log", &target[1..]), &[line]);
        format!("self_hosted/nginx={path}")
    });
    let result = Result::of(&["--logs", &paths[0], "--logs", &paths[1]]);
    assert_eq!(result.count("self_hosted/nginx"), [2, 2, 0, 0, 0]);
}
