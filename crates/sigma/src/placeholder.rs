//! Placeholders: `%name%` in values of the modifier `expand`, which stands for a list a site keeps.
//!
//! The values of a list are written as a rule would write them: wildcards and escapes mean what they mean
//! there. A name that is not known is an error, as the specification asks: a rule with a hole in it means
//! nothing.

use crate::error::{nearest, shown};
use std::collections::BTreeMap;

/// Values one text may expand to.
const MAX_VALUES: usize = 10_000;
/// Bytes the text may be written out to, the values aside: a long text and a long list are too much together.
const MAX_BYTES: usize = 16 << 20;

/// The values that names stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placeholders(BTreeMap<String, Vec<String>>);

/// Why a text cannot be expanded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// Where the placeholder stands in the text, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What would have been right.
    pub expected: String,
}

impl FromIterator<(String, Vec<String>)> for Placeholders {
    fn from_iter<I: IntoIterator<Item = (String, Vec<String>)>>(lists: I) -> Self {
        Self(lists.into_iter().collect())
    }
}

impl Placeholders {
    /// No names at all.
    pub const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Every text that `text` stands for: with several placeholders, each value of one with each of the other.
    pub(crate) fn expand(&self, text: &str) -> Result<Vec<String>, Unresolved> {
        let mut texts = vec![String::new()];
        let mut rest = 0;
        for (offset, name) in placeholders(text) {
            let values = self.values(offset, name)?;
            let count = texts.len() * values.len();
            if count > MAX_VALUES || count * text.len() > MAX_BYTES {
                return Err(Unresolved {
                    offset,
                    message: format!("`{}` stands for too many values", shown(text)),
                    expected: format!("at most {MAX_VALUES}, and fewer of long texts"),
                });
            }
            let before = &text[rest..offset];
            texts = texts
                .iter()
                .flat_map(|start| values.iter().map(move |value| format!("{start}{before}{value}")))
                .collect();
            rest = offset + name.len() + 2;
        }
        for end in &mut texts {
            end.push_str(&text[rest..]);
        }
        Ok(texts)
    }

    fn values(&self, offset: usize, name: &str) -> Result<&[String], Unresolved> {
        let fault = |message, expected| Unresolved {
            offset,
            message,
            expected,
        };
        match self.0.get(name).map(Vec::as_slice) {
            Some([]) => Err(fault(
                format!("placeholder `%{name}%` stands for nothing"),
                format!("one value or more in the list `{name}`"),
            )),
            Some(values) => Ok(values),
            None => Err(fault(
                format!("unknown placeholder `%{}%`", shown(name)),
                match nearest(name, self.0.keys().map(String::as_str)) {
                    Some(near) => format!("`%{near}%`"),
                    None => format!("a list of values called `{}`", shown(name)),
                },
            )),
        }
    }
}

/// The places and names of the placeholders in a text: letters, digits, `_`, `-` and `.` between two `%`.
fn placeholders(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('%').map(|at| from + at) {
        let after = start + 1;
        let name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let length = text[after..].find(|c| !name(c)).unwrap_or(text.len() - after);
        let end = after + length;
        if length > 0 && text[end..].starts_with('%') {
            found.push((start, &text[after..end]));
            from = end + 1;
        } else {
            from = after;
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn known() -> Placeholders {
        let list = |name: &str, values: &[&str]| {
            let values = values.iter().map(|v| (*v).to_owned()).collect();
            (name.to_owned(), values)
        };
        [
            list("a", &["1", "2"]),
            list("servers", &["x*"]),
            list("none", &[]),
        ]
        .into_iter()
        .collect()
    }

    #[test]
    fn names_are_replaced_by_each_of_their_values() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(known().expand(text).unwrap(), expected, "{text}");
        };
        check("%a%", &["1", "2"]);
        check("é%a%é%servers%", &["é1éx*", "é2éx*"]);
        check("%a%%a%", &["11", "12", "21", "22"]);
        check("plain", &["plain"]);
        check("100% or %", &["100% or %"]);
        check("%%a%", &["%1", "%2"]);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let check = |text: &str, offset, expected: &str| {
            let error = known().expand(text).unwrap_err();
            assert_eq!(error.offset, offset);
            assert_eq!(
                format!("{}; expected {}", error.message, error.expected),
                expected
            );
        };
        check(
            "x%server%",
            1,
            "unknown placeholder `%server%`; expected `%servers%`",
        );
        check(
            "%administrators%",
            0,
            "unknown placeholder `%administrators%`; expected a list of values called `administrators`",
        );
        check(
            "%none%",
            0,
            "placeholder `%none%` stands for nothing; expected one value or more in the list `none`",
        );
        let many = "%a%".repeat(14);
        assert!(
            known()
                .expand(&many)
                .unwrap_err()
                .message
                .contains("too many values")
        );
    }
}
