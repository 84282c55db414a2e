//! When an event happened: the first of some fields that says so.

use detect::matcher::{Names, Slot, row::Row};
use sigma::Moment;

/// The fields that are tried where nobody names one, in this order.
pub const FIELDS: [&str; 9] = [
    "@timestamp",
    "UtcTime",
    "eventTime",
    "EventTime",
    "TimeCreated",
    "timestamp",
    "time",
    "_time",
    "TimeGenerated",
];

/// These fields, or the usual ones if there is none.
pub(crate) fn or_usual(fields: &[String]) -> Vec<&str> {
    if fields.is_empty() {
        return FIELDS.to_vec();
    }
    fields.iter().map(String::as_str).collect()
}

/// The fields that say when an event happened.
#[derive(Debug, Default)]
pub struct TimeFields(Vec<Slot>);

impl TimeFields {
    /// Those of these names, as far as the engine reads them.
    pub fn new(fields: &[&str], names: &Names) -> Self {
        Self(fields.iter().filter_map(|field| names.get(field)).collect())
    }

    /// The time as the event writes it: what the first of the fields says that it has.
    pub fn written(&self, event: &str, row: &mut Row) -> Option<String> {
        self.0.iter().find_map(|slot| {
            let cell = row.first(*slot)?;
            let text = row.text(event, cell);
            (!text.is_empty()).then(|| text.to_owned())
        })
    }

    /// The time in milliseconds since 1970: what the first of the fields says that reads as a time.
    pub fn milliseconds(&self, event: &str, row: &mut Row) -> Option<i64> {
        self.0.iter().find_map(|slot| {
            let cell = row.first(*slot)?;
            Moment::from_text(row.text(event, cell))?.milliseconds()
        })
    }
}
