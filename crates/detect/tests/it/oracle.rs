//! The compiled matcher against the reference evaluator, on generated rules and records.

use crate::fixture::{detector, meta, schema};
use model::{Field, LogRecord, RecordView, Schema, Value};
use proptest::prelude::*;
use sigma::{Body, Event, Number};
use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

struct Adapter<'r> {
    record: &'r LogRecord<'r>,
    schema: Arc<Schema>,
}

fn value<'v>(value: &'v Value<'_>) -> sigma::Value<'v> {
    match value {
        Value::Null => sigma::Value::Null,
        Value::Bool(truth) => sigma::Value::Bool(*truth),
        Value::Int(whole) => sigma::Value::Number(Number::Int(*whole)),
        Value::Float(float) => sigma::Value::Number(Number::Float(*float)),
        Value::Text(text) => sigma::Value::Text(Cow::Borrowed(text)),
    }
}

impl Event for Adapter<'_> {
    fn values(&self, field: &str) -> Vec<sigma::Value<'_>> {
        let fields = match self.schema.slot(field) {
            Some(slot) => self.record.fields(slot),
            None => self.record.unmapped(field.trim_start_matches("unmapped.")),
        };
        fields.iter().map(|f| value(&f.value)).collect()
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        let mut texts = vec![String::from_utf8_lossy(self.record.raw())];
        for (_, fields) in self.record.iter() {
            let some = fields.iter().filter(|f| f.value != Value::Null);
            texts.extend(some.map(|f| f.value.to_text()));
        }
        texts
    }
}

fn small_text() -> impl Strategy<Value = String> {
    "([aAbBk]|-|/|é|É|\u{212a}|中|1|2|\\.|\n| |'){0,6}"
}

fn small_value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        6 => small_text().prop_map(|text| Value::Text(Cow::Owned(text))),
        2 => (-2i64..14).prop_map(Value::Int),
        1 => Just(Value::Float(1.5)),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => "2026-11-2[1-3]T[01][0-9]:00:00Z".prop_map(|text| Value::Text(Cow::Owned(text))),
        1 => prop_oneof!["192\\.0\\.2\\.[0-9]", Just("::ffff:192.0.2.1".to_owned())]
            .prop_map(|text| Value::Text(Cow::Owned(text))),
    ]
}

/// One line of a selection, as JSON strings, which YAML reads too.
fn item() -> impl Strategy<Value = String> {
    let field = prop_oneof![Just("c-ip"), Just("cs-uri-stem"), Just("unmapped.odd"), Just("")];
    let modifiers = prop_oneof![
        4 => Just(""), 4 => Just("|contains"), 2 => Just("|startswith"), 2 => Just("|endswith"),
        1 => Just("|cased"), 1 => Just("|contains|cased"), 2 => Just("|contains|all"), 1 => Just("|neq"),
        1 => Just("|contains|windash"), 1 => Just("|re"), 1 => Just("|re|i"), 1 => Just("|all"),
    ];
    let pattern = "([aAbBk]|-|/|é|É|中|1|2|\\*|\\?|\\\\\\\\|'){0,5}";
    let texts = proptest::collection::vec(pattern, 1..3);
    let plain = (field, modifiers, texts).prop_map(|(field, modifiers, texts)| {
        // A regular expression of these characters may be none: a plain one then.
        let texts: Vec<String> = texts
            .into_iter()
            .map(|t| {
                if modifiers.starts_with("|re") && regex::Regex::new(&t).is_err() {
                    "a.".into()
                } else {
                    t
                }
            })
            .collect();
        let key = format!("{field}{modifiers}");
        let key = if key.is_empty() {
            "|contains".to_owned()
        } else {
            key
        };
        format!("{}: {}", serde_json::json!(key), serde_json::json!(texts))
    });
    prop_oneof![
        8 => plain,
        1 => (-2i64..14).prop_map(|n| format!("c-ip: {n}")),
        1 => (-2i64..14).prop_map(|n| format!("cs-uri-stem|gte: {n}")),
        1 => Just("unmapped.odd|lt: 2".to_owned()),
        1 => Just("c-ip|cidr: 192.0.2.0/30".to_owned()),
        1 => Just("c-ip: null".to_owned()),
        1 => Just("c-ip: ['', null]".to_owned()),
        1 => any::<bool>().prop_map(|b| format!("c-ip|exists: {b}")),
        1 => Just("unmapped.odd: true".to_owned()),
        2 => reference(),
        1 => (0..24i64).prop_map(|n| format!("cs-uri-stem|hour|gte: {n}")),
        1 => Just("c-ip|year: [1970, 2026]".to_owned()),
        1 => Just("cs-uri-stem|base64offset|contains|all: [a, 中]".to_owned()),
    ]
}

/// A field compared with another one.
fn reference() -> impl Strategy<Value = String> {
    let modifiers = prop_oneof![
        Just(""),
        Just("|startswith"),
        Just("|endswith|cased"),
        Just("|contains"),
        Just("|neq"),
    ];
    let other = prop_oneof![Just("cs-uri-stem"), Just("unmapped.odd"), Just("c-ip")];
    (modifiers, other).prop_map(|(modifiers, other)| format!("c-ip|fieldref{modifiers}: {other}"))
}

fn rule() -> impl Strategy<Value = String> {
    let condition = prop_oneof![
        Just("s0"),
        Just("not s0"),
        Just("s0 and s1"),
        Just("s0 or s1 and not s2"),
        Just("1 of s*"),
        Just("all of them"),
        Just("not (s0 or s1) and s2"),
        Just("not 1 of s1*"),
    ];
    let selection = proptest::collection::vec(item(), 1..3);
    (
        proptest::collection::vec((selection, any::<bool>()), 3),
        condition,
    )
        .prop_map(|(selections, condition)| {
            let head = "title: t\nid: x\nlogsource: {product: alibaba}\ndetection:".to_owned();
            let mut lines = vec![head];
            for (number, (items, alternatives)) in selections.into_iter().enumerate() {
                lines.push(format!("  s{number}:"));
                let mut keys = BTreeSet::new();
                for item in items {
                    // A map may not have one key twice; a list of maps may.
                    let key = item
                        .split(": ")
                        .next()
                        .unwrap_or_default()
                        .trim_matches('"')
                        .to_owned();
                    if alternatives {
                        lines.push(format!("    - {item}"));
                    } else if keys.insert(key) {
                        lines.push(format!("    {item}"));
                    }
                }
            }
            lines.push(format!("  condition: {condition}\n"));
            lines.join("\n")
        })
}

/// Whether the compiled rule and the reference agree on a record: on what, if they do.
fn both(rule: &str, record: &LogRecord<'_>) -> Result<bool, TestCaseError> {
    let documents = sigma::parse(rule, "r.yml").unwrap_or_else(|e| panic!("{}\n{rule}", e[0]));
    let Body::Rule { detection, .. } = &documents[0].body else {
        panic!("{rule}")
    };
    let adapter = Adapter {
        record,
        schema: schema(),
    };
    let expected = sigma::eval::matches(detection, &adapter);
    let got = detector(rule).detect(std::slice::from_ref(record)).len() == 1;
    prop_assert_eq!(got, expected, "{}", rule);
    Ok(got)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_matcher_agrees_with_the_reference(
        rule in rule(),
        ip in proptest::collection::vec(small_value(), 0..3),
        path in proptest::collection::vec(small_value(), 0..2),
        odd in proptest::collection::vec(small_value(), 0..2),
        raw in proptest::collection::vec(prop_oneof![Just(b'a'), Just(b'B'), Just(b'-'), Just(0xff)], 0..6),
    ) {
        let schema = schema();
        let field = |value| Field { value, span: None };
        let slot = |name| schema.slot(name).unwrap();
        let mut fields: Vec<_> = ip.into_iter().map(|v| (slot("c-ip"), field(v))).collect();
        fields.extend(path.into_iter().map(|v| (slot("cs-uri-stem"), field(v))));
        let unmapped = vec![(Cow::Borrowed("odd"), odd.into_iter().map(field).collect())];
        both(&rule, &LogRecord::new(meta(1, 1), &raw, fields, unmapped))?;
    }

    /// Few characters and short texts, so that about every pattern meets a text it matches.
    #[test]
    fn patterns_agree_with_the_reference(
        modifiers in prop_oneof![
            Just(""), Just("|contains"), Just("|startswith"), Just("|endswith"), Just("|cased"),
            Just("|endswith|cased"), Just("|startswith|windash"), Just("|windash|contains"),
        ],
        pattern in "(a|b|é|-|\\*|\\?|a|ab|-a){0,3}",
        texts in proptest::collection::vec("(a|A|b|é|É|-|/|–|ab|–A){0,4}", 16),
    ) {
        let rule = format!(
            "title: t\nid: x\nlogsource: {{product: alibaba}}\ndetection:\n  s: {{'c-ip{modifiers}': '{pattern}'}}\n  \
             condition: s\n"
        );
        let slot = schema().slot("c-ip").unwrap();
        for text in texts {
            let field = Field { value: Value::Text(Cow::Borrowed(&text)), span: None };
            both(&rule, &LogRecord::new(meta(1, 1), b"", vec![(slot, field)], Vec::new()))?;
        }
    }
}
