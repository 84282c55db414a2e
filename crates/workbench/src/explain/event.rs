//! What is explained: a normalised record, or an event in the rule's own field names, as the reference evaluator
//! sees them.

use super::outcome::{EventRead, FieldRead};
use model::{Field, LogRecord, LogSource, RecordView, Schema, Value};
use serde_json::Value as Json;
use sigma::{Event, Number};
use std::borrow::Cow;

/// How rules address keys that no mapping knows.
const UNMAPPED: &str = "unmapped.";
/// Values of a field that are shown.
const VALUES: usize = 32;
/// Characters of a value that are shown.
const CHARACTERS: usize = 1_024;

/// What is explained.
pub enum Subject<'s> {
    /// A record, with the names of its fields.
    Record(&'s LogRecord<'s>, &'s Schema),
    /// An event: its scalars by path, in order.
    Event(Vec<(String, Json)>),
}

impl Subject<'_> {
    /// From an event's JSON text.
    pub fn event(text: &str) -> Result<Self, serde_json::Error> {
        let map: serde_json::Map<String, Json> = serde_json::from_str(text)?;
        let mut all = Vec::new();
        flatten(String::new(), Json::Object(map), &mut all);
        Ok(Self::Event(all))
    }

    /// The name of a field in the dictionary, if it has another one there.
    pub fn mapped(&self, field: &str) -> Option<String> {
        match self {
            Self::Record(_, schema) => {
                let name = schema.name(schema.slot(field)?);
                (name != field).then(|| name.to_owned())
            }
            Self::Event(_) => None,
        }
    }

    /// The logsource of the log it is of, if that is known.
    pub fn logsource(&self) -> Option<&LogSource> {
        match self {
            Self::Record(record, _) => Some(&record.meta().log.logsource),
            Self::Event(_) => None,
        }
    }

    /// It, as it was read.
    pub fn read(&self) -> EventRead {
        match self {
            Self::Record(record, schema) => {
                let field = |name: String, fields: &[Field<'_>]| FieldRead {
                    name,
                    values: shown(fields.iter().map(|field| field.value.to_text())),
                };
                let mapped = record
                    .iter()
                    .map(|(slot, fields)| field(schema.name(slot).to_owned(), fields));
                let others = record
                    .iter_unmapped()
                    .map(|(key, fields)| field(format!("{UNMAPPED}{key}"), fields));
                let log = &record.meta().log;
                EventRead {
                    product: Some(log.product.to_string()),
                    log: Some(log.name.clone()),
                    fields: mapped.chain(others).collect(),
                }
            }
            Self::Event(scalars) => EventRead {
                product: None,
                log: None,
                fields: fields(scalars),
            },
        }
    }

    /// The values of a field as people read them; keywords are looked for in too much to show.
    pub fn shown(&self, field: Option<&str>) -> Vec<String> {
        let values = field.map(|field| self.values(field)).unwrap_or_default();
        shown(
            values
                .iter()
                .map(|value| value.text().unwrap_or(Cow::Borrowed("null"))),
        )
    }
}

impl Event for Subject<'_> {
    fn values(&self, field: &str) -> Vec<sigma::Value<'_>> {
        match self {
            Self::Record(record, schema) => {
                let fields = match (schema.slot(field), field.strip_prefix(UNMAPPED)) {
                    (Some(slot), _) => record.fields(slot),
                    (None, Some(path)) => record.unmapped(path),
                    (None, None) => &[],
                };
                fields.iter().map(|field| of_record(&field.value)).collect()
            }
            Self::Event(scalars) => {
                let found = scalars.iter().filter(|(path, _)| path == field);
                found.map(|(_, value)| of_json(value)).collect()
            }
        }
    }

    fn texts(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Record(record, _) => {
                let mut texts = vec![String::from_utf8_lossy(record.raw())];
                for (_, fields) in record.iter() {
                    let some = fields.iter().filter(|field| field.value != Value::Null);
                    texts.extend(some.map(|field| field.value.to_text()));
                }
                texts
            }
            Self::Event(scalars) => {
                let texts = scalars.iter().filter_map(|(_, value)| value.as_str());
                texts.map(Cow::Borrowed).collect()
            }
        }
    }
}

fn shown<'v>(values: impl Iterator<Item = Cow<'v, str>>) -> Vec<String> {
    let cut = |value: Cow<'_, str>| value.chars().take(CHARACTERS).collect();
    values.take(VALUES).map(cut).collect()
}

fn fields(scalars: &[(String, Json)]) -> Vec<FieldRead> {
    let mut fields: Vec<FieldRead> = Vec::new();
    for (path, value) in scalars {
        let text = of_json(value)
            .text()
            .unwrap_or(Cow::Borrowed("null"))
            .into_owned();
        match fields.iter_mut().find(|field| field.name == *path) {
            Some(field) => field.values.push(text),
            None => fields.push(FieldRead {
                name: path.clone(),
                values: vec![text],
            }),
        }
    }
    fields
}

fn of_record<'v>(value: &'v Value<'_>) -> sigma::Value<'v> {
    match value {
        Value::Null => sigma::Value::Null,
        Value::Bool(truth) => sigma::Value::Bool(*truth),
        Value::Int(whole) => sigma::Value::Number(Number::Int(*whole)),
        Value::Float(float) => sigma::Value::Number(Number::Float(*float)),
        Value::Text(text) => sigma::Value::Text(Cow::Borrowed(text)),
    }
}

fn of_json(value: &Json) -> sigma::Value<'_> {
    match value {
        Json::Bool(truth) => sigma::Value::Bool(*truth),
        Json::Number(number) => {
            Number::parse(&number.to_string()).map_or(sigma::Value::Null, sigma::Value::Number)
        }
        Json::String(text) => sigma::Value::Text(Cow::Borrowed(text)),
        Json::Null | Json::Array(_) | Json::Object(_) => sigma::Value::Null,
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
