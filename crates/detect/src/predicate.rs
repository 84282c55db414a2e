//! A detection compiled for one dictionary: fields are slots, patterns are matchers, nothing is looked up by
//! name. Indexes over many rules will grow around this; it stays what a candidate is verified with.

use crate::{field::Address, text::TextMatcher};
use ipnet::IpNet;
use model::{Field, RecordView, Schema, Slot, Value};
use sigma::{Comparison, Expression, Moment, Number, Report, Shape, TimePart, pattern::fold};
use std::{borrow::Cow, net::IpAddr};

/// A compiled detection.
#[derive(Clone, Debug)]
pub struct Predicate {
    selections: Vec<Alternatives>,
    condition: Expression,
}

/// A selection: one of the lists must hold, and of that list every item.
pub type Alternatives = Vec<Vec<Item>>;

/// What a field's values must be.
#[derive(Clone, Debug)]
pub struct Item {
    source: Source,
    all: bool,
    negated: bool,
    tests: Vec<Test>,
}

/// Which values an item is about.
#[derive(Clone, Debug)]
pub enum Source {
    /// Those of a field.
    Field(Address),
    /// Keywords: the raw record, and the value of every field of the dictionary, in which escapes of the raw
    /// record are resolved.
    Anywhere {
        /// How many fields the dictionary has.
        slots: u16,
    },
}

#[derive(Clone, Debug)]
enum Test {
    Text(TextMatcher),
    Regex(regex::Regex),
    Number(Number),
    Compare(Comparison, Number),
    Cidr(IpNet),
    Exists(bool),
    Null,
    /// Compared with the values of another field of the same record.
    Field {
        other: Address,
        shape: Shape,
        cased: bool,
    },
    Time(TimePart, Comparison, Number),
    AnyOf(Vec<Test>),
}

impl Predicate {
    /// Compiles a detection; fields the dictionary does not have are reported.
    pub fn compile(detection: &sigma::Detection, schema: &Schema, report: &mut Report<'_>) -> Option<Self> {
        let errors = report.len();
        let selections = detection
            .selections
            .iter()
            .map(|selection| {
                selection
                    .alternatives
                    .iter()
                    .map(|items| {
                        items
                            .iter()
                            .filter_map(|i| Item::compile(i, schema, report))
                            .collect()
                    })
                    .collect()
            })
            .collect();
        (report.len() == errors).then(|| Self {
            selections,
            condition: detection.condition.clone(),
        })
    }

    /// Whether a record is what the detection looks for.
    pub fn holds(&self, record: &impl RecordView) -> bool {
        self.condition.holds(&mut |number| {
            self.selections[number]
                .iter()
                .any(|items| items.iter().all(|item| item.holds(record)))
        })
    }

    /// The items that made the record match: those of every selection that is true.
    pub fn true_items<'p>(&'p self, record: &impl RecordView) -> impl Iterator<Item = &'p Item> {
        self.selections.iter().flat_map(|alternatives| {
            alternatives
                .iter()
                .find(|items| items.iter().all(|item| item.holds(record)))
                .into_iter()
                .flatten()
        })
    }
}

impl Item {
    fn compile(item: &sigma::Item, schema: &Schema, report: &mut Report<'_>) -> Option<Self> {
        let source = match &item.field {
            Some(name) => Source::Field(Address::resolve(name, item.position, schema, report)?),
            None => Source::Anywhere {
                slots: schema.fields().len() as u16,
            },
        };
        let tests = item.tests.iter().map(|test| Test::new(test, schema, report));
        Some(Self {
            source,
            all: item.all,
            negated: item.negated,
            tests: tests.collect::<Option<_>>()?,
        })
    }

    /// Which values this is about.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Whether a value is what made this item true. Nothing did if it asks for what is not there.
    pub fn is_met_by(&self, value: &Value<'_>, record: &impl RecordView) -> bool {
        !self.negated && self.tests.iter().any(|test| test.holds_for(value, record))
    }

    fn holds(&self, record: &impl RecordView) -> bool {
        let outcome = match &self.source {
            Source::Field(address) => {
                let values = address.values(record);
                self.combine(|test| test.holds(values, record))
            }
            Source::Anywhere { slots } => {
                let raw = Value::Text(String::from_utf8_lossy(record.raw()));
                self.combine(|test| {
                    test.holds_for(&raw, record)
                        || (0..*slots).any(|slot| {
                            let values = record.fields(Slot(slot));
                            values.iter().any(|field| test.holds_for(&field.value, record))
                        })
                })
            }
        };
        outcome != self.negated
    }

    fn combine(&self, mut holds: impl FnMut(&Test) -> bool) -> bool {
        if self.all {
            self.tests.iter().all(&mut holds)
        } else {
            self.tests.iter().any(&mut holds)
        }
    }
}

impl Test {
    /// Compiles a test; a field that does not exist is reported.
    fn new(test: &sigma::Test, schema: &Schema, report: &mut Report<'_>) -> Option<Self> {
        Some(match test {
            sigma::Test::Text(pattern) => Self::Text(TextMatcher::new(pattern)),
            sigma::Test::Regex(regex) => Self::Regex(regex.compiled.clone()),
            sigma::Test::Number(number) => Self::Number(*number),
            sigma::Test::Compare(comparison, number) => Self::Compare(*comparison, *number),
            sigma::Test::Cidr(network) => Self::Cidr(*network),
            sigma::Test::Exists(expected) => Self::Exists(*expected),
            sigma::Test::Null => Self::Null,
            sigma::Test::Field(reference) => Self::Field {
                other: Address::resolve(&reference.field, reference.position, schema, report)?,
                shape: reference.shape,
                cased: reference.cased,
            },
            sigma::Test::Time(part, comparison, number) => Self::Time(*part, *comparison, *number),
            sigma::Test::AnyOf(tests) => {
                let tests = tests.iter().map(|test| Self::new(test, schema, report));
                Self::AnyOf(tests.collect::<Option<_>>()?)
            }
        })
    }

    fn holds(&self, values: &[Field<'_>], record: &impl RecordView) -> bool {
        match self {
            Self::Exists(expected) => values.is_empty() != *expected,
            Self::Null => values.iter().all(|field| field.value == Value::Null),
            Self::AnyOf(tests) => tests.iter().any(|test| test.holds(values, record)),
            _ => values.iter().any(|field| self.holds_for(&field.value, record)),
        }
    }

    fn holds_for(&self, value: &Value<'_>, record: &impl RecordView) -> bool {
        match self {
            Self::Text(matcher) => text(value).is_some_and(|text| matcher.matches(&text)),
            Self::Regex(regex) => text(value).is_some_and(|text| regex.is_match(&text)),
            Self::Number(expected) => number(value) == Some(*expected),
            Self::Compare(comparison, right) => {
                number(value).is_some_and(|left| comparison.holds(left, *right))
            }
            Self::Cidr(network) => text(value)
                .and_then(|text| text.trim().parse::<IpAddr>().ok())
                .is_some_and(|address| network.contains(&address.to_canonical())),
            Self::Exists(expected) => *expected,
            Self::Null => *value == Value::Null,
            Self::Field { other, shape, cased } => text(value).is_some_and(|value| {
                let mut others = other.values(record).iter();
                others.any(|other| {
                    text(&other.value).is_some_and(|other| compares(&value, &other, *shape, *cased))
                })
            }),
            Self::Time(part, comparison, right) => {
                moment(value).is_some_and(|moment| comparison.holds(moment.part(*part), *right))
            }
            Self::AnyOf(tests) => tests.iter().any(|test| test.holds_for(value, record)),
        }
    }
}

/// The value as text; null is none.
fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Null => None,
        value => Some(value.to_text()),
    }
}

/// Whether `other` stands in `value` as the shape says.
pub fn compares(value: &str, other: &str, shape: Shape, cased: bool) -> bool {
    if !cased {
        let folded = |text: &str| text.chars().map(fold).collect::<String>();
        return compares(&folded(value), &folded(other), shape, true);
    }
    match shape {
        Shape::Equals => value == other,
        Shape::Starts => value.starts_with(other),
        Shape::Ends => value.ends_with(other),
        Shape::Contains => value.contains(other),
    }
}

/// The value as a point in time, if it is one.
fn moment(value: &Value<'_>) -> Option<Moment> {
    match value {
        Value::Int(whole) => Moment::from_number(Number::Int(*whole)),
        Value::Float(float) => Moment::from_number(Number::from_f64(*float)?),
        Value::Text(text) => Moment::from_text(text),
        Value::Null | Value::Bool(_) => None,
    }
}

/// The value as an exact number, if it is one or reads as one.
fn number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Int(whole) => Some(Number::Int(*whole)),
        Value::Float(float) => Number::from_f64(*float),
        Value::Text(text) => Number::parse(text),
        Value::Null | Value::Bool(_) => None,
    }
}
