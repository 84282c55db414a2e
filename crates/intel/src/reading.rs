//! What came of reading a feed: indicators, every mistake with its place, and what was left out with the reason.

use crate::indicator::Indicator;
use std::{collections::BTreeMap, fmt};

/// What came of reading a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What can be used.
    pub indicators: Vec<Indicator>,
    /// What is broken. The rest of the feed is read all the same.
    pub problems: Vec<Problem>,
    /// What is well-formed and not used: the reason, and how often.
    pub unused: BTreeMap<String, u64>,
}

/// One mistake in a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `line 3`, `objects[7]`, `Attribute[2]`.
    pub place: String,
    /// What was expected and what is there.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl Reading {
    /// Notes a mistake.
    pub(crate) fn problem(&mut self, place: impl Into<String>, message: impl fmt::Display) {
        self.problems.push(Problem {
            place: place.into(),
            message: message.to_string(),
        });
    }

    /// Notes that something was left out.
    pub(crate) fn leave(&mut self, reason: impl Into<String>) {
        *self.unused.entry(reason.into()).or_default() += 1;
    }

    /// Notes a document that is no JSON.
    pub(crate) fn broken(&mut self, error: &serde_json::Error) {
        self.problem(format!("line {}:{}", error.line(), error.column()), plain(error));
    }
}

/// What a JSON error says, without the place that is told apart.
pub(crate) fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
