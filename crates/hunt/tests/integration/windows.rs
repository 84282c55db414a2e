//! Windows against the reference evaluator, which looks through all matches anew for each; and the same windows
//! whatever the order of events, the files they are in, and the threads.

use crate::{
    correlations::top,
    folder::{Folder, Found},
    fuzz_time::fuzz,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::json;
use sigma::{
    Body, Correlation, Moment, Number, Value, Window,
    eval::correlation::{Match, holds, holds_after},
};
use std::{cell::Cell, collections::BTreeMap};

const RULES: [&str; 3] = ["a", "b", "c"];
const USERS: [&str; 2] = ["bob", "eve"];
/// The timespan of all correlations here, in milliseconds.
const SPAN: i64 = 60_000;
const GAP: i64 = 15_000;

/// When it is, whose it is, which rule it is for, and its numbers.
type Event = (i64, usize, usize, Vec<i64>);

fn events() -> impl Strategy<Value = Vec<Event>> {
    // Steps of five seconds: many events are of one time, or stand a timespan or a gap apart to the millisecond.
    let event = (
        (0..60_i64).prop_map(|step| step * 5_000),
        0..2_usize,
        0..3_usize,
        vec(0..6_i64, 0..3),
    );
    vec(event, 1..40)
}

fn counting() -> impl Strategy<Value = String> {
    let kinds = select(vec![
        "event_count",
        "value_count",
        "value_sum",
        "value_avg",
        "value_median",
        "value_percentile",
    ]);
    let comparison = || select(vec!["gte", "gt", "lt", "eq", "neq", "lte"]);
    (kinds, comparison(), 1..7_i64, option::of(1..4_i64)).prop_map(|(kind, comparison, number, least)| {
        let field = if kind == "event_count" { "" } else { "field: n, " };
        let percentile = if kind == "value_percentile" {
            "percentile: 60, "
        } else {
            ""
        };
        let least = least
            .filter(|_| comparison != "gte")
            .map(|least| format!(", gte: {least}"));
        let least = least.unwrap_or_default();
        format!("  type: {kind}\n  condition: {{{field}{percentile}{comparison}: {number}{least}}}\n")
    })
}

fn temporal() -> impl Strategy<Value = String> {
    let conditions = select(vec![
        "",
        "a and b",
        "a and (b or c)",
        "1 of them",
        "{gte: 2}",
        "{eq: 3}",
        "{lt: 2}",
        "a and not b",
        "(a or b) and not c",
    ]);
    (select(vec!["temporal", "temporal_ordered"]), conditions).prop_map(|(kind, condition)| match condition {
        "" => format!("  type: {kind}\n"),
        condition => format!("  type: {kind}\n  condition: {condition}\n"),
    })
}

fn says() -> impl Strategy<Value = String> {
    let cut = select(vec![
        "",
        "  window: tumbling\n",
        "  window: session\n  gap: 15s\n",
    ]);
    let order = select(vec!["[a, b, c]", "[c, a, b]"]);
    let asked = prop_oneof![counting(), temporal()];
    (asked, cut, order)
        .prop_filter(
            "a session cannot be asked for what is absent",
            |(asked, cut, _)| !(asked.contains("not ") && cut.contains("session")),
        )
        .prop_map(|(asked, cut, order)| format!("  rules: {order}\n  group-by: [user]\n{asked}{cut}"))
}

/// A correlation that counts the windows of the other one.
const OVER: &str = "---
title: Over
id: over
correlation: {type: event_count, rules: [top], group-by: [user], timespan: 200s, condition: {gte: 2}, generate: true}
";
const SPAN_OVER: i64 = 200_000;

/// The correlation of this id.
fn parsed(text: &str, id: &str) -> Correlation {
    let documents = sigma::parse(text, "r.yml").expect("a rule");
    let of_id = documents
        .into_iter()
        .filter(|document| document.metadata.id.as_deref() == Some(id));
    let mut bodies = of_id.map(|document| document.body);
    let found = bodies.find_map(|body| match body {
        Body::Correlation(correlation) => Some(correlation),
        _ => None,
    });
    found.expect("a correlation")
}

/// A window that fires: the time of its last match, when that is known, and its user.
type Fired = (i64, i64, &'static str);

/// The windows that fire by the definition, in order.
fn expected(correlation: &Correlation, waits: bool, events: &[Event]) -> Vec<Fired> {
    let has_values = !correlation.kind.fields().is_empty();
    let matches: Vec<Match<'_>> = events
        .iter()
        // An event without the field is none that is counted.
        .filter(|(.., numbers)| !has_values || !numbers.is_empty())
        .map(|(time, user, rule, numbers)| {
            let values = numbers.iter().map(|number| Value::Number(Number::Int(*number)));
            Match {
                time: *time,
                rule: correlation
                    .rules
                    .iter()
                    .position(|name| name.text == RULES[*rule])
                    .expect("a rule"),
                group: vec![USERS[*user].to_owned()],
                values: if has_values {
                    vec![values.collect()]
                } else {
                    Vec::new()
                },
            }
        })
        .collect();
    fired_among(correlation, waits, SPAN, &matches)
}

/// The same for the windows of windows.
fn expected_over(correlation: &Correlation, below: &[Fired]) -> Vec<Fired> {
    let matches: Vec<Match<'_>> = below
        .iter()
        .map(|(_, known, user)| Match {
            time: *known,
            rule: 0,
            group: vec![(*user).to_owned()],
            values: Vec::new(),
        })
        .collect();
    fired_among(correlation, false, SPAN_OVER, &matches)
}

fn fired_among(correlation: &Correlation, waits: bool, span: i64, matches: &[Match<'_>]) -> Vec<Fired> {
    let mut fired = Vec::new();
    for user in USERS {
        let own = (0..matches.len()).filter(|at| matches[*at].group[0] == user);
        let by_time: BTreeMap<i64, usize> = own.map(|at| (matches[at].time, at)).collect();
        let found = if waits {
            let would = |at| holds_after(correlation, matches, at);
            absences(correlation.window, &by_time, would)
        } else {
            let would = |at| holds(correlation, matches, at);
            endings(correlation.window, span, &by_time, would)
        };
        fired.extend(found.into_iter().map(|(time, known)| (time, known, user)));
    }
    fired.sort_unstable();
    fired
}

fn endings(
    cut: Window,
    span: i64,
    by_time: &BTreeMap<i64, usize>,
    would: impl Fn(usize) -> bool,
) -> Vec<(i64, i64)> {
    let sessions = sessions(by_time.keys());
    let mut fired: Vec<i64> = Vec::new();
    for (time, at) in by_time {
        let silent = fired.iter().any(|other| match cut {
            Window::Sliding => time - other < span,
            Window::Tumbling => time.div_euclid(span) == other.div_euclid(span),
            Window::Session { .. } => sessions[time] == sessions[other],
        });
        if !silent && would(*at) {
            fired.push(*time);
        }
    }
    fired.into_iter().map(|time| (time, time)).collect()
}

/// When the session of each time began.
fn sessions<'t>(times: impl Iterator<Item = &'t i64>) -> BTreeMap<i64, i64> {
    let mut began: Vec<(i64, i64)> = Vec::new();
    for time in times {
        let before = began.last().copied();
        let goes_on = before.filter(|(previous, first)| time - previous <= GAP && time - first < SPAN);
        began.push((*time, goes_on.map_or(*time, |(_, first)| first)));
    }
    began.into_iter().collect()
}

/// The last events of windows that are told from their openings, and when they are over.
fn absences(cut: Window, by_time: &BTreeMap<i64, usize>, would: impl Fn(usize) -> bool) -> Vec<(i64, i64)> {
    let mut openings: Vec<i64> = Vec::new();
    for (time, at) in by_time {
        let opening = if cut == Window::Tumbling {
            time.div_euclid(SPAN) * SPAN
        } else {
            *time
        };
        if openings.iter().all(|other| opening - other >= SPAN) && would(*at) {
            openings.push(opening);
        }
    }
    let last = |opening: &i64| {
        by_time
            .range(opening..&(opening + SPAN))
            .next_back()
            .map(|(time, _)| (*time, opening + SPAN))
    };
    openings.iter().filter_map(last).collect()
}

fn line((time, user, rule, numbers): &Event) -> String {
    json!({"time": time, "user": USERS[*user], "rule": RULES[*rule], "n": numbers}).to_string() + "\n"
}

/// The ends of the windows of a rule that were found, with their users, in order.
fn windows<'f>(found: &'f Found, id: &str) -> Vec<(i64, &'f str)> {
    let lines = found.lines.iter().filter(|line| line["rule"]["id"] == id);
    let windows = lines.map(|line| {
        let time = Moment::from_text(line["time"].as_str().unwrap()).and_then(Moment::milliseconds);
        (time.unwrap(), line["fields"]["user"].as_str().unwrap())
    });
    let mut windows: Vec<_> = windows.collect();
    windows.sort_unstable();
    windows
}

/// What the lines of windows say of them.
fn shown(fired: &[Fired]) -> Vec<(i64, &'static str)> {
    let mut shown: Vec<_> = fired.iter().map(|(time, _, user)| (*time, *user)).collect();
    shown.sort_unstable();
    shown
}

#[test]
fn windows_fire_as_the_definition_says_in_whatever_order_events_are_read() {
    let fired = Cell::new((0, 0));
    let inputs = (says(), events(), any::<prop::sample::Index>(), 1..4_usize);
    fuzz(&inputs, |(says, events, middle, threads)| {
        let rules = top(&says) + OVER;
        // Milliseconds, which small numbers would not be taken for.
        let start = 1_599_228_000_000;
        let events: Vec<Event> = events
            .into_iter()
            .map(|(time, u, r, n)| (start + time, u, r, n))
            .collect();
        let folder = Folder::new();
        let (first, second) = events.split_at(middle.index(events.len()));
        let write = |name: &str, events: &[Event]| {
            folder.write(name, events.iter().map(line).collect::<String>().as_bytes())
        };
        let files = [write("1.jsonl", first), write("2.jsonl", second)];
        let found = folder.hunt_in(&rules, files.to_vec(), threads);

        let top = expected(&parsed(&rules, "top"), says.contains("not "), &events);
        assert_eq!(windows(&found, "top"), shown(&top), "{says}");
        let over = expected_over(&parsed(&rules, "over"), &top);
        assert_eq!(windows(&found, "over"), shown(&over), "over {says}");
        fired.set((fired.get().0 + top.len(), fired.get().1 + over.len()));

        let turned = folder.hunt_in(&rules, files.iter().rev().cloned().collect(), 1);
        assert_eq!(turned.lines, found.lines, "{says}");
    });
    assert!(fired.get().0 > 0 && fired.get().1 > 0, "nothing fired");
}
