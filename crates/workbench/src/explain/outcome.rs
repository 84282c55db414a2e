//! What an explanation says: every selection and item of a rule with the values there were.

use serde::Serialize;

/// What a rule made of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The rule's id; empty if it has none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The file it is in.
    pub file: String,
    /// The line it starts at.
    pub line: usize,
    /// Whether it matches; of a correlation: whether the event counts for it.
    pub matches: bool,
    /// Whether the rule reads logs of this kind at all; not known for an event without a product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The condition as written and how it came out; none for a correlation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Node>,
    /// The selections, in the order of the file.
    pub selections: Vec<SelectionOutcome>,
    /// Filters that are for the rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<FilterOutcome>,
    /// Of a correlation: what it asks of a window, and the window this event would be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowAsked>,
    /// Of a correlation: the rules whose matches it counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Explanation>,
}

/// The logs a rule is for, and the log an event is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// The rule's logsource.
    pub rule: String,
    /// The event's.
    pub event: String,
    /// The rule reads such events.
    pub fits: bool,
}

/// A part of a condition and how it came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// `and`, `or`, `not`, a quantifier such as `1 of sel*`, or the name of a selection.
    pub label: String,
    /// Whether it holds.
    pub holds: bool,
    /// Its parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Node>,
}

/// How a selection came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelectionOutcome {
    /// Its name.
    pub name: String,
    /// Its line in the file.
    pub line: usize,
    /// Whether it holds: one of its alternatives does.
    pub holds: bool,
    /// Its alternatives: each holds if all its items do.
    pub alternatives: Vec<Vec<ItemOutcome>>,
}

/// How an item came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemOutcome {
    /// The field as the rule writes it; none for keywords.
    pub field: Option<String>,
    /// The field's name in the dictionary, where it has another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapped: Option<String>,
    /// Its line in the file.
    pub line: usize,
    /// The values the event has there; empty if the field is absent.
    pub values: Vec<String>,
    /// What was expected, such as `contains "/admin"`.
    pub expected: Vec<String>,
    /// All of `expected` must be met, not just one.
    pub all: bool,
    /// None may be met.
    pub negated: bool,
    /// Which of `expected` was met, by number from 0.
    pub met: Vec<usize>,
    /// Whether it holds.
    pub holds: bool,
}

/// How a filter came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilterOutcome {
    /// Its title.
    pub title: String,
    /// The file it is in.
    pub file: String,
    /// It takes the event away from the rule.
    pub excludes: bool,
    /// Its condition and how it came out.
    pub condition: Node,
    /// Its selections.
    pub selections: Vec<SelectionOutcome>,
}

/// What a correlation asks of a window, and the window an event would be in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowAsked {
    /// Such as `event_count`.
    pub kind: &'static str,
    /// Such as `>= 20`.
    pub condition: String,
    /// Over how many seconds.
    pub seconds: u64,
    /// How time is cut.
    pub window: &'static str,
    /// The fields that tell one window from another, with the event's value; none is no window.
    pub group: Vec<(String, Option<String>)>,
    /// The fields that are looked at, with the event's values.
    pub values: Vec<(String, Vec<String>)>,
}

/// An event as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventRead {
    /// The product whose log it is; none for an event in the rule's own field names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The kind of log it was recognised as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Its fields, in the order of the dictionary or of the event.
    pub fields: Vec<FieldRead>,
}

/// A field of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldRead {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}
