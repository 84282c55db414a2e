//! STIX patterns, as far as feeds use them: `[ipv4-addr:value = '…' OR domain-name:value = '…']`.
//!
//! Each alternative of an OR stands for itself. What needs more than one observation of one thing (`AND`, `FOLLOWEDBY`,
//! `NOT`, qualifiers, other objects) cannot be answered by a look-up and is left out with its reason; what is left of a
//! pattern then is still true.

mod comparison;
mod parser;
#[cfg(test)]
mod tests;

pub(crate) use parser::parse;

use crate::observable::{Observable, Refusal};
use std::fmt;

/// What a pattern looks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// Any of these.
    pub observables: Vec<Observable>,
    /// Why alternatives were left out.
    pub unsupported: Vec<String>,
    /// Values that are no indicators.
    pub refused: Vec<Refusal>,
}

/// The text is no pattern.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PatternError {
    column: usize,
    expected: &'static str,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "column {} of the pattern: expected {}",
            self.column, self.expected
        )
    }
}
