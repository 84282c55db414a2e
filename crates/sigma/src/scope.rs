//! What the rules of one file may draw on: the placeholders there are, and memory for regular expressions.

use crate::placeholder::Placeholders;
use regex::{Error, Regex, RegexBuilder};
use std::cell::Cell;

/// Sizes a compiled expression is tried with, in bytes, smallest first: what is charged is the one that fits.
const SIZES: [usize; 4] = [4 << 10, 64 << 10, 1 << 20, 10 << 20];
/// Bytes all expressions of one file may take: rules come from strangers, and a file has room for many.
const BUDGET: usize = 64 << 20;
/// Levels of groups in one expression.
const NESTING: u32 = 50;

/// What is left for the rules of a file.
#[derive(Debug)]
pub struct Scope<'p> {
    /// The placeholders that are known.
    pub placeholders: &'p Placeholders,
    regex_bytes: Cell<usize>,
}

impl<'p> Scope<'p> {
    /// Everything a file may have.
    pub const fn new(placeholders: &'p Placeholders) -> Self {
        Self {
            placeholders,
            regex_bytes: Cell::new(BUDGET),
        }
    }

    /// Compiles an expression with these of the flags `i`, `m` and `s`.
    pub fn regex(&self, source: &str, flags: &str) -> Result<Regex, Error> {
        let left = self.regex_bytes.get();
        let mut outcome = Err(Error::CompiledTooBig(left));
        for size in SIZES.into_iter().filter(|size| *size <= left) {
            outcome = RegexBuilder::new(source)
                .case_insensitive(flags.contains('i'))
                .multi_line(flags.contains('m'))
                .dot_matches_new_line(flags.contains('s'))
                .size_limit(size)
                .nest_limit(NESTING)
                .build();
            match &outcome {
                Ok(_) => self.regex_bytes.set(left - size),
                Err(Error::CompiledTooBig(_)) => continue,
                Err(_) => {}
            }
            break;
        }
        outcome
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_expressions_of_a_file_share_their_memory() {
        let none = Placeholders::none();
        let scope = Scope::new(&none);
        assert!(scope.regex("^a.c$", "").unwrap().is_match("abc"));
        assert!(scope.regex("A", "i").unwrap().is_match("a"));
        assert!(matches!(
            scope.regex("(?:a{1000}){1000}", ""),
            Err(Error::CompiledTooBig(_))
        ));
        assert!(matches!(scope.regex("(", ""), Err(Error::Syntax(_))));
        scope.regex_bytes.set(SIZES[0]);
        scope.regex("a", "").unwrap();
        assert!(matches!(scope.regex("a", ""), Err(Error::CompiledTooBig(_))));
    }
}
