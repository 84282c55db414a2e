//! CACAO variables: their types, and text in which `__name__:value` stands for a value.
//!
//! The specification keeps every value as text and gives it a type; a value that does not read as its type is an
//! error wherever it enters: in the playbook, at the start of a run, or from a step's output.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A variable as a playbook or step declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// Its type; those the specification does not name hold any text.
    #[serde(rename = "type")]
    pub data_type: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its value, or what it is if nobody says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// It never changes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub constant: bool,
    /// Its value must be given when a run starts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
}

/// Why a variable cannot be used as asked.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum VariableError {
    /// Nobody declares it.
    #[error("variable `{0}` is not declared")]
    Unknown(String),
    /// It has no value yet.
    #[error("variable `{0}` has no value")]
    Unset(String),
    /// The value does not read as the variable's type.
    #[error("`{value}` is not of the type `{data_type}` of variable `{name}`")]
    Type {
        /// The variable.
        name: String,
        /// Its type.
        data_type: String,
        /// The value.
        value: String,
    },
    /// It never changes.
    #[error("variable `{0}` is a constant")]
    Constant(String),
}

impl Variable {
    /// Checks that `value` reads as this variable's type.
    pub fn check(&self, name: &str, value: &str) -> Result<(), VariableError> {
        let fits = match self.data_type.as_str() {
            "bool" => matches!(value, "true" | "false"),
            "integer" | "long" => value.parse::<i64>().is_ok(),
            "float" => value.parse::<f64>().is_ok_and(f64::is_finite),
            "ipv4-addr" => value.parse::<Ipv4Addr>().is_ok(),
            "ipv6-addr" => value.parse::<Ipv6Addr>().is_ok(),
            "hexstring" => hex(value, value.len() + value.len() % 2),
            "md5-hash" => hex(value, 32),
            "sha256-hash" => hex(value, 64),
            "dictionary" => serde_json::from_str::<Map<String, Json>>(value).is_ok(),
            _ => true,
        };
        if fits {
            Ok(())
        } else {
            Err(VariableError::Type {
                name: name.to_owned(),
                data_type: self.data_type.clone(),
                value: value.to_owned(),
            })
        }
    }
}

fn hex(value: &str, digits: usize) -> bool {
    value.len() == digits && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether the text is a variable's name, `__like_this__`.
pub(super) fn is_name(text: &str) -> bool {
    let inner = text.strip_prefix("__").and_then(|t| t.strip_suffix("__"));
    inner.is_some_and(|inner| {
        inner.len() <= 200
            && inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && inner.chars().all(is_name_character)
    })
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A piece of text: as it stands, or a variable's name.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// Splits text at its references `__name__:value`.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find("__:value") {
        let name_end = end + 2;
        let head = &rest[..name_end];
        // The first `__` in the run of name characters opens the name.
        let run = head.rfind(|c| !is_name_character(c)).map_or(head, |at| {
            let (_, run) = head.split_at(at);
            run.trim_start_matches(|c| !is_name_character(c))
        });
        let name = run.find("__").map(|start| &run[start..]);
        match name.filter(|name| is_name(name)) {
            Some(name) => {
                pieces.push(Piece::Text(&head[..name_end - name.len()]));
                pieces.push(Piece::Variable(name));
            }
            None => pieces.push(Piece::Text(&rest[..name_end + ":value".len()])),
        }
        rest = &rest[name_end + ":value".len()..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The variables a text refers to.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Variable(name) => Some(name),
        Piece::Text(_) => None,
    })
}

/// The text with its references replaced.
pub(super) fn resolve(text: &str, variables: &Map<String, Json>) -> Result<String, VariableError> {
    pieces(text)
        .into_iter()
        .try_fold(String::new(), |resolved, piece| {
            Ok(resolved
                + match piece {
                    Piece::Text(text) => text,
                    Piece::Variable(name) => value(name, variables)?,
                })
        })
}

/// The value of a variable in a run.
pub(super) fn value<'v>(name: &str, variables: &'v Map<String, Json>) -> Result<&'v str, VariableError> {
    match variables.get(name) {
        None => Err(VariableError::Unknown(name.to_owned())),
        Some(value) => value
            .as_str()
            .ok_or_else(|| VariableError::Unset(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn references_are_replaced() {
        let variables = json!({"__ip__": "203.0.113.7", "__n__": null, "__a__b__": "x"});
        let variables = variables.as_object().cloned().unwrap_or_default();
        let check = |text: &str, expected: Result<&str, &str>| {
            let got = resolve(text, &variables).map_err(|e| e.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), expected, "{text}");
        };
        check("block __ip__:value now", Ok("block 203.0.113.7 now"));
        check("__ip__:value/32", Ok("203.0.113.7/32"));
        check("__ip__", Ok("__ip__"));
        check("my__ip__:value, __a__b__:value", Ok("my203.0.113.7, x"));
        check("no __:value", Ok("no __:value"));
        check("__n__:value", Err("variable `__n__` has no value"));
        check("__x__:value", Err("variable `__x__` is not declared"));
    }

    #[test]
    fn types_are_checked() {
        let check = |data_type: &str, value: &str, fits: bool| {
            let variable = Variable {
                data_type: data_type.into(),
                description: None,
                value: None,
                constant: false,
                external: false,
            };
            assert_eq!(
                variable.check("__v__", value).is_ok(),
                fits,
                "{data_type} {value}"
            );
        };
        check("integer", "20", true);
        check("integer", "20s", false);
        check("bool", "yes", false);
        check("float", "NaN", false);
        check("ipv4-addr", "203.0.113.7", true);
        check("ipv6-addr", "203.0.113.7", false);
        check("hexstring", "0aff", true);
        check("hexstring", "0af", false);
        check("dictionary", "{}", true);
        check("string", "anything", true);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn text_without_references_is_kept(text in "[a_:lue é]{0,40}") {
            let kept: String = pieces(&text).iter().map(|piece| match piece {
                Piece::Text(text) => (*text).to_owned(),
                Piece::Variable(name) => format!("{name}:value"),
            }).collect();
            prop_assert_eq!(kept, text);
        }
    }
}
