//! Events as lists of fields, and rules around the line that is tested.

use sigma::{Body, Event, Placeholders, Value};
use std::borrow::Cow;

/// An event as a list of fields.
pub struct Fields(pub Vec<(&'static str, Value<'static>)>);

impl Event for Fields {
    fn values(&self, field: &str) -> Vec<Value<'_>> {
        let found = self.0.iter().filter(|(name, _)| *name == field);
        found.map(|(_, value)| value.clone()).collect()
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        self.0.iter().filter_map(|(_, value)| value.text()).collect()
    }
}

pub fn text(value: &'static str) -> Value<'static> {
    Value::Text(Cow::Borrowed(value))
}

/// A rule with this detection.
pub fn rule_of(detection: &str) -> String {
    format!("title: t\nlogsource: {{product: p}}\ndetection:\n{detection}")
}

/// Whether the selection holds for an event whose field `f` has `values`.
pub fn holds(selection: &str, values: &[Value<'static>]) -> bool {
    holds_on(
        selection,
        values.iter().map(|value| ("f", value.clone())).collect(),
    )
}

/// Whether the selection holds for an event of these fields.
pub fn holds_on(selection: &str, fields: Vec<(&'static str, Value<'static>)>) -> bool {
    let rule = rule_of(&format!("  s:\n    {selection}\n  condition: s\n"));
    matches(&rule, &lists(), fields)
}

/// Whether the first rule of a file matches an event, after the filters of the file.
pub fn matches(rule: &str, lists: &Placeholders, fields: Vec<(&'static str, Value<'static>)>) -> bool {
    let mut documents =
        sigma::parse_with(rule, "t.yml", lists).unwrap_or_else(|e| panic!("{rule}: {}", e[0]));
    sigma::filter::apply(&mut documents);
    let Body::Rule { detection, .. } = &documents[0].body else {
        panic!("{rule}")
    };
    sigma::eval::matches(detection, &Fields(fields))
}

/// Lists that placeholders stand for.
pub fn lists() -> Placeholders {
    let list = |name: &str, values: &[&str]| {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        (name.to_owned(), values)
    };
    [
        list("admins", &["root", "adm_*"]),
        list("hours", &["8", "9"]),
        list("networks", &["192.0.2.0/24", "198.51.100.0/24"]),
        // Of two public rules: a site has to fill it in.
        list("known_cdcs", &["dc1.example.com"]),
    ]
    .into_iter()
    .collect()
}
