//! Why a raw record could not become a log record. The raw bytes stay with the caller, who stores them.

use serde::{Deserialize, Serialize};

/// The reasons there are; counters and filters use the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadLetterReason {
    /// No source declares the product.
    UnknownProduct,
    /// There is nothing but white space.
    Empty,
    /// Longer than [`crate::Catalogue::MAX_RECORD_BYTES`].
    TooLarge,
    /// Looks like JSON and is not, or is cut off.
    NotJson,
    /// JSON, but not an object.
    NotAnObject,
    /// Not a line of the text format the product writes.
    NotALogLine,
    /// Nested deeper than [`crate::Catalogue::MAX_DEPTH`].
    TooDeep,
    /// More values than [`crate::Catalogue::MAX_VALUES`].
    TooManyValues,
    /// Well-formed, but none of the product's log kinds.
    UnknownLogKind,
    /// None of the time fields is there.
    NoTime,
    /// A time field is there and is not a time.
    UnreadableTime,
}

impl DeadLetterReason {
    /// All reasons.
    pub const ALL: [Self; 11] = [
        Self::UnknownProduct,
        Self::Empty,
        Self::TooLarge,
        Self::NotJson,
        Self::NotAnObject,
        Self::NotALogLine,
        Self::TooDeep,
        Self::TooManyValues,
        Self::UnknownLogKind,
        Self::NoTime,
        Self::UnreadableTime,
    ];

    /// The code used in the store and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownProduct => "unknown_product",
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::NotALogLine => "not_a_log_line",
            Self::TooDeep => "too_deep",
            Self::TooManyValues => "too_many_values",
            Self::UnknownLogKind => "unknown_log_kind",
            Self::NoTime => "no_time",
            Self::UnreadableTime => "unreadable_time",
        }
    }
}

/// A record that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DeadLetter {
    /// Why, for counting.
    pub reason: DeadLetterReason,
    /// Why, for people.
    pub detail: String,
    /// The byte of the raw record where reading stopped, where there is one.
    pub offset: Option<usize>,
}

impl DeadLetter {
    pub(crate) fn new(reason: DeadLetterReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            offset: None,
        }
    }

    pub(crate) fn at(self, offset: usize) -> Self {
        Self {
            offset: Some(offset),
            ..self
        }
    }
}
