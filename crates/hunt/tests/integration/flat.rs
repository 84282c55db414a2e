//! An event for the reference evaluator, read by another reader than ours.

use serde_json::Value as Json;
use sigma::{Event, Number, Value};
use std::borrow::Cow;

/// An event as the reference evaluator sees it: all its scalars, by path.
pub struct Flat(Vec<(String, Json)>);

impl Flat {
    pub fn new(text: &str) -> Self {
        let mut all = Vec::new();
        flatten(String::new(), serde_json::from_str(text).unwrap(), &mut all);
        Self(all)
    }

    pub fn text(&self, field: &str) -> Option<String> {
        let found = self.0.iter().find(|(path, _)| path == field)?;
        found.1.as_str().map(str::to_owned)
    }
}

fn flatten(path: String, value: Json, all: &mut Vec<(String, Json)>) {
    match value {
        Json::Object(map) => {
            for (key, value) in map {
                let inner = if path.is_empty() {
                    key
                } else {
                    format!("{path}.{key}")
                };
                flatten(inner, value, all);
            }
        }
        Json::Array(list) => list
            .into_iter()
            .for_each(|value| flatten(path.clone(), value, all)),
        scalar => all.push((path, scalar)),
    }
}

impl Event for Flat {
    fn values(&self, field: &str) -> Vec<Value<'_>> {
        let found = self.0.iter().filter(|(path, _)| path == field);
        found
            .map(|(_, value)| match value {
                Json::Bool(truth) => Value::Bool(*truth),
                Json::Number(number) => Value::Number(Number::parse(&number.to_string()).unwrap()),
                Json::String(text) => Value::Text(Cow::Borrowed(text)),
                _ => Value::Null,
            })
            .collect()
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        let texts = self.0.iter().filter_map(|(_, value)| value.as_str());
        texts.map(Cow::Borrowed).collect()
    }
}
