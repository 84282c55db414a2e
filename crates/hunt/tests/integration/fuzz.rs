//! Random rules and events: nothing panics, and the fast ways find what the slow ones find.

use crate::{flat::Flat, folder::RULE, fuzz_time::fuzz};
use detect::matcher::{Engine, Log, Scratch};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value as Json, json};
use sigma::{Body, Detection, Event as _, LogSource};
use std::{borrow::Cow, cell::Cell};

/// Rules with every kind of document, as what others are made from.
const SEEDS: [&str; 3] = [
    RULE,
    "title: C\ncorrelation:\n  type: value_count\n  rules: [a, b]\n  group-by: [u]\n  timespan: 5m\n  aliases: {u: {a: x}}\n  condition: {gte: 3, field: x}\n",
    "title: F\nlogsource: {product: windows}\nfilter:\n  rules: [a]\n  s|re|i: '^a.*$'\n  t: [\"x*\", 'y\\?', null, 1.5]\n  condition: not 1 of s* | count() > 3\n---\n",
];

/// A seed with a few pieces exchanged for others, or anything at all.
fn rule_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ \n:{}\\[\\],&*|!?'\"#%\\\\-]{0,4}",
        select(vec![
            "condition: ",
            "|all",
            "|re: '(a'",
            "null",
            "1 of them",
            "\n  ",
            "title: ",
            "&a ",
            "*a",
            "---\n",
            "é"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let edits = vec((any::<prop::sample::Index>(), 0..8_usize, piece), 0..5);
    let edited = (select(SEEDS.to_vec()), edits).prop_map(|(seed, edits)| {
        let mut chars: Vec<char> = seed.chars().collect();
        for (at, removed, piece) in edits {
            let at = at.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, piece.chars());
        }
        chars.into_iter().collect()
    });
    prop_oneof![4 => edited, 1 => any::<String>()]
}

#[test]
fn any_text_is_a_rule_or_has_a_fault_with_a_place() {
    fuzz(&rule_text(), |text| match sigma::parse(&text, "r.yml") {
        Ok(documents) => {
            for document in &documents {
                assert!(document.position.line >= 1);
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(error.to_string().starts_with("r.yml:"), "{error}");
            }
        }
    });
}

/// The one rule in a text.
fn rule(text: &str) -> Option<(LogSource, Detection)> {
    match sigma::parse(text, "r.yml").ok()?.pop()?.body {
        Body::Rule { logsource, detection } => Some((logsource, detection)),
        Body::Correlation(_) | Body::Filter { .. } => None,
    }
}

/// Fails unless engine and reference agree on every event; counts those that match.
fn agree(rule: &(LogSource, Detection), events: &[String], matched: &Cell<usize>) {
    let (engine, failed) = Engine::new([(&rule.0, &rule.1)], &[]);
    if !failed.is_empty() {
        return;
    }
    let mut scratch = Scratch::default();
    let plan = engine.plan(&Log::default());
    for event in events {
        engine.read(event, &mut scratch).expect("an event");
        let found = !engine.matches(&plan, event, &mut scratch).is_empty();
        let expected = sigma::eval::matches(&rule.1, &Flat::new(event));
        assert_eq!(found, expected, "engine and reference over {event}");
        matched.set(matched.get() + usize::from(found));
    }
}

#[test]
fn any_condition_means_the_same_to_engine_and_reference() {
    let word = select(vec![
        "s0",
        "s1",
        "s2",
        "not",
        "and",
        "or",
        "(",
        ")",
        "1 of s*",
        "all of them",
        "1 of s1*",
        "NOT",
        "all of s*",
        "of",
        "them",
        "|",
    ]);
    let events: Vec<String> = (0..8)
        .map(|bits: u8| {
            let fields = (0..3).map(|bit| (format!("f{bit}"), json!(bits >> bit & 1)));
            Json::from(fields.collect::<Map<_, _>>()).to_string()
        })
        .collect();
    let matched = Cell::new(0);
    fuzz(&vec(word, 1..9), |words| {
        let detection =
            json!({"s0": {"f0": 1}, "s1": {"f1": 1}, "s2": {"f2": 1}, "condition": words.join(" ")});
        let text = json!({"title": "C", "logsource": {"product": "p"}, "detection": detection}).to_string();
        if let Some(rule) = rule(&text) {
            agree(&rule, &events, &matched);
        }
    });
    assert!(matched.get() > 0, "nothing matched");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[aAbB*?/ .-]{0,4}",
        select(vec![
            "",
            "a",
            "ab",
            "aB-b",
            "é",
            "É",
            "10.0.0.1",
            "10.0.0.0/8",
            "7",
            "-1.5",
            "true",
            "a\\*",
            "\\\\a",
            "(a|b)+",
            "^a",
            "\"\n\u{1}"
        ])
        .prop_map(str::to_owned),
    ]
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        6 => text().prop_map(Json::from),
        2 => (-2..9_i64).prop_map(Json::from),
        1 => select(vec![json!(null), json!(true), json!(1.5), json!(9_007_199_254_740_993_i64), json!(1e20)]),
    ]
}

/// An event: the keys rules ask for, and others, with values of every kind.
fn event() -> impl Strategy<Value = String> {
    let value = scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Json::from),
            object(inner).prop_map(Json::from)
        ]
    });
    object(value).prop_map(|object| Json::from(object).to_string())
}

fn object(value: impl Strategy<Value = Json>) -> impl Strategy<Value = Map<String, Json>> {
    let key = select(vec!["a", "b", "c", "d", "c.d", "x", "a\"\u{e9}"]).prop_map(str::to_owned);
    vec((key, value), 0..5).prop_map(|members| members.into_iter().collect())
}

/// A rule over the same fields.
fn random_rule() -> impl Strategy<Value = String> {
    let modifiers = select(vec![
        "",
        "",
        "|contains",
        "|startswith",
        "|endswith",
        "|contains|all",
        "|cased",
        "|re",
        "|re|i",
        "|gt",
        "|lte",
        "|cidr",
        "|exists",
        "|fieldref",
        "|windash|contains",
        "|base64offset|contains",
        "|neq",
        "|contains|cased",
    ]);
    let key = (select(vec!["a", "b", "c.d", "c"]), modifiers)
        .prop_map(|(field, modifiers)| format!("{field}{modifiers}"));
    let values = prop_oneof![3 => scalar(), 1 => vec(scalar(), 1..4).prop_map(Json::from)];
    let items =
        vec((key, values), 1..3).prop_map(|items| Json::from(items.into_iter().collect::<Map<_, _>>()));
    let selection = prop_oneof![
        5 => items.clone(),
        1 => vec(items, 1..3).prop_map(Json::from),
        1 => vec(text().prop_map(Json::from), 1..3).prop_map(Json::from),
    ];
    let condition = select(vec![
        "s0",
        "not s0",
        "s0 and s1",
        "s0 or not s1",
        "1 of s*",
        "all of s*",
        "s0 and not (s1 or s2)",
        "not all of s*",
    ]);
    (vec(selection, 3), condition).prop_map(|(selections, condition)| {
        let mut detection: Map<_, _> = (0..).map(|number| format!("s{number}")).zip(selections).collect();
        detection.insert("condition".to_owned(), condition.into());
        json!({"title": "R", "logsource": {"product": "p"}, "detection": detection}).to_string()
    })
}

#[test]
fn random_rules_match_what_the_reference_says() {
    let matched = Cell::new(0);
    fuzz(&(random_rule(), vec(event(), 1..5)), |(text, events)| {
        if let Some(rule) = rule(&text) {
            agree(&rule, &events, &matched);
        }
    });
    assert!(matched.get() > 0, "nothing matched");
}

/// An engine that reads some fields, and no rules.
fn reader() -> Engine {
    Engine::new(
        std::iter::empty::<(&LogSource, &Detection)>(),
        &["a", "b", "c", "c.d"],
    )
    .0
}

#[test]
fn events_have_the_values_another_reader_finds() {
    let engine = reader();
    fuzz(&event(), |event| {
        let mut scratch = Scratch::default();
        engine.read(&event, &mut scratch).expect("an event");
        let flat = Flat::new(&event);
        for field in ["a", "b", "c", "c.d"] {
            let row = scratch.row();
            let mut found = Vec::new();
            let mut next = row.first(engine.names().get(field).expect("a field"));
            while let Some(cell) = next {
                found.push(row.text(&event, cell).to_owned());
                next = row.next(cell);
            }
            let expected = flat.values(field).into_iter();
            let mut expected: Vec<String> = expected
                .map(|value| value.text().map_or_else(String::new, Cow::into_owned))
                .collect();
            // The other reader sorts keys.
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{field} of {event}");
        }
    });
}

/// What is JSON is read; what is not may be, where nobody looks, but never panics.
#[test]
fn whatever_another_reader_takes_for_an_event_is_one() {
    let engine = reader();
    let edits = vec((any::<prop::sample::Index>(), any::<char>(), any::<bool>()), 0..4);
    let edited = (event(), edits).prop_map(|(event, edits)| {
        let mut chars: Vec<char> = event.chars().collect();
        for (at, new, ascii) in edits {
            let at = at.index(chars.len() + 1);
            let new = if ascii {
                char::from(new as u32 as u8 & 0x7f)
            } else {
                new
            };
            chars.splice(at..(at + 1).min(chars.len()), [new]);
        }
        chars.into_iter().collect()
    });
    fuzz(&prop_oneof![4 => edited, 1 => any::<String>()], |text: String| {
        let read = engine.read(&text, &mut Scratch::default());
        if serde_json::from_str::<Map<String, Json>>(&text).is_ok() {
            assert_eq!(read, Ok(()), "{text}");
        }
    });
}
