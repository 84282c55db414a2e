//! The engine's windows against the reference evaluator, which looks through all matches anew for each.

use crate::{
    correlations::with,
    fixture::{detector, record},
};
use detect::Detector;
use model::LogRecord;
use proptest::prelude::*;
use sigma::{
    Body, Correlation, CorrelationKind, Expression, Number, Value, Window,
    eval::correlation::{Match, holds, holds_after},
};

/// What one correlation under test says beside its rules and groups.
fn asked() -> impl Strategy<Value = String> {
    let number = || 1u8..6;
    let comparison = || prop_oneof!["gte", "gt", "lt", "eq", "neq", "lte"];
    let counted = (
        prop_oneof![
            "event_count",
            "value_count",
            "value_sum",
            "value_avg",
            "value_median",
            "value_percentile"
        ],
        comparison(),
        number(),
        prop::option::of(number()),
    )
        .prop_map(|(kind, comparison, number, other)| {
            let field = if kind == "event_count" {
                ""
            } else {
                "field: sc-status, "
            };
            let percentile = if kind == "value_percentile" {
                "percentile: 60, "
            } else {
                ""
            };
            let second = other
                .filter(|_| comparison != "gte")
                .map(|n| format!(", gte: {n}"));
            let second = second.unwrap_or_default();
            format!("  type: {kind}\n  condition: {{{field}{percentile}{comparison}: {number}{second}}}\n")
        });
    let expressions = prop_oneof![
        Just(String::new()),
        Just("  condition: a and b\n".to_owned()),
        Just("  condition: a and (b or c)\n".to_owned()),
        Just("  condition: 1 of them\n".to_owned()),
        Just("  condition: a and not b\n".to_owned()),
        Just("  condition: (a or b) and not c\n".to_owned()),
        (comparison(), 1u8..4).prop_map(|(c, n)| format!("  condition: {{{c}: {n}}}\n")),
    ];
    let temporal = (prop_oneof!["temporal", "temporal_ordered"], expressions)
        .prop_map(|(kind, condition)| format!("  type: {kind}\n{condition}"));
    prop_oneof![counted, temporal]
}

fn cut() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just("  window: tumbling\n"),
        Just("  window: session\n  gap: 15s\n"),
    ]
}

/// A correlation, unless it cannot be run: a session cannot be asked for what is absent.
fn rule() -> impl Strategy<Value = String> {
    (asked(), cut())
        .prop_filter("sessions ask for no absence", |(asked, cut)| {
            !(asked.contains("not ") && cut.contains("session"))
        })
        .prop_map(|(asked, cut)| {
            with(&format!(
                "title: top\nid: top\ncorrelation:\n  rules: [a, b, c]\n  group-by: [c-ip]\n  timespan: 60s\n{asked}{cut}"
            ))
        })
}

/// Seconds after the one before, group, rule, number.
type Hit = (i64, u8, u8, u8);

fn hits() -> impl Strategy<Value = Vec<Hit>> {
    proptest::collection::vec((1i64..25, 0u8..2, 0u8..3, 0u8..5), 1..40)
}

const RULES: [&str; 3] = ["a", "b", "c"];

/// The hits in the order of their times, which are all different.
fn timed(hits: &[Hit]) -> Vec<Hit> {
    let mut now = 10_000;
    let times = hits.iter().map(|(step, group, rule, number)| {
        now += step;
        (now, *group, *rule, *number)
    });
    times.collect()
}

fn records(hits: &[Hit]) -> Vec<LogRecord<'static>> {
    let mut records: Vec<LogRecord<'static>> = hits
        .iter()
        .map(|(secs, group, rule, number)| {
            let (group, number) = (format!("198.51.100.{group}"), number.to_string());
            let pairs = [
                ("c-ip", group.as_str()),
                ("cs-uri-stem", RULES[usize::from(*rule)]),
                ("sc-status", number.as_str()),
            ];
            record(*secs as u128, *secs, &pairs)
        })
        .collect();
    // So that all windows are over in the end.
    records.push(record(1, 20_000, &[]));
    records
}

fn parsed(text: &str) -> Correlation {
    let documents = sigma::parse(text, "rule.yml").unwrap();
    let found = documents.into_iter().find_map(|document| match document.body {
        Body::Correlation(correlation) => Some(correlation),
        _ => None,
    });
    found.unwrap()
}

fn asks_for_absence(correlation: &Correlation) -> bool {
    fn negates(expression: &Expression) -> bool {
        match expression {
            Expression::Selection(_) => false,
            Expression::Not(_) => true,
            Expression::And(parts) | Expression::Or(parts) => parts.iter().any(negates),
        }
    }
    matches!(&correlation.kind, CorrelationKind::Temporal(Some(e)) | CorrelationKind::TemporalOrdered(Some(e)) if negates(e))
}

/// When windows fire by the definition: group, and the last record's second.
fn expected(correlation: &Correlation, hits: &[Hit]) -> Vec<(u8, i64)> {
    let values = |number: u8| match correlation.kind.fields() {
        [] => Vec::new(),
        _ => vec![vec![Value::Number(Number::Int(i64::from(number)))]],
    };
    let matches: Vec<Match<'_>> = hits
        .iter()
        .map(|(secs, group, rule, number)| Match {
            time: secs * 1000,
            rule: usize::from(*rule),
            group: vec![group.to_string()],
            values: values(*number),
        })
        .collect();
    let mut fired: Vec<(u8, i64)> = Vec::new();
    for group in 0..2 {
        let own: Vec<usize> = (0..hits.len()).filter(|at| hits[*at].1 == group).collect();
        let times: Vec<i64> = own.iter().map(|at| hits[*at].0).collect();
        let own = own.into_iter();
        let found = if asks_for_absence(correlation) {
            absences(
                correlation,
                &times,
                own.map(|at| holds_after(correlation, &matches, at)),
            )
        } else {
            endings(
                correlation,
                &times,
                own.map(|at| holds(correlation, &matches, at)),
            )
        };
        fired.extend(found.into_iter().map(|secs| (group, secs)));
    }
    fired.sort_unstable();
    fired
}

/// The ends of windows that fire, given which would.
fn endings(correlation: &Correlation, times: &[i64], would: impl Iterator<Item = bool>) -> Vec<i64> {
    let sessions = sessions(times);
    let mut fired: Vec<usize> = Vec::new();
    for (at, _) in would.enumerate().filter(|(_, would)| *would) {
        let silent = fired.iter().any(|other| match correlation.window {
            Window::Sliding => times[at] - times[*other] < 60,
            Window::Tumbling => times[at] / 60 == times[*other] / 60,
            Window::Session { .. } => sessions[at] == sessions[*other],
        });
        if !silent {
            fired.push(at);
        }
    }
    fired.into_iter().map(|at| times[at]).collect()
}

/// When the session of each record began.
fn sessions(times: &[i64]) -> Vec<i64> {
    let mut began = Vec::new();
    for (at, time) in times.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| (times[before], began[before]));
        let goes_on = before.filter(|(previous, first)| time - previous <= 15 && time - first < 60);
        began.push(goes_on.map_or(*time, |(_, first)| first));
    }
    began
}

/// The last records of windows that fire when they are over.
fn absences(correlation: &Correlation, times: &[i64], would: impl Iterator<Item = bool>) -> Vec<i64> {
    let tumbling = correlation.window == Window::Tumbling;
    let mut fired: Vec<i64> = Vec::new();
    for (first, _) in times.iter().zip(would).filter(|(_, would)| *would) {
        let start = if tumbling { first / 60 * 60 } else { *first };
        let silent = fired.iter().any(|other| start - other < 60);
        if !silent {
            fired.push(start);
        }
    }
    let last = |start: &i64| {
        times
            .iter()
            .filter(|t| **t >= *start && **t < start + 60)
            .max()
            .copied()
    };
    fired.iter().filter_map(last).collect()
}

fn found(detector: &mut Detector, records: &[LogRecord<'static>]) -> Vec<(u8, i64)> {
    let alerts = detector.detect(records);
    let mut fired: Vec<(u8, i64)> = alerts
        .iter()
        .map(|alert| {
            let address = &alert.threshold.as_ref().unwrap().group[0].1;
            (
                address[address.len() - 1..].parse().unwrap(),
                alert.time.millis() / 1000,
            )
        })
        .collect();
    fired.sort_unstable();
    fired
}

/// How many cases each property is tried with.
#[allow(
    clippy::disallowed_methods,
    reason = "tests read how long to try from the environment"
)]
fn cases() -> u32 {
    let asked = std::env::var("PROPTEST_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn windows_fire_as_the_definition_says(text in rule(), hits in hits()) {
        let hits = timed(&hits);
        let expected = expected(&parsed(&text), &hits);
        prop_assert_eq!(found(&mut detector(&text), &records(&hits)), expected, "{}", text);
    }

    /// What waits for the end of its window does not depend on the order of arrival.
    #[test]
    fn late_records_make_no_difference_to_an_absence(
        hits in hits(),
        delays in proptest::collection::vec(0i64..110, 40),
        asked in prop_oneof!["a and not b", "\\(a or b\\) and not c"],
        cut in prop_oneof![Just(""), Just("  window: tumbling\n")],
    ) {
        let text = with(&format!(
            "title: top\nid: top\ncorrelation:\n  type: temporal\n  rules: [a, b, c]\n  group-by: [c-ip]\n  \
             timespan: 60s\n  condition: {asked}\n{cut}"
        ));
        let hits = timed(&hits);
        let mut late: Vec<(i64, Hit)> = hits.iter().zip(&delays).map(|(hit, delay)| (hit.0 + delay, *hit)).collect();
        late.sort_by_key(|(arrives, _)| *arrives);
        let late: Vec<Hit> = late.into_iter().map(|(_, hit)| hit).collect();
        let expected = expected(&parsed(&text), &hits);
        prop_assert_eq!(found(&mut detector(&text), &records(&late)), expected);
    }

    /// At every cut, a restored detector raises what is left, and remembers the same.
    #[test]
    fn a_restart_changes_nothing(text in rule(), hits in hits()) {
        // A chain on top, so that windows of windows are remembered too.
        let text = text.replace("id: top\n", "id: top\nname: top\n") + "  generate: true\n---\ntitle: over\nid: over\n\
            correlation:\n  type: event_count\n  rules: [top]\n  group-by: [c-ip]\n  timespan: 600s\n  \
            condition: {gte: 2}\n  generate: true\n";
        let records = records(&timed(&hits));
        let mut whole = detector(&text);
        let expected = whole.detect(&records);
        for cut in 0..records.len() {
            let mut first = detector(&text);
            let mut alerts = first.detect(&records[..cut]);
            let mut second = detector(&text);
            second.restore(&first.snapshot()).unwrap();
            alerts.extend(second.detect(&records[cut..]));
            prop_assert_eq!(&alerts, &expected);
            prop_assert_eq!(second.snapshot(), whole.snapshot());
        }
    }
}
