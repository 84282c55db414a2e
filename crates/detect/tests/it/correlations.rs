//! Correlations of every type: which windows fire, worked out by hand.

use crate::fixture::{detector, meta, record, schema};
use detect::Detector;
use model::{Alert, Field, LogRecord, RecordMeta, SourceId, TenantId, Time, Value};
use std::borrow::Cow;

/// Rules `a`, `b` and `c`, each for records of that path, and what counts them.
pub fn with(correlations: &str) -> String {
    let base = |name: &str| {
        format!(
            "title: {name}\nname: {name}\nid: {name}\nlogsource: {{product: alibaba}}\n\
             detection: {{s: {{cs-uri-stem: {name}}}, condition: s}}\n---\n"
        )
    };
    format!("{}{}{}{correlations}", base("a"), base("b"), base("c"))
}

/// A correlation `top` over them with groups by address, and these further lines.
fn top(kind: &str, lines: &str) -> String {
    with(&format!(
        "title: top\nid: top\ncorrelation:\n  type: {kind}\n  group-by: [c-ip]\n  timespan: 60s\n{lines}\n\
         ctdr:\n  title: {{en: '$c-ip$ $cs-uri-stem$', zh: x}}\n  entities: [{{type: ip, field: c-ip, role: attacker}}]\n"
    ))
}

/// A match of a rule by one address, with a number.
fn hit(id: u128, secs: i64, path: &str, number: &str) -> LogRecord<'static> {
    let pairs = [
        ("c-ip", "198.51.100.7"),
        ("cs-uri-stem", path),
        ("sc-status", number),
    ];
    record(id, secs, &pairs)
}

/// `a 10 5` per record: the rule, the second, the number if there is one. When windows fired, and the value.
fn run(detector: &mut Detector, records: &str) -> Vec<(i64, f64)> {
    let records: Vec<LogRecord<'_>> = records
        .split(", ")
        .filter(|text| !text.is_empty())
        .zip(1..)
        .map(|(text, id)| {
            let mut words = text.split(' ');
            let [path, secs] = [words.next().unwrap(), words.next().unwrap()];
            hit(
                id,
                6_000 + secs.parse::<i64>().unwrap(),
                path,
                words.next().unwrap_or(""),
            )
        })
        .collect();
    let alerts = detector.detect(&records);
    let of_top = alerts.iter().filter(|alert| alert.rule.id == "top");
    of_top
        .map(|alert| {
            (
                alert.time.millis() / 1000 - 6_000,
                alert.threshold.as_ref().unwrap().value,
            )
        })
        .collect()
}

#[track_caller]
fn check(rule: &str, table: &[(&str, &[(i64, f64)])]) {
    for (records, expected) in table {
        assert_eq!(run(&mut detector(rule), records), *expected, "{records}");
    }
}

#[test]
fn temporal_wants_all_rules_in_any_order() {
    let rule = top("temporal", "  rules: [a, b]");
    check(
        &rule,
        &[
            ("a 1, b 2", &[(2, 2.0)]),
            ("b 1, a 60", &[(60, 2.0)]),
            ("a 1, b 61", &[]),
            ("a 1, a 2, a 3", &[]),
            ("a 1, b 2, a 3, b 61, a 62", &[(2, 2.0), (62, 2.0)]),
            ("a 60, b 10", &[(60, 2.0)]),
        ],
    );
    let rule = top("temporal", "  rules: [a, b, c]\n  condition: {gte: 2}");
    check(&rule, &[("a 1, c 2", &[(2, 2.0)]), ("a 1, a 2", &[])]);
    let rule = top("temporal", "  rules: [a, b, c]\n  condition: a and (b or c)");
    check(&rule, &[("b 1, c 2", &[]), ("c 1, a 2", &[(2, 2.0)])]);
}

#[test]
fn temporal_ordered_wants_them_one_after_the_other() {
    let rule = top("temporal_ordered", "  rules: [a, b]");
    check(
        &rule,
        &[
            ("a 1, b 2", &[(2, 2.0)]),
            ("b 1, a 2", &[]),
            ("b 1, a 2, b 3", &[(3, 2.0)]),
            // The late record is what was before.
            ("b 10, a 5", &[(10, 2.0)]),
            ("b 10, a 15", &[]),
        ],
    );
    let rule = top("temporal_ordered", "  rules: [a, b, c]");
    check(
        &rule,
        &[
            ("a 1, c 2, b 3", &[]),
            ("a 1, c 2, b 3, c 4", &[(4, 3.0)]),
            ("a 1, b 50, c 70", &[]),
        ],
    );
    let rule = top("temporal_ordered", "  rules: [a, b, c]\n  condition: {gte: 2}");
    check(&rule, &[("c 1, b 2", &[]), ("b 1, c 2", &[(2, 2.0)])]);
}

#[test]
fn numbers_are_added_up() {
    let rule = |kind: &str, condition: &str| {
        let condition = format!("  rules: [a]\n  condition: {{field: sc-status, {condition}}}");
        top(kind, &condition)
    };
    check(
        &rule("value_sum", "gt: 10"),
        &[
            ("a 1 4, a 2 6", &[]),
            ("a 1 4, a 2 6, a 3 0.5", &[(3, 10.5)]),
            ("a 1 10, a 61 5", &[]),
            ("a 1 x, a 2 11", &[(2, 11.0)]),
            ("a 1 12, a 2 -5", &[(1, 12.0)]),
        ],
    );
    check(
        &rule("value_sum", "gte: 5, lt: 8"),
        &[("a 1 9, a 2 -1, a 3 -1", &[(3, 7.0)]), ("a 1 4, a 2 4", &[])],
    );
    check(
        &rule("value_avg", "gt: 2.5"),
        &[("a 1 2, a 2 3", &[]), ("a 1 2, a 2 2, a 3 4", &[(3, 8.0 / 3.0)])],
    );
    check(
        &rule("value_median", "gte: 3"),
        &[
            ("a 1 1, a 2 9, a 3 2", &[(2, 5.0)]),
            ("a 1 1, a 2 2, a 3 3, a 4 4, a 5 5", &[(5, 3.0)]),
            ("a 1 2, a 2 3.5", &[]),
        ],
    );
    check(
        &rule("value_percentile", "percentile: 90, gte: 100"),
        &[
            ("a 1 1, a 2 1, a 3 100", &[(3, 100.0)]),
            (
                "a 1 1, a 2 1, a 3 1, a 4 1, a 5 1, a 6 1, a 7 1, a 8 1, a 9 1, a 10 100",
                &[],
            ),
        ],
    );
}

#[test]
fn tumbling_windows_stand_behind_one_another() {
    let rule = top(
        "event_count",
        "  rules: [a]\n  window: tumbling\n  condition: {gte: 3}",
    );
    check(
        &rule,
        &[
            ("a 0, a 30, a 59", &[(59, 3.0)]),
            ("a 50, a 59, a 60", &[]),
            (
                "a 0, a 1, a 2, a 3, a 59, a 60, a 61, a 62",
                &[(2, 3.0), (62, 3.0)],
            ),
            ("a 50, a 60, a 59, a 58", &[(59, 3.0)]),
        ],
    );
}

#[test]
fn sessions_end_when_nothing_follows() {
    let rule = top(
        "event_count",
        "  rules: [a]\n  window: session\n  gap: 10s\n  condition: {gte: 3}",
    );
    check(
        &rule,
        &[
            ("a 0, a 10, a 20", &[(20, 3.0)]),
            ("a 0, a 10, a 21", &[]),
            (
                "a 0, a 1, a 2, a 12, a 22, a 33, a 34, a 35",
                &[(2, 3.0), (35, 3.0)],
            ),
            // A session is no longer than the time span.
            ("a 0, a 9, a 18, a 27, a 36, a 45, a 54, a 60, a 61", &[(18, 3.0)]),
            (
                "a 0, a 9, a 18, a 27, a 36, a 45, a 54, a 60, a 61, a 62",
                &[(18, 3.0), (62, 3.0)],
            ),
            // A late record joins two sessions.
            ("a 0, a 20, a 10", &[(20, 3.0)]),
        ],
    );
}

#[test]
fn what_is_absent_is_told_when_the_window_is_over() {
    // The watermark is two minutes behind the newest record.
    let rule = top("temporal", "  rules: [a, b]\n  condition: a and not b");
    check(
        &rule,
        &[
            ("a 0, z 179", &[]),
            ("a 0, z 180", &[(0, 1.0)]),
            ("a 0, b 59, z 180", &[]),
            ("a 0, b 60, z 180", &[(0, 1.0)]),
            ("b 0, a 1, z 181", &[(1, 1.0)]),
            // The answer comes late, and still in time.
            ("a 0, z 170, b 55, z 200", &[]),
            // Each window is told of once, and not those that begin meanwhile.
            ("a 0, a 30, a 61, z 400", &[(30, 1.0), (61, 1.0)]),
        ],
    );
    let mut late = detector(&rule);
    assert_eq!(run(&mut late, "a 0, z 300, b 1, a 2, z 600"), [(0, 1.0)]);
    assert_eq!(late.counters().late, 2, "two were too late to be waited for");
    let rule = top(
        "temporal",
        "  rules: [a, b]\n  window: tumbling\n  condition: a and not b",
    );
    check(
        &rule,
        &[
            ("a 59, b 60, z 179", &[]),
            ("a 59, b 60, z 180", &[(59, 1.0)]),
            ("a 30, b 0, z 180", &[]),
            ("a 30, a 40, a 70, z 300", &[(40, 1.0), (70, 1.0)]),
        ],
    );
}

#[test]
fn what_is_absent_to_the_end_of_a_file_is_told_there() {
    let rule = top("temporal", "  rules: [a, b]\n  condition: a and not b");
    let mut detector = detector(&rule);
    assert_eq!(run(&mut detector, "a 0, z 30, a 100, b 110"), []);
    let alerts = detector.finish();
    assert_eq!(alerts.len(), 1, "the second was answered");
    assert_eq!(alerts[0].time.millis() % 1_000_000, 0);
    assert_eq!((detector.finish(), detector.counters().alerts), (Vec::new(), 1));
}

#[test]
fn an_absence_is_part_of_another_from_when_it_is_known() {
    let rule = with(
        "title: silent\nname: silent\nid: silent\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [c-ip]\n  \
         timespan: 60s\n  condition: a and not b\n---\n\
         title: top\nid: top\ncorrelation:\n  type: temporal\n  rules: [silent, c]\n  group-by: [c-ip]\n  \
         timespan: 60s\n  condition: silent and not c\n",
    );
    let told = |records: &str| {
        let mut detector = detector(&rule);
        let found = run(&mut detector, records).len();
        (found, detector.finish().len())
    };
    // `a` stays unanswered until 60; the outer window is from there to 120.
    assert_eq!(told("a 0, z 239"), (0, 1));
    assert_eq!(told("a 0, z 240"), (1, 0));
    assert_eq!(told("a 0, z 5000"), (1, 0), "however far the watermark jumps");
    assert_eq!(told("a 0, c 59, z 5000"), (1, 0), "before it is known");
    assert_eq!(told("a 0, c 61, z 5000"), (0, 0));
    assert_eq!(told("a 0, b 30, z 5000"), (0, 0));
}

fn of_source(mut record: LogRecord<'static>, source: u128) -> LogRecord<'static> {
    let meta = RecordMeta {
        source: SourceId::from_bits(source),
        ..model::RecordView::meta(&record).clone()
    };
    record = LogRecord::new(
        meta,
        b"",
        ["c-ip", "cs-uri-stem"]
            .iter()
            .zip(["198.51.100.7", "z"])
            .map(|(name, value)| {
                let value = Value::Text(Cow::Borrowed(value));
                (schema().slot(name).unwrap(), Field { value, span: None })
            })
            .collect(),
        Vec::new(),
    );
    record
}

#[test]
fn the_source_that_is_behind_is_waited_for() {
    let rule = top("temporal", "  rules: [a, b]\n  condition: a and not b");
    let mut detector = detector(&rule);
    let at = |secs: i64, source: u128| of_source(hit(secs as u128, secs, "z", ""), source);
    let mut fired = |record: LogRecord<'static>| detector.detect(&[record]).len();
    assert_eq!(fired(at(1_000, 2)), 0);
    assert_eq!(fired(hit(1, 1_000, "a", "")), 0);
    assert_eq!(fired(hit(2, 1_500, "z", "")), 0, "the other source is at 1000");
    assert_eq!(fired(at(1_100, 2)), 0);
    assert_eq!(fired(at(1_180, 2)), 1);
    assert_eq!(fired(hit(3, 1_500, "a", "")), 0);
    assert_eq!(
        fired(hit(4, 1_780, "z", "")),
        0,
        "the other source is ten minutes behind"
    );
    assert_eq!(fired(hit(5, 1_781, "z", "")), 1, "it is not waited for any more");
}

#[test]
fn an_alert_of_an_absence_tells_what_is_known() {
    let rule = top("temporal", "  rules: [a, b]\n  condition: a and not b");
    let records = [hit(1, 1_000, "a", "1"), hit(2, 2_000, "z", "1")];
    let alert = detector(&rule).detect(&records).remove(0);
    assert_eq!(alert.title.en, "198.51.100.7 -", "of its group");
    assert_eq!(alert.tenant, TenantId::default());
    assert_eq!(alert.entities.len(), 1);
    assert_eq!(alert.products.len(), 1);
    assert_eq!(alert.records, [meta(1, 0).id]);
    assert_eq!(alert.evidence.len(), 1);
    assert_eq!(alert.threshold.unwrap().condition, "a and not b");
}

#[test]
fn an_alert_of_several_rules_shows_each_of_them() {
    let rule = top("temporal_ordered", "  rules: [a, b]");
    let mut records: Vec<LogRecord<'_>> = (1..9).map(|id| hit(id, 100 + id as i64, "a", "")).collect();
    records.push(hit(9, 110, "b", ""));
    let alert = detector(&rule).detect(&records).remove(0);
    assert_eq!(alert.records.len(), 9);
    assert_eq!(alert.evidence.len(), Alert::EVIDENCE_KEPT);
    assert!(alert.evidence.iter().any(|e| e.raw.contains("cs-uri-stem=a")));
    assert!(alert.evidence.iter().any(|e| e.raw.contains("cs-uri-stem=b")));
    let threshold = alert.threshold.unwrap();
    assert_eq!(
        (threshold.kind.as_str(), threshold.condition.as_str()),
        ("temporal_ordered", "a and b")
    );
    let rules: Vec<(&str, u64)> = threshold
        .rules
        .iter()
        .map(|r| (r.rule.as_str(), r.matches))
        .collect();
    assert_eq!(rules, [("a", 8), ("b", 1)]);
}

#[test]
fn aliases_find_the_same_thing_under_other_names() {
    let rule = with(
        "title: top\nid: top\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b]\n  group-by: [host]\n  \
         aliases: {host: {a: cs-host, b: device.uid}}\n  timespan: 60s\n",
    );
    let a = |id, host| record(id, 1_000, &[("cs-uri-stem", "a"), ("cs-host", host)]);
    let b = |id, host| record(id, 1_001, &[("cs-uri-stem", "b"), ("device.uid", host)]);
    let mut detector = detector(&rule);
    assert_eq!(detector.detect(&[a(1, "x"), b(2, "y")]).len(), 0);
    let alert = detector.detect(&[b(3, "x")]).remove(0);
    assert_eq!(
        alert.threshold.unwrap().group,
        [("host".to_owned(), "x".to_owned())]
    );
}

#[test]
fn a_title_takes_from_the_group_what_the_last_record_lacks() {
    let rule = with(
        "title: top\nid: top\ncorrelation:\n  type: temporal_ordered\n  rules: [a, b]\n  group-by: [host]\n  \
         aliases: {host: {a: cs-host, b: device.uid}}\n  timespan: 60s\n\
         ctdr:\n  title: {en: '$host$ $device.uid$ $process.pid$', zh: x}\n",
    );
    let a = record(1, 1_000, &[("cs-uri-stem", "a"), ("cs-host", "x")]);
    let b = record(
        2,
        1_001,
        &[("cs-uri-stem", "b"), ("device.uid", "x"), ("process.pid", "7")],
    );
    let title = |records: [LogRecord<'static>; 2]| {
        let alert = detector(&rule).detect(&records).remove(0);
        (alert.title.en, alert.time)
    };
    let last = Time::from_secs(1_001);
    assert_eq!(title([a.clone(), b.clone()]), ("x x 7".to_owned(), last));
    assert_eq!(
        title([b, a]),
        ("x x -".to_owned(), last),
        "the first log is the late one"
    );
}

#[test]
fn correlations_are_counted_by_others() {
    let rule = with(
        "title: many\nname: many\nid: many\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [c-ip, cs-host]\n  \
         timespan: 10s\n  condition: {gte: 3}\n---\n\
         title: top\nid: top\ncorrelation:\n  type: temporal_ordered\n  rules: [many, b]\n  group-by: [c-ip]\n  \
         timespan: 60s\n---\n\
         title: hosts\nid: hosts\ncorrelation:\n  type: value_count\n  rules: [many]\n  group-by: [c-ip]\n  \
         timespan: 60s\n  condition: {field: cs-host, gte: 2}\n",
    );
    let at = |id: u128, secs: i64, path: &str, host: &str| {
        let pairs = [("c-ip", "198.51.100.7"), ("cs-uri-stem", path), ("cs-host", host)];
        record(id, secs, &pairs)
    };
    let mut detector = detector(&rule);
    let burst =
        |first: u128, secs: i64, host: &str| [0, 1, 2].map(|n| at(first + n, secs + n as i64, "a", host));
    assert_eq!(
        detector.rules().rules().count(),
        3,
        "the one in between raises none"
    );
    assert_eq!(
        detector.detect(&[at(1, 1_000, "b", "x"), at(2, 1_000, "a", "x")]),
        []
    );
    assert_eq!(detector.detect(&burst(10, 1_020, "x")), []);
    let alert = detector.detect(&[at(20, 1_030, "b", "x")]).remove(0);
    assert_eq!((alert.rule.id.as_str(), alert.records.len()), ("top", 5));
    let rules = alert.threshold.unwrap().rules;
    assert_eq!(rules.len(), 2);
    let alert = detector.detect(&burst(30, 1_040, "y")).remove(0);
    assert_eq!((alert.rule.id.as_str(), alert.records.len()), ("hosts", 6));
    assert_eq!(alert.threshold.unwrap().value.to_string(), "2");
}

#[test]
fn generate_lets_the_parts_speak_too() {
    let rule = |generate: bool| {
        with(&format!(
            "title: one\nname: one\nid: one\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 10s\n  \
             condition: {{gte: 2}}\n---\ntitle: top\nid: top\ncorrelation:\n  type: temporal\n  rules: [one, b]\n  \
             generate: {generate}\n  timespan: 60s\n"
        ))
    };
    let records = [hit(1, 100, "a", ""), hit(2, 101, "a", ""), hit(3, 102, "b", "")];
    let ids = |generate| -> Vec<String> {
        let alerts = detector(&rule(generate)).detect(&records);
        alerts.into_iter().map(|alert| alert.rule.id).collect()
    };
    assert_eq!(ids(false), ["top"]);
    assert_eq!(ids(true), ["one", "b", "top"]);
}
