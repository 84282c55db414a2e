//! YAML with the place of every node, read defensively: rule files come from strangers.
//!
//! Built on the parser's events and not on its tree, so that depth is bounded before a tree exists,
//! a key given twice is refused instead of the last one winning, and aliases (with which a few hundred
//! bytes can stand for gigabytes) never expand.

use crate::{
    error::{Position, Report},
    error_kind::ErrorKind,
    number::Number,
};
use saphyr::{Scalar as CoreScalar, ScalarStyle, Tag};
use saphyr_parser::{Event, Marker, Parser, Span, StrInput};
use std::{borrow::Cow, collections::HashSet};

/// Bytes in one file.
pub const MAX_BYTES: usize = 4 << 20;
/// Levels of lists and maps in one document.
pub const MAX_DEPTH: usize = 32;

/// A scalar's resolved type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Anything else, and everything in quotes.
    Text,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// A scalar: its type, and its text as written.
    Scalar(Kind, String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file; keys are unique.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key; always a scalar.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The key's text.
    pub text: String,
    place: Place,
}

/// A node and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it holds.
    pub data: Data,
    place: Place,
}

/// Where a node starts, and where its text starts if it is all on one line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    start: Position,
    text_column: Option<usize>,
}

impl Place {
    fn at(self, characters: usize) -> Position {
        match self.text_column {
            Some(column) => Position {
                line: self.start.line,
                column: column + characters,
            },
            None => self.start,
        }
    }
}

impl Key {
    /// Where the key starts.
    pub const fn position(&self) -> Position {
        self.place.start
    }

    /// Where the character at byte `offset` of the key's text stands.
    pub fn position_at(&self, offset: usize) -> Position {
        self.place.at(characters(&self.text, offset))
    }
}

impl Node {
    /// Where the node starts.
    pub const fn position(&self) -> Position {
        self.place.start
    }

    /// Where the character at byte `offset` of a scalar's text stands; the start of the node if its text
    /// runs over several lines.
    pub fn position_at(&self, offset: usize) -> Position {
        match &self.data {
            Data::Scalar(_, text) => self.place.at(characters(text, offset)),
            _ => self.place.start,
        }
    }

    /// What kind of node this is, in words.
    pub const fn kind(&self) -> &'static str {
        match &self.data {
            Data::Scalar(Kind::Null, _) => "nothing",
            Data::Scalar(Kind::Bool(_), _) => "a truth value",
            Data::Scalar(Kind::Number(_), _) => "a number",
            Data::Scalar(Kind::Text, _) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
        }
    }
}

fn characters(text: &str, offset: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < offset).count()
}

/// Reads all documents of a file; empty ones are left out. What cannot be read is reported.
pub fn load(text: &str, report: &mut Report<'_>) -> Vec<Node> {
    if text.len() > MAX_BYTES {
        let message = format!("the file has {} bytes", text.len());
        report.expected(Position::START, message, format!("at most {MAX_BYTES}"));
        return Vec::new();
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let errors = report.len();
    let loader = Loader {
        report: &mut *report,
        stack: Vec::new(),
        documents: Vec::new(),
    };
    let documents = loader.run(Parser::new_from_str(text));
    report.claim(errors, &ErrorKind::Yaml);
    documents
}

/// A list or map that is being read.
enum Open {
    List(Place, Vec<Node>),
    Map {
        place: Place,
        entries: Vec<Entry>,
        keys: HashSet<String>,
        key: Option<Key>,
    },
}

struct Loader<'r, 'f> {
    report: &'r mut Report<'f>,
    stack: Vec<Open>,
    documents: Vec<Node>,
}

impl Loader<'_, '_> {
    fn run<'i>(mut self, mut parser: Parser<'i, StrInput<'i>>) -> Vec<Node> {
        while let Some(next) = parser.next_event() {
            let step = match next {
                Ok((Event::StreamEnd, _)) => break,
                Ok((event, span)) => self.event(event, span),
                Err(error) => {
                    let at = position(error.marker());
                    // The scanner looks ahead in one line, so it may see the depth first.
                    if error.info().contains("recursion limit") {
                        too_deep(self.report, at);
                    } else {
                        self.report.error(at, format!("not valid YAML: {}", error.info()));
                    }
                    Err(Stop)
                }
            };
            if step.is_err() {
                // Half a document would only give errors that follow from the first.
                return Vec::new();
            }
        }
        self.documents
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let start = Place {
            start: position(&span.start),
            text_column: None,
        };
        match event {
            Event::Scalar(text, style, _, tag) => self.scalar(text, style, tag, span),
            Event::SequenceStart(_, tag) => self.open(tag.as_deref(), start, Open::List(start, Vec::new())),
            Event::MappingStart(_, tag) => {
                let map = Open::Map {
                    place: start,
                    entries: Vec::new(),
                    keys: HashSet::new(),
                    key: None,
                };
                self.open(tag.as_deref(), start, map)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let node = match self.stack.pop() {
                    Some(Open::List(place, items)) => Node {
                        data: Data::List(items),
                        place,
                    },
                    Some(Open::Map { place, entries, .. }) => Node {
                        data: Data::Map(entries),
                        place,
                    },
                    None => return Err(Stop),
                };
                self.put(node);
                Ok(())
            }
            Event::Alias(_) => {
                self.report.expected(
                    start.start,
                    "aliases are not read",
                    "the value itself in place of `*…`",
                );
                Err(Stop)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, tag: Option<&Tag>, place: Place, open: Open) -> Result<(), Stop> {
        if let Some(tag) = tag.filter(|t| !t.is_yaml_core_schema()) {
            self.report.error(place.start, format!("unknown tag `{tag}`"));
            return Err(Stop);
        }
        if self.stack.len() == MAX_DEPTH {
            too_deep(self.report, place.start);
            return Err(Stop);
        }
        if let Some(Open::Map { key: None, .. }) = self.stack.last() {
            self.report
                .expected(place.start, "a list or map as a key", "a text");
            return Err(Stop);
        }
        self.stack.push(open);
        Ok(())
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        tag: Option<Cow<'_, Tag>>,
        span: Span,
    ) -> Result<(), Stop> {
        let start = position(&span.start);
        let quote = usize::from(matches!(
            style,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted
        ));
        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let place = Place {
            start,
            text_column: (!block && span.end.line() == span.start.line()).then_some(start.column + quote),
        };
        let Some(kind) = resolve(&text, style, tag.as_ref()) else {
            let tag = tag.map(|t| t.to_string()).unwrap_or_default();
            self.report
                .error(start, format!("`{text}` does not fit its tag `{tag}`"));
            return Err(Stop);
        };
        if let Some(Open::Map {
            key: key @ None,
            keys,
            ..
        }) = self.stack.last_mut()
        {
            if !keys.insert(text.clone().into_owned()) {
                let message = format!("key `{}` is given twice", crate::error::shown(&text));
                self.report.expected(start, message, "each key once");
            }
            *key = Some(Key {
                text: text.into_owned(),
                place,
            });
            return Ok(());
        }
        self.put(Node {
            data: Data::Scalar(kind, text.into_owned()),
            place,
        });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn put(&mut self, node: Node) {
        match self.stack.last_mut() {
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    entries.push(Entry { key, value: node });
                }
            }
            None if matches!(node.data, Data::Scalar(Kind::Null, _)) => {}
            None => self.documents.push(node),
        }
    }
}

fn too_deep(report: &mut Report<'_>, at: Position) {
    report.expected(at, "nested too deep", format!("at most {MAX_DEPTH} levels"));
}

/// Reading cannot go on; the reason is in the report.
struct Stop;

fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}

fn resolve(text: &str, style: ScalarStyle, tag: Option<&Cow<'_, Tag>>) -> Option<Kind> {
    let tag = tag.map(|t| Cow::Borrowed(t.as_ref()));
    let core = CoreScalar::parse_from_cow_and_metadata(Cow::Borrowed(text), style, tag.as_ref())?;
    Some(match core {
        CoreScalar::Null => Kind::Null,
        CoreScalar::Boolean(truth) => Kind::Bool(truth),
        CoreScalar::Integer(whole) => Kind::Number(Number::Int(whole)),
        CoreScalar::FloatingPoint(float) => Number::from_f64(*float).map_or(Kind::Text, Kind::Number),
        CoreScalar::String(_) => Kind::Text,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<Node>, String> {
        let mut report = Report::new("f");
        let nodes = load(text, &mut report);
        match report.into_errors().first() {
            Some(error) => Err(error.to_string()),
            None => Ok(nodes),
        }
    }

    #[test]
    fn nodes_know_their_place() {
        let nodes = read("a: 1\nb:\n  - 'x y'\n  - {c: null}\n---\nd\n").unwrap();
        assert_eq!(nodes.len(), 2);
        let Data::Map(entries) = &nodes[0].data else {
            panic!("{nodes:?}")
        };
        let at = |line, column| Position { line, column };
        assert_eq!(entries[0].key.position(), at(1, 1));
        assert_eq!(entries[0].value.position(), at(1, 4));
        let Data::List(items) = &entries[1].value.data else {
            panic!("{nodes:?}")
        };
        assert_eq!(items[0].position(), at(3, 5));
        assert_eq!(items[0].position_at(2), at(3, 8), "behind the quote");
        assert_eq!(nodes[1].position(), at(6, 1));
    }

    #[test]
    fn scalars_have_their_core_types() {
        let check = |text: &str, expected: Kind| {
            let nodes = read(&format!("[{text}]")).unwrap();
            let Data::List(items) = &nodes[0].data else {
                panic!("{nodes:?}")
            };
            assert!(
                matches!(&items[0].data, Data::Scalar(kind, _) if *kind == expected),
                "{text}: {items:?}"
            );
        };
        check("1", Kind::Number(Number::Int(1)));
        check("1.5", Kind::Number(Number::Float(1.5)));
        check("'1'", Kind::Text);
        check("~", Kind::Null);
        check("True", Kind::Bool(true));
        check("no", Kind::Text);
        check(".nan", Kind::Text);
        check("!!str 1", Kind::Text);
    }

    #[test]
    fn traps_are_refused() {
        let check = |text: &str, expected: &str| assert_eq!(read(text).unwrap_err(), expected);
        check(
            "a: 1\nb: 2\na: 3\n",
            "f:3:1: key `a` is given twice; expected each key once",
        );
        check(
            "a: &x [1]\nb: *x\n",
            "f:2:4: aliases are not read; expected the value itself in place of `*…`",
        );
        check("? [a]\n: b\n", "f:1:3: a list or map as a key; expected a text");
        check("a: !python/object [x]\n", "f:1:4: unknown tag `!python/object`");
        check(
            "a: x\n- b",
            "f:2:3: not valid YAML: while parsing a block mapping, did not find expected key",
        );
        let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
        check(&deep, "f:1:33: nested too deep; expected at most 32 levels");
        let blocks = "- ".repeat(5000);
        check(&blocks, "f:1:65: nested too deep; expected at most 32 levels");
        let long = "a".repeat(MAX_BYTES + 1);
        assert!(read(&long).unwrap_err().contains("the file has 4194305 bytes"));
    }

    proptest! {
        // `PROPTEST_CASES` raises the number.
        #![proptest_config(ProptestConfig::default())]
        #[test]
        fn nothing_panics(text in "[-\\[\\]{}:,#&*!|>'\"%@`?a0 \t\n.é\u{0}]{0,60}") {
            let _ = read(&text);
        }
    }
}
