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

/// Why an expression is refused.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong with it.
    pub reason: String,
    /// What would have been right.
    pub expected: &'static str,
}

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
    pub fn regex(&self, source: &str, flags: &str) -> Result<Regex, Refused> {
        let left = self.regex_bytes.get();
        for size in SIZES.into_iter().filter(|size| *size <= left) {
            let outcome = RegexBuilder::new(source)
                .case_insensitive(flags.contains('i'))
                .multi_line(flags.contains('m'))
                .dot_matches_new_line(flags.contains('s'))
                .size_limit(size)
                .nest_limit(NESTING)
                .build();
            match outcome {
                Ok(compiled) => {
                    self.regex_bytes.set(left - size);
                    return Ok(compiled);
                }
                Err(Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(syntax(&error)),
            }
        }
        Err(if left < SIZES[SIZES.len() - 1] {
            Refused {
                reason: "all those of this file are too large together".to_owned(),
                expected: "fewer in one file, or smaller ones",
            }
        } else {
            Refused {
                reason: "it is too large".to_owned(),
                expected: "one with less repetition",
            }
        })
    }
}

fn syntax(error: &Error) -> Refused {
    let text = error.to_string();
    // The last line says what is wrong; those before it draw where.
    let reason = text.lines().last().unwrap_or_default();
    Refused {
        reason: reason.trim_start_matches("error: ").to_owned(),
        expected: "one without look-around and back-references",
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
        let check = |source: &str, reason: &str| {
            assert_eq!(scope.regex(source, "").unwrap_err().reason, reason, "{source}");
        };
        check("(?:a{1000}){1000}", "it is too large");
        check("(", "unclosed group");
        scope.regex_bytes.set(SIZES[0]);
        scope.regex("a", "").unwrap();
        check("a", "all those of this file are too large together");
    }
}
