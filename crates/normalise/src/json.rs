//! JSON text → [`Node`], with the place of every value.
//!
//! `serde_json` does the parsing. Each level is read as raw slices first, which is what tells where a value
//! stands; the deeper levels are scanned once more for it, bounded by the depth limit. Strings are read as
//! bytes, because that way a lone surrogate (`"\ud800"`, seen in attacks) is not an error.

use crate::{
    catalogue::Catalogue,
    dead_letter::{DeadLetter, DeadLetterReason as Reason},
    tree::{Kind, Node, span_of},
};
use model::{Span, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Parses one JSON object.
pub(crate) fn parse(text: &str) -> Result<Node<'_>, DeadLetter> {
    let trimmed = text.trim();
    let raw: &RawValue = serde_json::from_str(trimmed).map_err(|error| {
        let detail = format!("not JSON: {}", without_place(&error));
        let offset = span_of(text, trimmed).start as usize + offset_of(trimmed, &error);
        DeadLetter::new(Reason::NotJson, detail).at(offset)
    })?;
    if !raw.get().starts_with('{') {
        return Err(DeadLetter::new(Reason::NotAnObject, "JSON, but not an object").at(0));
    }
    let mut reader = Reader { text, values: 0 };
    reader.node(raw.get(), 1)
}

/// The message without its ` at line … column …`, which the offset replaces.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}

fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    (before + error.column().saturating_sub(1)).min(text.len())
}

struct Reader<'t> {
    text: &'t str,
    values: usize,
}

impl<'t> Reader<'t> {
    fn node(&mut self, raw: &'t str, depth: usize) -> Result<Node<'t>, DeadLetter> {
        let span = span_of(self.text, raw);
        if depth > Catalogue::MAX_DEPTH {
            let detail = format!("nested deeper than {} levels", Catalogue::MAX_DEPTH);
            return Err(DeadLetter::new(Reason::TooDeep, detail).at(span.start as usize));
        }
        match raw.as_bytes().first() {
            Some(b'{') => {
                let members: Members<'t> = self.read(raw)?;
                self.spend(members.0.len(), span)?;
                let mut object = Vec::with_capacity(members.0.len());
                for (key, value) in members.0 {
                    object.push((key, self.node(value.get(), depth + 1)?));
                }
                Ok(Node {
                    kind: Kind::Object(object),
                    span,
                })
            }
            Some(b'[') => {
                let items: Vec<&'t RawValue> = self.read(raw)?;
                self.spend(items.len(), span)?;
                let list = items.into_iter().map(|item| self.node(item.get(), depth + 1));
                Ok(Node {
                    kind: Kind::List(list.collect::<Result<_, _>>()?),
                    span,
                })
            }
            Some(b'"') => {
                let text: Text<'t> = self.read(raw)?;
                // The place of a string is what stands between its quotes.
                let span = Span {
                    start: span.start + 1,
                    end: span.end - 1,
                };
                Ok(Node {
                    kind: Kind::Leaf(Value::Text(text.0)),
                    span,
                })
            }
            _ => Ok(Node {
                kind: Kind::Leaf(word(raw)),
                span,
            }),
        }
    }

    /// Reads a slice that is known to be JSON, so an error is not expected but still not a panic.
    fn read<T: Deserialize<'t>>(&self, raw: &'t str) -> Result<T, DeadLetter> {
        serde_json::from_str(raw).map_err(|error| {
            let detail = format!("not JSON: {}", without_place(&error));
            let offset = span_of(self.text, raw).start as usize + offset_of(raw, &error);
            DeadLetter::new(Reason::NotJson, detail).at(offset)
        })
    }

    fn spend(&mut self, values: usize, span: Span) -> Result<(), DeadLetter> {
        self.values += values;
        if self.values <= Catalogue::MAX_VALUES {
            return Ok(());
        }
        let detail = format!("more than {} values", Catalogue::MAX_VALUES);
        Err(DeadLetter::new(Reason::TooManyValues, detail).at(span.start as usize))
    }
}

/// `null`, a truth value or a number; a number no type of ours holds stays text.
fn word(raw: &str) -> Value<'_> {
    match raw {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        number => match (number.parse(), number.parse::<f64>()) {
            (Ok(whole), _) => Value::Int(whole),
            (_, Ok(real)) if real.is_finite() => Value::Float(real),
            _ => Value::Text(Cow::Borrowed(number)),
        },
    }
}

/// The members of an object in the order written.
struct Members<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<'t>(PhantomData<&'t ()>);

        impl<'t> Visitor<'t> for Read<'t> {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Members<'t>, A::Error> {
                let mut members = Vec::new();
                while let Some(key) = map.next_key_seed(PhantomData::<Text<'t>>)? {
                    members.push((key.0, map.next_value()?));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Read(PhantomData))
    }
}

/// A string, borrowed where it holds no escapes.
struct Text<'t>(Cow<'t, str>);

impl<'t> Deserialize<'t> for Text<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<'t>(PhantomData<&'t ()>);

        impl<'t> Visitor<'t> for Read<'t> {
            type Value = Text<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'t [u8]) -> Result<Text<'t>, E> {
                Ok(Text(String::from_utf8_lossy(bytes)))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text<'t>, E> {
                Ok(Text(Cow::Owned(String::from_utf8_lossy(bytes).into_owned())))
            }
        }

        deserializer.deserialize_bytes(Read(PhantomData))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn first(text: &str) -> (Value<'_>, &str) {
        let node = parse(text).unwrap();
        let Kind::Object(mut members) = node.kind else {
            panic!("an object")
        };
        let (_, node) = members.remove(0);
        let Kind::Leaf(value) = node.kind else {
            panic!("a scalar")
        };
        (value, &text[node.span.start as usize..node.span.end as usize])
    }

    #[test]
    fn values_know_where_they_stand() {
        let check = |text: &str, expected: Value<'_>, place: &str| assert_eq!(first(text), (expected, place));
        check(r#"{"a":"b c"}"#, Value::Text("b c".into()), "b c");
        check(r#" {"a" : "b\"c"}"#, Value::Text("b\"c".into()), r#"b\"c"#);
        check(
            r#"{"a":"\ud800x"}"#,
            Value::Text("\u{fffd}\u{fffd}\u{fffd}x".into()),
            r"\ud800x",
        );
        check(r#"{"a":-12}"#, Value::Int(-12), "-12");
        check(r#"{"a":1.5}"#, Value::Float(1.5), "1.5");
        check(r#"{"a":1e999}"#, Value::Text("1e999".into()), "1e999");
        check(r#"{"a":null}"#, Value::Null, "null");
    }

    #[test]
    fn what_is_not_an_object_is_refused_with_its_place() {
        let check = |text: &str, reason, offset| {
            let error = parse(text).unwrap_err();
            assert_eq!(
                (error.reason, error.offset),
                (reason, Some(offset)),
                "{text}: {error}"
            );
        };
        check(r#"{"a":1,}"#, Reason::NotJson, 7);
        check("{\"a\":1", Reason::NotJson, 5);
        check("[1]", Reason::NotAnObject, 0);
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40));
        check(&deep, Reason::TooDeep, 36);
        let wide = format!("{{\"a\":[{}1]}}", "1,".repeat(Catalogue::MAX_VALUES));
        check(&wide, Reason::TooManyValues, 5);
    }
}
