//! What rules do and take, and that one that takes too long is paused and said to be.

use crate::fixture::{detector, meta, schema};
use detect::Budget;
use model::{Field, LogRecord, Value};
use std::{borrow::Cow, cell::Cell, time::Duration};

const RULE: &str = "title: t\nid: x\nlogsource: {product: alibaba}\nlevel: low\ndetection:\n  \
                    s: {c-ip|contains: '192.0.2'}\n  condition: s\n";

thread_local! {
    static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static STEP: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A clock that moves on whenever it is asked.
fn clock() -> Duration {
    NOW.set(NOW.get() + STEP.get());
    NOW.get()
}

fn record(number: i64, ip: &'static str) -> LogRecord<'static> {
    let slot = schema().slot("c-ip").unwrap();
    let value = Value::Text(Cow::Borrowed(ip));
    LogRecord::new(
        meta(number as u128, number),
        b"",
        vec![(slot, Field { value, span: None })],
        Vec::new(),
    )
}

fn run(step: Duration) -> (usize, detect::RuleMetrics) {
    STEP.set(step);
    let mut detector = detector(RULE);
    detector.limit(Budget {
        per_record: Duration::from_micros(500),
        clock,
    });
    let alerts = (0..2_000)
        .map(|n| detector.detect(&[record(n, "192.0.2.1")]).len())
        .sum();
    (alerts, detector.metrics()["x"])
}

#[test]
fn what_a_rule_does_is_counted() {
    let (alerts, metrics) = run(Duration::from_micros(400));
    assert_eq!(
        (alerts, metrics.matches, metrics.alerts, metrics.paused),
        (2_000, 2_000, 2_000, false)
    );
    assert_eq!(
        metrics.microseconds,
        400 * 2_000,
        "one in sixteen is measured, and stands for the others"
    );
}

#[test]
fn a_rule_that_takes_too_long_is_paused() {
    let (alerts, metrics) = run(Duration::from_micros(600));
    assert!(metrics.paused);
    assert_eq!(alerts, 50 * 16, "after fifty measurements");
    assert_eq!(metrics.alerts, alerts as u64);
}

#[test]
fn other_rules_give_a_paused_one_another_chance() {
    STEP.set(Duration::from_millis(1));
    let mut detector = detector(RULE);
    detector.limit(Budget {
        per_record: Duration::from_micros(500),
        clock,
    });
    (0..1_000).for_each(|n| drop(detector.detect(&[record(n, "192.0.2.1")])));
    assert!(detector.metrics()["x"].paused);
    let rules = std::sync::Arc::clone(detector.rules());
    detector.replace_rules(rules);
    let metrics = detector.metrics()["x"];
    assert!(!metrics.paused);
    assert_eq!(
        metrics.microseconds, 800_000,
        "what it took before is not forgotten"
    );
    assert_eq!(detector.detect(&[record(5_000, "192.0.2.1")]).len(), 1);
}
