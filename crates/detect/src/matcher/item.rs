//! What a field's values must be, compiled for rows: the smallest thing a rule asks, and the thing rules share.

use super::{
    names::{Names, Slot},
    row::{Kind, Row},
    texts::Texts,
};
use crate::text::{Shape, TextMatcher, compares};
use aho_corasick::AhoCorasick;
use ipnet::IpNet;
use memchr::memmem::Finder;
use rustc_hash::FxHashSet;
use sigma::{Comparison, Moment, Number, TimePart};
use std::{net::IpAddr, sync::OnceLock};

/// From how many texts of one shape on they are looked for together.
const TOGETHER: usize = 4;

/// A field and what its values must be.
#[derive(Debug)]
pub struct Item {
    /// The field; none for keywords, which are looked for in every text of the event.
    pub slot: Option<Slot>,
    all: bool,
    negated: bool,
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    /// Any text.
    Anything,
    /// ASCII case does not matter, and the needle is in lower case.
    Equals(Box<str>),
    OneOf(FxHashSet<Box<str>>),
    Starts(Box<str>),
    Ends(Box<str>),
    Contains(Box<Finder<'static>>),
    ContainsOneOf(Lazy),
    /// Case matters, or the pattern is no plain one.
    Other(TextMatcher),
    Regex(regex::Regex),
    Number(Number),
    Compare(Comparison, Number),
    Cidr(IpNet),
    Exists(bool),
    Null,
    /// Compared with the values of another field.
    Field {
        other: Slot,
        shape: sigma::Shape,
        cased: bool,
    },
    Time(TimePart, Comparison, Number),
    AnyOf(Vec<Test>),
}

/// An automaton that is built when it is first needed: most rules never become candidates.
#[derive(Debug)]
struct Lazy {
    needles: Vec<Box<str>>,
    automaton: OnceLock<Option<AhoCorasick>>,
}

impl Item {
    /// Compiles an item; its field gets a slot.
    pub fn new(item: &sigma::Item, names: &mut Names) -> Self {
        Self {
            slot: item.field.as_ref().map(|name| names.intern(name)),
            all: item.all,
            negated: item.negated,
            tests: compile(item, names),
        }
    }

    /// Whether it holds for an event.
    pub fn holds(&self, event: &str, row: &mut Row, texts: &mut Texts) -> bool {
        let mut one = |test: &Test| match self.slot {
            Some(slot) => test.holds(slot, event, row),
            None => texts.any(event, |text, lower| test.in_text(text, lower)),
        };
        let outcome = if self.all {
            self.tests.iter().all(&mut one)
        } else {
            self.tests.iter().any(&mut one)
        };
        outcome != self.negated
    }
}

impl Item {
    /// Calls `met` with every value of its field that is what it asks for: its place among the field's values, and
    /// its cell. With none if it asks for what is not there.
    pub fn each_met(&self, event: &str, row: &mut Row, mut met: impl FnMut(usize, usize, &mut Row)) {
        let mut next = self
            .slot
            .filter(|_| !self.negated)
            .and_then(|slot| row.first(slot));
        let mut place = 0;
        while let Some(cell) = next {
            if row.kind(cell) != Kind::Null && self.tests.iter().any(|test| test.of_cell(event, row, cell)) {
                met(place, cell, row);
            }
            place += 1;
            next = row.next(cell);
        }
    }

    /// Whether a text, given with its lower case, is one of those that keywords ask for. None is if they ask for what
    /// is not there.
    pub fn is_met_in(&self, text: &str, lower: &str) -> bool {
        !self.negated && self.tests.iter().any(|test| test.in_text(text, lower))
    }

    /// The fields it asks.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.slot
            .into_iter()
            .chain(self.tests.iter().flat_map(Test::others))
    }
}

fn compile(item: &sigma::Item, names: &mut Names) -> Vec<Test> {
    let mut tests: Vec<Test> = item.tests.iter().map(|test| Test::new(test, names)).collect();
    if item.all || tests.len() < TOGETHER {
        return tests;
    }
    let (mut equal, mut inside) = (Vec::new(), Vec::new());
    let mut rest = Vec::new();
    for test in tests.drain(..) {
        match test {
            Test::Equals(needle) => equal.push(needle),
            Test::Contains(finder) => inside.push(finder),
            other => rest.push(other),
        }
    }
    if equal.len() < TOGETHER {
        rest.extend(equal.drain(..).map(Test::Equals));
    } else {
        rest.push(Test::OneOf(equal.into_iter().collect()));
    }
    if inside.len() < TOGETHER {
        rest.extend(inside.drain(..).map(Test::Contains));
    } else {
        let needles = inside
            .iter()
            .map(|finder| String::from_utf8_lossy(finder.needle()).into())
            .collect();
        rest.push(Test::ContainsOneOf(Lazy {
            needles,
            automaton: OnceLock::new(),
        }));
    }
    rest
}

impl Test {
    fn new(test: &sigma::Test, names: &mut Names) -> Self {
        match test {
            sigma::Test::Text(pattern) => Self::text(TextMatcher::new(pattern)),
            sigma::Test::Regex(regex) => Self::Regex(regex.compiled.clone()),
            sigma::Test::Number(number) => Self::Number(*number),
            sigma::Test::Compare(comparison, number) => Self::Compare(*comparison, *number),
            sigma::Test::Cidr(network) => Self::Cidr(*network),
            sigma::Test::Exists(expected) => Self::Exists(*expected),
            sigma::Test::Null => Self::Null,
            sigma::Test::Field(reference) => Self::Field {
                other: names.intern(&reference.field),
                shape: reference.shape,
                cased: reference.cased,
            },
            sigma::Test::Time(part, comparison, number) => Self::Time(*part, *comparison, *number),
            sigma::Test::AnyOf(tests) => {
                Self::AnyOf(tests.iter().map(|test| Self::new(test, names)).collect())
            }
        }
    }

    fn text(matcher: TextMatcher) -> Self {
        match matcher {
            TextMatcher::Anything => Self::Anything,
            TextMatcher::Plain {
                shape,
                needle,
                cased: false,
            } => {
                let text: Box<str> = String::from_utf8_lossy(&needle).into();
                match shape {
                    Shape::Equals => Self::Equals(text),
                    Shape::Starts => Self::Starts(text),
                    Shape::Ends => Self::Ends(text),
                    Shape::Contains => Self::Contains(Box::new(Finder::new(&*needle).into_owned())),
                }
            }
            other => Self::Other(other),
        }
    }

    fn holds(&self, slot: Slot, event: &str, row: &mut Row) -> bool {
        match self {
            Self::Exists(expected) => return row.has(slot) == *expected,
            Self::Null => return every(slot, row, |row, cell| row.kind(cell) == Kind::Null),
            Self::AnyOf(tests) => return tests.iter().any(|test| test.holds(slot, event, row)),
            _ => {}
        }
        !every(slot, row, |row, cell| {
            row.kind(cell) == Kind::Null || !self.of_cell(event, row, cell)
        })
    }

    /// The other fields it asks.
    fn others(&self) -> Vec<Slot> {
        match self {
            Self::Field { other, .. } => vec![*other],
            Self::AnyOf(tests) => tests.iter().flat_map(Self::others).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether a value that is not null passes.
    fn of_cell(&self, event: &str, row: &mut Row, cell: usize) -> bool {
        match self {
            Self::Anything => true,
            Self::Exists(expected) => *expected,
            Self::Other(matcher) => matcher.matches(row.text(event, cell)),
            Self::Regex(regex) => regex.is_match(row.text(event, cell)),
            Self::Number(number) => number_of(event, row, cell) == Some(*number),
            Self::Compare(comparison, right) => {
                number_of(event, row, cell).is_some_and(|left| comparison.holds(left, *right))
            }
            Self::Cidr(network) => contains(network, row.text(event, cell)),
            Self::Field { other, shape, cased } => {
                // Two values of one row cannot be borrowed at once; such rules are few.
                let value = row.text(event, cell).to_owned();
                !every(*other, row, |row, cell| {
                    row.kind(cell) == Kind::Null || !compares(&value, row.text(event, cell), *shape, *cased)
                })
            }
            Self::Time(part, comparison, right) => {
                moment_of(event, row, cell).is_some_and(|moment| comparison.holds(moment.part(*part), *right))
            }
            Self::AnyOf(tests) => tests.iter().any(|test| test.of_cell(event, row, cell)),
            _ => self.in_lower(row.lower(event, cell)),
        }
    }

    fn in_text(&self, text: &str, lower: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Other(matcher) => matcher.matches(text),
            Self::Regex(regex) => regex.is_match(text),
            Self::AnyOf(tests) => tests.iter().any(|test| test.in_text(text, lower)),
            _ => self.in_lower(lower),
        }
    }

    fn in_lower(&self, lower: &str) -> bool {
        match self {
            Self::Equals(needle) => lower == &**needle,
            Self::OneOf(needles) => needles.contains(lower),
            Self::Starts(needle) => lower.starts_with(&**needle),
            Self::Ends(needle) => lower.ends_with(&**needle),
            Self::Contains(finder) => finder.find(lower.as_bytes()).is_some(),
            Self::ContainsOneOf(lazy) => lazy.is_in(lower),
            _ => false,
        }
    }
}

impl Lazy {
    fn is_in(&self, text: &str) -> bool {
        let automaton = self.automaton.get_or_init(|| {
            let needles = self.needles.iter().map(|needle| needle.as_bytes());
            AhoCorasick::new(needles).ok()
        });
        match automaton {
            Some(automaton) => automaton.is_match(text),
            // Too many needles for an automaton: one after the other.
            None => self.needles.iter().any(|needle| text.contains(&**needle)),
        }
    }
}

/// Whether all values of a field are so; true if there are none.
fn every(slot: Slot, row: &mut Row, mut is: impl FnMut(&mut Row, usize) -> bool) -> bool {
    let mut next = row.first(slot);
    while let Some(cell) = next {
        if !is(row, cell) {
            return false;
        }
        next = row.next(cell);
    }
    true
}

/// A value as a number, if it is one or reads as one.
pub fn number_of(event: &str, row: &mut Row, cell: usize) -> Option<Number> {
    match row.kind(cell) {
        Kind::Number | Kind::Text => Number::parse(row.text(event, cell)),
        Kind::Null | Kind::Bool => None,
    }
}

/// A value as a point in time, if it is one.
fn moment_of(event: &str, row: &mut Row, cell: usize) -> Option<Moment> {
    match row.kind(cell) {
        Kind::Number => Moment::from_number(number_of(event, row, cell)?),
        Kind::Text => Moment::from_text(row.text(event, cell)),
        Kind::Null | Kind::Bool => None,
    }
}

fn contains(network: &IpNet, text: &str) -> bool {
    let address = text.trim().parse::<IpAddr>();
    address.is_ok_and(|address| network.contains(&address.to_canonical()))
}
