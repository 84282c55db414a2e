//! The reference evaluator: what a rule means, written to be read and not to be fast.
//!
//! Faster engines are tested against it, so it shares nothing with them but the parsed rule: patterns
//! are matched by a table over characters, and every selection is evaluated anew.

pub mod correlation;

use crate::{
    detection::{Detection, FieldRef, Item, Selection, Shape, Test},
    number::Number,
    pattern::{DASHES, Part, Pattern, fold},
    time::Moment,
};
use std::{borrow::Cow, net::IpAddr};

/// A value of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'e> {
    /// Present, but null.
    Null,
    /// A truth value; as text `true` or `false`.
    Bool(bool),
    /// A number; as text the way it prints.
    Number(Number),
    /// A text.
    Text(Cow<'e, str>),
}

impl Value<'_> {
    /// The value as text; none for null.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null => None,
            Self::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// The value as a number, if it is one or reads as one.
    pub fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => Number::parse(text),
            Self::Null | Self::Bool(_) => None,
        }
    }

    /// The value as a point in time, if it is one.
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Number(number) => Moment::from_number(*number),
            Self::Text(text) => Moment::from_text(text),
            Self::Null | Self::Bool(_) => None,
        }
    }
}

/// What rules are evaluated on.
pub trait Event {
    /// The values of a field; none if it is absent.
    fn values(&self, field: &str) -> Vec<Value<'_>>;
    /// Every text keywords are looked for in.
    fn texts(&self) -> Vec<Cow<'_, str>>;
}

/// Whether an event is what a rule looks for.
pub fn matches(detection: &Detection, event: &impl Event) -> bool {
    detection
        .condition
        .holds(&mut |number| selection_holds(&detection.selections[number], event))
}

/// Whether a selection is true for an event.
pub fn selection_holds(selection: &Selection, event: &impl Event) -> bool {
    selection
        .alternatives
        .iter()
        .any(|items| items.iter().all(|item| item_holds(item, event)))
}

fn item_holds(item: &Item, event: &impl Event) -> bool {
    let values = match &item.field {
        Some(field) => event.values(field),
        None => event.texts().into_iter().map(Value::Text).collect(),
    };
    let holds = |test: &Test| test_holds(test, &values, event);
    let outcome = if item.all {
        item.tests.iter().all(holds)
    } else {
        item.tests.iter().any(holds)
    };
    outcome != item.negated
}

fn test_holds(test: &Test, values: &[Value<'_>], event: &impl Event) -> bool {
    match test {
        Test::Exists(expected) => values.is_empty() != *expected,
        Test::Null => values.iter().all(|value| *value == Value::Null),
        Test::AnyOf(tests) => tests.iter().any(|test| test_holds(test, values, event)),
        Test::Field(reference) => {
            let others = event.values(&reference.field);
            values.iter().any(|value| {
                others
                    .iter()
                    .any(|other| reference_holds(reference, value, other))
            })
        }
        test => values.iter().any(|value| value_holds(test, value)),
    }
}

fn reference_holds(reference: &FieldRef, value: &Value<'_>, other: &Value<'_>) -> bool {
    let case = |text: Cow<'_, str>| -> String {
        let fold = |c| if reference.cased { c } else { fold(c) };
        text.chars().map(fold).collect()
    };
    let (Some(text), Some(other)) = (value.text().map(case), other.text().map(case)) else {
        return false;
    };
    match reference.shape {
        Shape::Equals => text == other,
        Shape::Starts => text.starts_with(&other),
        Shape::Ends => text.ends_with(&other),
        Shape::Contains => text.contains(&other),
    }
}

fn value_holds(test: &Test, value: &Value<'_>) -> bool {
    match test {
        Test::Text(pattern) => value.text().is_some_and(|text| pattern_matches(pattern, &text)),
        Test::Regex(regex) => value.text().is_some_and(|text| regex.compiled.is_match(&text)),
        Test::Number(number) => value.number() == Some(*number),
        Test::Compare(comparison, right) => value.number().is_some_and(|left| comparison.holds(left, *right)),
        Test::Cidr(network) => value
            .text()
            .and_then(|text| text.trim().parse::<IpAddr>().ok())
            .is_some_and(|address| network.contains(&address.to_canonical())),
        Test::Time(part, comparison, right) => value
            .moment()
            .is_some_and(|moment| comparison.holds(moment.part(*part), *right)),
        Test::Exists(_) | Test::Null | Test::Field(_) | Test::AnyOf(_) => false,
    }
}

/// Whether `text` matches: `reached[i]` says that the characters so far can be the first `i` symbols.
fn pattern_matches(pattern: &Pattern, text: &str) -> bool {
    enum Symbol {
        Char(char),
        Any,
        One,
        Dash,
    }
    let case = |c| if pattern.cased() { c } else { fold(c) };
    let mut symbols = Vec::new();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => symbols.extend(text.chars().map(|c| Symbol::Char(case(c)))),
            Part::Any => symbols.push(Symbol::Any),
            Part::One => symbols.push(Symbol::One),
            Part::Dash => symbols.push(Symbol::Dash),
        }
    }
    // `*` may be nothing, so what is behind it is reached with it.
    let pass_stars = |reached: &mut Vec<bool>| {
        for (at, symbol) in symbols.iter().enumerate() {
            if matches!(symbol, Symbol::Any) && reached[at] {
                reached[at + 1] = true;
            }
        }
    };
    let mut reached = vec![false; symbols.len() + 1];
    reached[0] = true;
    pass_stars(&mut reached);
    for c in text.chars() {
        let mut next = vec![false; symbols.len() + 1];
        for (at, symbol) in symbols.iter().enumerate().filter(|(at, _)| reached[*at]) {
            match symbol {
                Symbol::Any => next[at] = true,
                Symbol::One => next[at + 1] = true,
                Symbol::Dash => next[at + 1] |= DASHES.contains(&c),
                Symbol::Char(expected) => next[at + 1] |= case(c) == *expected,
            }
        }
        pass_stars(&mut next);
        reached = next;
    }
    reached[symbols.len()]
}
