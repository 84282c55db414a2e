//! Correlations: what is read, what is refused, and what windows of matches they look for.

use sigma::{
    Body, Correlation, CorrelationKind, Number, Value, Window,
    eval::correlation::{Match, holds},
};

fn correlation(text: &str) -> Result<Correlation, String> {
    let text = format!("title: t\ncorrelation:\n{text}");
    match sigma::parse(&text, "c.yml") {
        Ok(documents) => match documents.into_iter().next().map(|d| d.body) {
            Some(Body::Correlation(correlation)) => Ok(correlation),
            other => panic!("{other:?}"),
        },
        Err(errors) => Err(errors[0].to_string()),
    }
}

#[test]
fn correlations() {
    let counted = correlation(
        "  type: value_count\n  rules: [a, b]\n  group-by: [ip]\n  timespan: 10m\n  condition: {field: url, gte: 5, lt: 9}\n",
    )
    .unwrap();
    assert!(matches!(&counted.kind, CorrelationKind::ValueCount(f) if f[0].text == "url"));
    assert_eq!(counted.timespan.as_secs(), 600);
    assert_eq!(counted.rules[1].text, "b");
    assert_eq!(counted.condition.len(), 2);
    let check = |text: &str, expected: &str| assert_eq!(correlation(text).unwrap_err(), expected);
    check(
        "  type: evnt_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n",
        "c.yml:3:9: unknown correlation type `evnt_count`; expected `event_count`",
    );
    check(
        "  type: value_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 1}\n",
        "c.yml:6:14: `value_count` needs a `field` in its condition",
    );
    check(
        "  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gt: x}\n",
        "c.yml:6:19: `gt` is a text; expected a number",
    );
    check(
        "  type: event_count\n  rules: a\n  timespn: 1m\n  condition: {gt: 1}\n",
        "c.yml:3:3: key `timespan` is missing",
    );
}

#[test]
fn every_type_is_read() {
    let check = |kind: &str, condition: &str| {
        let text = format!("  type: {kind}\n  rules: [a, b]\n  timespan: 1h\n{condition}");
        let read = correlation(&text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.kind.as_str(), kind);
        read
    };
    check("event_count", "  condition: {gt: 1, lte: 5, neq: 3}\n");
    check("value_count", "  condition: {field: [x, y], eq: 2}\n");
    check("value_sum", "  condition: {field: x, gte: 1.5}\n");
    check("value_avg", "  condition: {field: [x], lt: 2}\n");
    check("value_median", "  condition: {field: x, lt: 2}\n");
    let percentile = check(
        "value_percentile",
        "  condition: {field: x, percentile: 99.9, gt: 2}\n",
    );
    assert!(matches!(
        percentile.kind,
        CorrelationKind::ValuePercentile { percentile, .. } if percentile == Number::Float(99.9)
    ));
    check("temporal", "");
    check("temporal", "  condition: {gte: 1}\n");
    check("temporal_ordered", "  condition: a and not b\n");
    let aliased = check(
        "temporal",
        "  group-by: [ip, user]\n  aliases: {ip: {a: src_ip, b: dst_ip}}\n  window: session\n  gap: 5m\n",
    );
    assert_eq!(aliased.field_of("ip", "b"), "dst_ip");
    assert_eq!(aliased.field_of("user", "b"), "user");
    assert!(matches!(aliased.window, Window::Session { gap } if gap.as_secs() == 300));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let check = |kind: &str, rest: &str, expected: &str| {
        let text = format!("  type: {kind}\n  rules: [a, b]\n  timespan: 1h\n{rest}");
        assert_eq!(correlation(&text).unwrap_err(), expected, "{text}");
    };
    check("event_count", "", "c.yml:3:3: key `condition` is missing");
    check(
        "value_sum",
        "  condition: {field: [x, y], gt: 1}\n",
        "c.yml:6:26: `value_sum` of several fields; expected one field",
    );
    check(
        "value_avg",
        "  condition: {gt: 1}\n",
        "c.yml:6:14: `value_avg` needs a `field` in its condition",
    );
    check(
        "event_count",
        "  condition: {percentile: 5, gt: 1}\n",
        "c.yml:6:27: `event_count` has no `percentile`",
    );
    check(
        "value_percentile",
        "  condition: {field: x, gt: 1}\n",
        "c.yml:3:9: `value_percentile` does not say which; expected a number from 0 to 100 as `percentile` in the \
         condition",
    );
    check(
        "value_percentile",
        "  condition: {field: x, percentile: 101, gt: 1}\n",
        "c.yml:6:37: percentile `101`; expected a number from 0 to 100 as `percentile` in the condition",
    );
    check(
        "temporal",
        "  condition: not a\n",
        "c.yml:6:14: the condition holds without any match; expected one rule or more that must match",
    );
    check(
        "temporal",
        "  condition: a and c\n",
        "c.yml:6:20: unknown rule `c`; expected `a`",
    );
    check(
        "temporal",
        "  condition: {field: x, gt: 1}\n",
        "c.yml:6:22: `temporal` counts no `field`",
    );
    check(
        "temporal",
        "  window: session\n",
        "c.yml:6:11: a session without `gap`; expected the `gap` that ends it, such as `10m`",
    );
    check(
        "temporal",
        "  gap: 1m\n",
        "c.yml:6:3: `gap` without a session; expected `window: session`",
    );
    check(
        "temporal",
        "  window: session\n  gap: 2h\n",
        "c.yml:7:8: the gap is longer than the whole session; expected at most `timespan`",
    );
    check(
        "temporal",
        "  window: slidin\n",
        "c.yml:6:11: unknown window `slidin`; expected `sliding`",
    );
    check(
        "temporal",
        "  aliases: {x: y}\n",
        "c.yml:6:16: an alias is a text; expected a map of names",
    );
}

/// The numbers of the matches whose windows are what the correlation looks for. A match is its second, the
/// number of its rule, its group and its value.
fn hits(text: &str, matches: &[(i64, usize, &str, i64)]) -> Vec<usize> {
    let read = correlation(&format!("  rules: [a, b, c]\n  timespan: 10s\n{text}")).unwrap();
    let matches: Vec<Match<'_>> = matches
        .iter()
        .map(|(second, rule, group, value)| Match {
            time: second * 1000,
            rule: *rule,
            group: vec![(*group).to_owned()],
            values: vec![vec![Value::Number(Number::Int(*value))]],
        })
        .collect();
    (0..matches.len())
        .filter(|last| holds(&read, &matches, *last))
        .collect()
}

#[test]
fn windows_of_matches() {
    let check = |text: &str, matches: &[(i64, usize, &str, i64)], expected: &[usize]| {
        assert_eq!(hits(text, matches), expected, "{text}");
    };
    let count = "  type: event_count\n  condition: {gte: 2}\n";
    check(count, &[(0, 0, "x", 0), (9, 1, "x", 0), (19, 0, "x", 0)], &[1]);
    check(count, &[(0, 0, "x", 0), (1, 0, "y", 0), (2, 0, "y", 0)], &[2]);
    let tumbling = format!("{count}  window: tumbling\n");
    check(
        &tumbling,
        &[(8, 0, "x", 0), (11, 0, "x", 0), (19, 0, "x", 0)],
        &[2],
    );
    let session = format!("{count}  window: session\n  gap: 3s\n");
    check(
        &session,
        &[(0, 0, "x", 0), (3, 0, "x", 0), (7, 0, "x", 0), (9, 0, "x", 0)],
        &[1, 3],
    );
    check(
        &session,
        &[
            (0, 0, "x", 0),
            (3, 0, "x", 0),
            (6, 0, "x", 0),
            (9, 0, "x", 0),
            (11, 0, "x", 0),
        ],
        &[1, 2, 3],
    );
    let values = [(0, 0, "x", 1), (1, 0, "x", 1), (2, 0, "x", 4), (3, 0, "x", 2)];
    check(
        "  type: value_count\n  condition: {field: f, eq: 2}\n",
        &values,
        &[2],
    );
    check(
        "  type: value_sum\n  condition: {field: f, gte: 6}\n",
        &values,
        &[2, 3],
    );
    check(
        "  type: value_avg\n  condition: {field: f, eq: 2}\n",
        &values,
        &[2, 3],
    );
    check(
        "  type: value_median\n  condition: {field: f, eq: 1.5}\n",
        &values,
        &[3],
    );
    check(
        "  type: value_percentile\n  condition: {field: f, percentile: 75, eq: 2}\n",
        &values,
        &[3],
    );
    check(
        "  type: value_percentile\n  condition: {field: f, percentile: 0, eq: 1}\n",
        &values,
        &[0, 1, 2, 3],
    );
    let forth = [(0, 0, "x", 0), (1, 1, "x", 0), (2, 2, "x", 0)];
    let back = [(0, 2, "x", 0), (1, 1, "x", 0), (2, 0, "x", 0)];
    check("  type: temporal\n", &forth, &[2]);
    check("  type: temporal\n", &back, &[2]);
    check("  type: temporal_ordered\n", &forth, &[2]);
    check("  type: temporal_ordered\n", &back, &[]);
    check("  type: temporal\n  condition: {gte: 2}\n", &back, &[1, 2]);
    check("  type: temporal_ordered\n  condition: {gte: 2}\n", &back, &[]);
    check(
        "  type: temporal\n  condition: (a or b) and not c\n",
        &forth,
        &[0, 1],
    );
    check("  type: temporal\n  condition: 1 of them\n", &forth, &[0, 1, 2]);
}
