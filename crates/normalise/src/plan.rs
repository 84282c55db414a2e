//! A kind of log compiled: paths numbered, regular expressions built, field names resolved to slots.

use crate::{
    declaration::{Decode, Format, Part},
    timestamp::TimeFormat,
    tree::{Node, Path, Segment},
};
use model::{Slot, Value, record::LogKind};
use regex::Regex;
use std::{collections::BTreeMap, sync::Arc};

/// The number of a path within one plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PathId(pub u16);

/// How records of one kind are read.
#[derive(Debug)]
pub(crate) struct LogPlan {
    pub kind: Arc<LogKind>,
    pub format: Format,
    pub when: Vec<Condition>,
    pub absent: Vec<String>,
    pub embedded: Vec<Path>,
    pub paths: PathIndex,
    pub time: Vec<(PathId, TimeFormat)>,
    /// The slot that holds the time itself.
    pub time_slot: Option<Slot>,
    pub native_id: Vec<PathId>,
    pub account: Option<PathId>,
    pub fields: Vec<FieldPlan>,
}

/// How one field is filled: by the first alternative that gives a value.
#[derive(Debug)]
pub(crate) struct FieldPlan {
    pub slot: Slot,
    pub alternatives: Vec<Alternative>,
}

/// One way to fill a field.
#[derive(Debug)]
pub(crate) struct Alternative {
    pub when: Vec<Condition>,
    pub input: Input,
    pub decode: Option<Decode>,
    pub part: Option<Part>,
    pub extract: Option<Regex>,
    pub map: BTreeMap<String, Value<'static>>,
    pub otherwise: Option<Value<'static>>,
}

/// Where the value comes from.
#[derive(Debug)]
pub(crate) enum Input {
    Path(PathId),
    Join(Vec<PathId>, String),
    Constant(Value<'static>),
}

/// A test of the raw record.
#[derive(Debug)]
pub(crate) struct Condition {
    pub path: Path,
    pub test: Test,
}

/// What is asked of the values at a path.
#[derive(Debug)]
pub(crate) enum Test {
    OneOf(Vec<String>),
    Matches(Regex),
    Exists(bool),
}

impl Condition {
    /// Whether the record passes. Values by which the log says that there is none do not count.
    pub(crate) fn holds(&self, root: &Node<'_>, absent: &[String]) -> bool {
        let there = |value: &Value<'_>| !is_absent(value, absent);
        match &self.test {
            Test::OneOf(any) => self
                .path
                .any(root, &mut |value| any.iter().any(|text| *text == value.to_text())),
            Test::Matches(regex) => self.path.any(root, &mut |value| regex.is_match(&value.to_text())),
            Test::Exists(expected) => self.path.any(root, &mut |value| there(value)) == *expected,
        }
    }
}

/// Whether the value is the log's way to say that there is none.
pub(crate) fn is_absent(value: &Value<'_>, absent: &[String]) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => absent.iter().any(|nothing| nothing == text),
        _ => false,
    }
}

/// The paths a plan asks for, walked beside a record: a tree of segments.
#[derive(Debug, Default)]
pub(crate) struct PathIndex {
    nodes: Vec<Step>,
    /// The paths as unmapped keys are called, by number.
    names: Vec<String>,
}

#[derive(Debug, Default)]
struct Step {
    path: Option<PathId>,
    each: Option<usize>,
    keys: Vec<(Box<str>, usize)>,
}

/// A place in a [`PathIndex`]; `None` where no path leads.
pub(crate) type Place = Option<usize>;

impl PathIndex {
    /// The number of a path, given to it now if it is new.
    pub(crate) fn insert(&mut self, path: &Path) -> PathId {
        if self.nodes.is_empty() {
            self.nodes.push(Step::default());
        }
        let end = path
            .segments()
            .iter()
            .fold(0, |at, segment| self.step(at, segment));
        *self.nodes[end].path.get_or_insert_with(|| {
            self.names.push(path.to_string());
            PathId((self.names.len() - 1) as u16)
        })
    }

    fn step(&mut self, at: usize, segment: &Segment) -> usize {
        let known = match segment {
            Segment::Key(name) => self.child(Some(at), name),
            Segment::Each => self.nodes[at].each,
        };
        known.unwrap_or_else(|| {
            let new = self.nodes.len();
            self.nodes.push(Step::default());
            match segment {
                Segment::Key(name) => self.nodes[at].keys.push((name.clone(), new)),
                Segment::Each => self.nodes[at].each = Some(new),
            }
            new
        })
    }

    /// Where paths start.
    pub(crate) fn root(&self) -> Place {
        (!self.nodes.is_empty()).then_some(0)
    }

    /// Where the member of this name leads.
    pub(crate) fn child(&self, at: Place, name: &str) -> Place {
        let keys = &self.nodes.get(at?)?.keys;
        keys.iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, next)| *next)
    }

    /// Where the items of a list lead.
    pub(crate) fn each(&self, at: Place) -> Place {
        self.nodes.get(at?)?.each
    }

    /// The path that ends here.
    pub(crate) fn path(&self, at: Place) -> Option<PathId> {
        self.nodes.get(at?)?.path
    }

    /// The path as an unmapped key.
    pub(crate) fn name(&self, path: PathId) -> &str {
        self.names.get(usize::from(path.0)).map_or("", String::as_str)
    }

    /// How many paths there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}
