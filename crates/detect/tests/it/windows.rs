//! Counting rules: when a window fires, what it holds, and that time is the records' own.

use crate::fixture::{detector, record};
use detect::Detector;
use model::{Alert, LogRecord, RecordView};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn rule(kind: &str, condition: &str) -> String {
    format!(
        r"
title: base
name: base
logsource: {{product: alibaba}}
detection: {{s: {{sc-status: 404}}, condition: s}}
---
title: Scanning
id: scanning
level: low
correlation:
  type: {kind}
  rules: [base]
  group-by: [src_endpoint.ip]
  timespan: 60s
  condition: {{{condition}}}
ctdr:
  title: {{en: 'by $src_endpoint.ip$', zh: x}}
  entities:
    - {{type: ip, field: src_endpoint.ip, role: attacker}}
    - {{type: domain, field: cs-host, role: victim}}
"
    )
}

fn events(gte: u32) -> Detector {
    detector(&rule("event_count", &format!("gte: {gte}")))
}

fn hit(id: u128, secs: i64, ip: &str, path: &str) -> LogRecord<'static> {
    let host = format!("{path}.example.com");
    let pairs = [
        ("src_endpoint.ip", ip),
        ("http_response.code", "404"),
        ("http_request.url.path", path),
        ("dst_endpoint.hostname", host.as_str()),
    ];
    record(id, secs, &pairs)
}

/// Runs hits at these seconds, numbered in order; what fired: (last second, records, suppressed).
fn fired(detector: &mut Detector, at: &[i64]) -> Vec<(i64, usize, u64)> {
    let records: Vec<LogRecord> = at
        .iter()
        .zip(1..)
        .map(|(secs, id)| hit(id, *secs, "198.51.100.7", "a"))
        .collect();
    summary(&detector.detect(&records))
}

fn summary(alerts: &[Alert]) -> Vec<(i64, usize, u64)> {
    alerts
        .iter()
        .map(|a| (a.time.millis() / 1000, a.records.len(), a.suppressed))
        .collect()
}

#[test]
fn windows_slide_fire_once_and_fire_again() {
    let check = |at: &[i64], expected: &[(i64, usize, u64)]| {
        assert_eq!(fired(&mut events(3), at), expected, "{at:?}");
    };
    check(&[100, 101], &[]);
    check(&[100, 101, 102], &[(102, 3, 0)]);
    check(&[100, 101, 160], &[]);
    check(&[100, 101, 159], &[(159, 3, 0)]);
    check(&[40, 100, 101, 111], &[(111, 3, 0)]);
    // Silent until a timespan after it fired, then again, with what was left out.
    check(&[100, 101, 102, 103, 161], &[(102, 3, 0)]);
    check(&[100, 101, 102, 103, 104, 162], &[(102, 3, 0), (162, 3, 2)]);
    check(&[100, 101, 102, 200, 201, 202], &[(102, 3, 0), (202, 3, 0)]);
}

#[test]
fn late_records_are_put_in_their_place() {
    let check = |at: &[i64], expected: &[(i64, usize, u64)]| {
        assert_eq!(fired(&mut events(3), at), expected, "{at:?}");
    };
    check(&[100, 150, 120], &[(150, 3, 0)]);
    check(&[100, 220, 110, 120], &[(120, 3, 0)]);
    check(&[200, 150, 100], &[]);
    check(&[100, 160, 110], &[]);
    // Yesterday's records are counted among themselves, and today's are not lost for it.
    check(
        &[90_000, 90_001, 100, 101, 102, 90_002],
        &[(102, 3, 0), (90_002, 3, 0)],
    );
    // One record from the far future does not stop the clock.
    check(&[4_000_000_000, 100, 101, 102], &[(102, 3, 0)]);
}

#[test]
fn a_record_counts_once() {
    let mut detector = events(2);
    let twice = hit(7, 100, "198.51.100.7", "a");
    assert!(detector.detect(&[twice.clone(), twice]).is_empty());
}

#[test]
fn groups_are_apart_and_records_without_the_field_belong_to_none() {
    let mut detector = events(2);
    let without = |id| record(id, 100, &[("http_response.code", "404")]);
    let records = [
        hit(1, 100, "198.51.100.7", "a"),
        hit(2, 100, "198.51.100.8", "a"),
        without(3),
        without(4),
    ];
    assert!(detector.detect(&records).is_empty());
    assert_eq!(detector.detect(&[hit(5, 101, "198.51.100.8", "a")]).len(), 1);
}

#[test]
fn the_alert_of_a_window() {
    let mut detector = events(3);
    let records = ["a", "b", "c"].iter().zip(1..);
    let records: Vec<LogRecord> = records
        .map(|(path, id)| hit(id, 100 + id as i64, "198.51.100.7", path))
        .collect();
    let alert = detector.detect(&records).remove(0);
    assert_eq!(alert.title.en, "by 198.51.100.7");
    assert_eq!(alert.first_time.millis(), 101_000);
    assert_eq!(alert.time.millis(), 103_000);
    assert_eq!(alert.evidence.len(), 3);
    let victims: Vec<&str> = alert.entities[1..].iter().map(|e| e.key.value.as_str()).collect();
    assert_eq!(
        victims,
        ["a.example.com", "b.example.com", "c.example.com"],
        "of all its records"
    );
    let threshold = alert.threshold.unwrap();
    assert_eq!(threshold.kind, "event_count");
    assert_eq!(threshold.condition, ">= 3");
    assert_eq!((threshold.value, threshold.seconds), (3.0, 60));
    assert_eq!(
        threshold.group,
        [("src_endpoint.ip".to_owned(), "198.51.100.7".to_owned())]
    );
}

#[test]
fn distinct_values_are_counted() {
    let run = |paths: &[&str]| {
        let mut detector = detector(&rule("value_count", "field: cs-uri-stem, gte: 3"));
        let hits = paths.iter().zip(1..);
        let records: Vec<LogRecord> = hits
            .map(|(path, id)| hit(id, 100 + 10 * id as i64, "198.51.100.7", path))
            .collect();
        summary(&detector.detect(&records))
    };
    assert_eq!(run(&["a", "a", "b", "b"]), []);
    assert_eq!(run(&["a", "a", "b", "c"]), [(140, 4, 0)]);
    assert_eq!(
        run(&["a", "b", "b", "b", "b", "b", "b", "c"]),
        [],
        "`a` has left the window"
    );
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let mut detector = events(9_999);
    for id in 0..10_100u32 {
        let record = hit(u128::from(id) + 1, 100, "198.51.100.7", "a");
        for alert in detector.detect(&[record]) {
            assert_eq!(alert.records.len(), Alert::RECORDS_KEPT);
            assert_eq!(alert.threshold.unwrap().value.to_string(), "9999");
        }
    }
    assert_eq!(detector.counters().alerts, 1);
    assert_eq!(detector.counters().evicted, 100);
}

type Hit = (i64, u8, u8);

fn hits() -> impl Strategy<Value = Vec<Hit>> {
    proptest::collection::vec((0i64..400, 0u8..3, 0u8..4), 1..60)
}

fn records(hits: &[Hit]) -> Vec<LogRecord<'static>> {
    hits.iter()
        .zip(1..)
        .map(|((secs, ip, path), id)| {
            let path = ["a", "b", "c", "d"][usize::from(*path)];
            hit(id, 1000 + secs, &format!("198.51.100.{ip}"), path)
        })
        .collect()
}

fn both() -> Detector {
    let first = rule("event_count", "gte: 4");
    let second = rule("value_count", "field: cs-uri-stem, gt: 2")
        .replace("scanning", "other")
        .replace("base", "basis");
    detector(&format!("{first}---{second}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn batches_make_no_difference(hits in hits(), cut in 0usize..60) {
        let records = records(&hits);
        let cut = cut.min(records.len());
        let whole = both().detect(&records);
        let mut detector = both();
        let mut parts = detector.detect(&records[..cut]);
        parts.extend(detector.detect(&records[cut..]));
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_restored_detector_carries_on(hits in hits(), cut in 0usize..60) {
        let records = records(&hits);
        let cut = cut.min(records.len());
        let mut first = both();
        let mut alerts = first.detect(&records[..cut]);
        let mut second = both();
        second.restore(&first.snapshot()).unwrap();
        prop_assert_eq!(second.snapshot(), first.snapshot());
        alerts.extend(second.detect(&records[cut..]));
        let mut whole = both();
        prop_assert_eq!(whole.detect(&records), alerts);
        prop_assert_eq!(whole.snapshot(), second.snapshot());
    }

    /// For a burst that fits into one window, the order of arrival changes neither whether a group fires nor,
    /// if it holds no more records than needed, what its alert is.
    #[test]
    fn order_within_a_burst_makes_no_difference(
        hits in proptest::collection::vec((0i64..50, 0u8..3, 0u8..4), 1..12)
            .prop_flat_map(|hits| { let n = hits.len(); (Just(hits), proptest::collection::vec(any::<u32>(), n)) })
    ) {
        let (hits, keys) = hits;
        let mut ordered = records(&hits);
        ordered.sort_by_key(|r| (r.meta().time, r.meta().id));
        let mut shuffled: Vec<_> = ordered.iter().cloned().zip(keys).collect();
        shuffled.sort_by_key(|(_, key)| *key);
        let shuffled: Vec<_> = shuffled.into_iter().map(|(record, _)| record).collect();
        let groups = |alerts: &[Alert]| -> BTreeSet<String> {
            alerts.iter().map(|a| format!("{} {:?}", a.rule.id, a.entities[0])).collect()
        };
        let (a, b) = (both().detect(&ordered), both().detect(&shuffled));
        prop_assert_eq!(a.len(), b.len());
        prop_assert_eq!(groups(&a), groups(&b));
        let exact = |hits: &[Hit], ip: u8| hits.iter().filter(|h| h.1 == ip).count() == 4;
        for ip in (0..3).filter(|ip| exact(&hits, *ip)) {
            let of = |alerts: &[Alert]| -> BTreeSet<_> {
                let ip = format!("198.51.100.{ip}");
                alerts.iter().filter(|a| a.rule.id == "scanning" && a.entities[0].key.value == ip).map(|a| a.id).collect()
            };
            prop_assert_eq!(of(&a), of(&b));
        }
    }

    /// Against the definition: a window fires if and only if some time span holds enough records.
    #[test]
    fn a_group_fires_if_and_only_if_a_window_is_full(hits in hits()) {
        let alerts = events(4).detect(&records(&hits));
        for ip in 0..3u8 {
            let times: Vec<i64> = hits.iter().filter(|h| h.1 == ip).map(|h| h.0).collect();
            let full = times.iter().any(|end| {
                times.iter().filter(|t| **t > end - 60 && **t <= *end).count() >= 4
            });
            let address = format!("198.51.100.{ip}");
            let fired = alerts.iter().any(|a| a.entities[0].key.value == address);
            prop_assert!(!fired || full, "{} fired without a full window", address);
            // A record may be later here than is promised to be counted.
            let newest = times.iter().scan(i64::MIN, |newest, t| { *newest = (*newest).max(*t); Some(*newest) });
            let in_time = newest.zip(&times).all(|(newest, t)| *t >= newest - 120);
            prop_assert!(fired || !full || !in_time, "{} did not fire", address);
        }
    }
}

#[test]
fn another_version_of_a_rule_starts_anew() {
    use crate::fixture::{rules, source};
    let mut detector = events(2);
    detector.detect(&[hit(1, 100, "198.51.100.7", "a")]);
    detector.replace_rules(rules(&[source(&rule("event_count", "gte: 2"))]));
    assert_eq!(
        detector.detect(&[hit(2, 100, "198.51.100.7", "a")]).len(),
        1,
        "the same version carries on"
    );
    let mut detector = events(2);
    detector.detect(&[hit(1, 100, "198.51.100.7", "a")]);
    detector.replace_rules(rules(&[source(&format!(
        "{}# changed\n",
        rule("event_count", "gte: 2")
    ))]));
    assert_eq!(detector.detect(&[hit(2, 100, "198.51.100.7", "a")]).len(), 0);
}

#[test]
fn a_broken_snapshot_is_refused() {
    assert!(events(2).restore(b"{").is_err());
}
