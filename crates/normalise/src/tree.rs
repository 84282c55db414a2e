//! A raw record as a tree of values that borrow from it, and paths into that tree.

use model::{Span, Value};
use std::{borrow::Cow, fmt, str::FromStr};

/// A value and where it stands in the raw record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node<'t> {
    pub kind: Kind<'t>,
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind<'t> {
    /// A scalar.
    Leaf(Value<'t>),
    /// Values without names.
    List(Vec<Node<'t>>),
    /// Values with names, in the order written; a name may come twice.
    Object(Vec<(Cow<'t, str>, Node<'t>)>),
}

impl Node<'_> {
    /// The same tree with nothing borrowed, every value standing at `span`.
    pub(crate) fn into_owned_at(self, span: Span) -> Node<'static> {
        let kind = match self.kind {
            Kind::Leaf(value) => Kind::Leaf(own(value)),
            Kind::List(items) => Kind::List(items.into_iter().map(|item| item.into_owned_at(span)).collect()),
            Kind::Object(members) => Kind::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned_at(span)))
                    .collect(),
            ),
        };
        Node { kind, span }
    }
}

/// The value with nothing borrowed.
pub(crate) fn own(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(truth) => Value::Bool(truth),
        Value::Int(number) => Value::Int(number),
        Value::Float(number) => Value::Float(number),
        Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
    }
}

/// The bytes of `part` within `whole`, of which it must be a slice.
pub(crate) fn span_of(whole: &str, part: &str) -> Span {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    Span {
        start: start as u32,
        end: (start + part.len()) as u32,
    }
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// The member of this name; case of ASCII letters does not matter, as with HTTP header names.
    Key(Box<str>),
    /// Every item of a list.
    Each,
}

/// A path into a record, such as `messages[].details.ruleId`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Segment>);

/// The text is not a path.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path: expected names joined by `.`, with `[]` after a list")]
pub(crate) struct PathError(String);

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut segments = Vec::new();
        for part in text.split('.') {
            let name = part.trim_end_matches("[]");
            if name.is_empty() || name.contains(['[', ']', ' ']) {
                return Err(PathError(text.to_owned()));
            }
            segments.push(Segment::Key(name.into()));
            segments.extend((0..(part.len() - name.len()) / 2).map(|_| Segment::Each));
        }
        Ok(Self(segments))
    }
}

/// The path as keys no mapping knows are called: without the list marks.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut dot = "";
        for segment in &self.0 {
            if let Segment::Key(name) = segment {
                write!(f, "{dot}{name}")?;
                dot = ".";
            }
        }
        Ok(())
    }
}

impl Path {
    /// Its steps.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether any scalar at this path passes the test.
    pub(crate) fn any(&self, root: &Node<'_>, test: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
        any(&self.0, root, test)
    }

    /// Lets `change` see every node at this path.
    pub(crate) fn each_mut<'t>(&self, root: &mut Node<'t>, change: &mut dyn FnMut(&mut Node<'t>)) {
        each_mut(&self.0, root, change);
    }
}

fn any(path: &[Segment], node: &Node<'_>, test: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
    match (path.split_first(), &node.kind) {
        (None, Kind::Leaf(value)) => test(value),
        (Some((Segment::Each, rest)), Kind::List(items)) => items.iter().any(|item| any(rest, item, test)),
        (Some((Segment::Key(name), rest)), Kind::Object(members)) => members
            .iter()
            .any(|(key, value)| key.eq_ignore_ascii_case(name) && any(rest, value, test)),
        _ => false,
    }
}

fn each_mut<'t>(path: &[Segment], node: &mut Node<'t>, change: &mut dyn FnMut(&mut Node<'t>)) {
    match (path.split_first(), &mut node.kind) {
        (None, _) => change(node),
        (Some((Segment::Each, rest)), Kind::List(items)) => {
            for item in items {
                each_mut(rest, item, change);
            }
        }
        (Some((Segment::Key(name), rest)), Kind::Object(members)) => {
            for (key, value) in members {
                if key.eq_ignore_ascii_case(name) {
                    each_mut(rest, value, change);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_and_lists() {
        let check =
            |text: &str, expected: &str| assert_eq!(text.parse::<Path>().unwrap().to_string(), expected);
        check("status", "status");
        check("messages[].details.tags[]", "messages.details.tags");
        check("request.headers.User-Agent", "request.headers.User-Agent");
        for wrong in ["", "a..b", ".a", "a[0]", "[]", "a.[]", "a b"] {
            assert!(wrong.parse::<Path>().is_err(), "{wrong}");
        }
    }
}
