//! What a correlation means: for every match, all matches are looked through anew.
//!
//! An engine may differ in when it tells: after a window has fired, most stay silent for a while, and one that
//! is asked for what is *absent* does well to wait until the window is over. What is said here is whether the
//! window that ends with a match is what the correlation looks for.

use super::Value;
use crate::{
    correlation::{Correlation, CorrelationKind, Window},
    number::Number,
};
use std::{borrow::Cow, time::Duration};

/// A match of one of the rules of a correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Match<'e> {
    /// When it happened, in milliseconds since 1970.
    pub time: i64,
    /// Which of the rules matched, by its number.
    pub rule: usize,
    /// The values of the fields in `group-by`.
    pub group: Vec<String>,
    /// The values of each field the correlation looks at.
    pub values: Vec<Vec<Value<'e>>>,
}

/// Whether the window that ends with match number `last` is what the correlation looks for. Matches may be in
/// any order.
pub fn holds(correlation: &Correlation, matches: &[Match<'_>], last: usize) -> bool {
    let last = &matches[last];
    let mut window: Vec<&Match<'_>> = matches
        .iter()
        .filter(|m| m.group == last.group && m.time <= last.time)
        .collect();
    window.sort_by_key(|m| (m.time, m.rule));
    cut(&mut window, correlation, last.time);
    meets(correlation, &window)
}

/// Whether the window that opens with match number `first`, or the whole tumbling window it is in, is what the
/// correlation looks for: how one is told that is asked for what is absent. Sessions have no such window.
pub fn holds_after(correlation: &Correlation, matches: &[Match<'_>], first: usize) -> bool {
    let first = &matches[first];
    let span = milliseconds(correlation.timespan);
    let start = match correlation.window {
        Window::Sliding | Window::Session { .. } => first.time,
        Window::Tumbling => first.time.div_euclid(span) * span,
    };
    let mut window: Vec<&Match<'_>> = matches
        .iter()
        .filter(|m| m.group == first.group && m.time >= start && m.time < start + span)
        .collect();
    window.sort_by_key(|m| (m.time, m.rule));
    meets(correlation, &window)
}

/// Whether the matches of a window, which are sorted, are what the correlation looks for.
fn meets(correlation: &Correlation, window: &[&Match<'_>]) -> bool {
    let count = match &correlation.kind {
        CorrelationKind::Temporal(Some(wanted)) => {
            return wanted.holds(&mut |rule| window.iter().any(|m| m.rule == rule));
        }
        CorrelationKind::TemporalOrdered(Some(wanted)) => {
            let present = distinct(window.iter().map(|m| m.rule));
            return wanted.holds(&mut |rule| present.contains(&rule)) && longest(window) == present.len();
        }
        kind => measure(kind, window),
    };
    count.is_some_and(|count| {
        let mut comparisons = correlation.condition.iter();
        comparisons.all(|(comparison, number)| comparison.holds(count, *number))
    })
}

/// Leaves the matches of the window that ends at `end`; they are sorted, and none is later.
fn cut(window: &mut Vec<&Match<'_>>, correlation: &Correlation, end: i64) {
    let span = milliseconds(correlation.timespan);
    match correlation.window {
        Window::Sliding => window.retain(|m| m.time > end - span),
        Window::Tumbling => window.retain(|m| m.time.div_euclid(span) == end.div_euclid(span)),
        Window::Session { gap } => {
            let (mut first, mut previous) = (i64::MIN, i64::MIN);
            let mut starts = Vec::new();
            for m in window.iter() {
                let goes_on =
                    previous != i64::MIN && m.time - previous <= milliseconds(gap) && m.time - first < span;
                if !goes_on {
                    first = m.time;
                }
                starts.push(first);
                previous = m.time;
            }
            let last = starts.last().copied();
            let mut starts = starts.into_iter();
            window.retain(|_| starts.next() == last);
        }
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// What the condition compares; none if there is nothing to compute it from.
fn measure(kind: &CorrelationKind, window: &[&Match<'_>]) -> Option<Number> {
    let count = |count: usize| Some(Number::Int(count as i64));
    let numbers = sorted_numbers(window);
    let (sum, length) = (numbers.iter().sum::<f64>(), numbers.len());
    let float = |float: f64| (length > 0).then(|| Number::from_f64(float)).flatten();
    match kind {
        CorrelationKind::EventCount => count(window.len()),
        CorrelationKind::Temporal(_) => count(distinct(window.iter().map(|m| m.rule)).len()),
        CorrelationKind::TemporalOrdered(_) => count(longest(window)),
        CorrelationKind::ValueCount(_) => count(distinct(window.iter().flat_map(|m| counted(m))).len()),
        CorrelationKind::ValueSum(_) => float(sum),
        CorrelationKind::ValueAvg(_) => float(sum / length as f64),
        CorrelationKind::ValueMedian(_) => {
            let middle = |at: usize| numbers.get(at).copied().unwrap_or_default();
            float(f64::midpoint(
                middle(length.saturating_sub(1) / 2),
                middle(length / 2),
            ))
        }
        CorrelationKind::ValuePercentile { percentile, .. } => {
            let share = |rank: usize| rank as f64 * 100.0 >= percentile.as_f64() * length as f64;
            let rank = (1..=length).find(|rank| share(*rank))?;
            float(numbers[rank - 1])
        }
    }
}

fn sorted_numbers(window: &[&Match<'_>]) -> Vec<f64> {
    let values = window.iter().filter_map(|m| m.values.first()).flatten();
    let mut numbers: Vec<f64> = values
        .filter_map(|value| value.number().map(Number::as_f64))
        .collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// What a match adds to a count of values: each value of a single field; of several, the first of each.
fn counted(m: &Match<'_>) -> Vec<Vec<String>> {
    let text = |value: &Value<'_>| value.text().map(Cow::into_owned);
    match m.values.as_slice() {
        [] => Vec::new(),
        [field] => field
            .iter()
            .filter_map(|value| Some(vec![text(value)?]))
            .collect(),
        fields => {
            let firsts = fields.iter().map(|field| field.first().and_then(text));
            firsts.collect::<Option<Vec<String>>>().into_iter().collect()
        }
    }
}

fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = Vec::new();
    for item in items {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    seen
}

/// The most rules of which one match each can be chosen so that they follow one another in the order of the
/// rules. The matches are sorted.
fn longest(window: &[&Match<'_>]) -> usize {
    let mut best: Vec<usize> = Vec::new();
    for (at, m) in window.iter().enumerate() {
        let before = (0..at).filter(|other| window[*other].rule < m.rule);
        let length = before.map(|other| best[other]).max().unwrap_or(0) + 1;
        best.push(length);
    }
    best.into_iter().max().unwrap_or(0)
}
