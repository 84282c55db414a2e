//! What a rule looks for: selections over fields, and the condition that combines them.

use crate::{
    condition::Expression,
    error::Position,
    number::{Comparison, Number},
    pattern::Pattern,
    time::TimePart,
};
use ipnet::IpNet;

/// Which logs a rule is for. Keys a rule leaves out match anything.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LogSource {
    /// Such as `process_creation`.
    pub category: Option<String>,
    /// Such as `linux`.
    pub product: Option<String>,
    /// Such as `sshd`.
    pub service: Option<String>,
    /// What must be configured for the logs to exist; for people.
    pub definition: Option<String>,
}

impl LogSource {
    /// Whether all logs of `other` are among these: what is named here is the same there.
    pub fn covers(&self, other: &Self) -> bool {
        let fits = |this: &Option<String>, other: &Option<String>| this.is_none() || this == other;
        fits(&self.category, &other.category)
            && fits(&self.product, &other.product)
            && fits(&self.service, &other.service)
    }
}

/// The part of a rule that is matched against events.
#[derive(Clone, Debug, PartialEq)]
pub struct Detection {
    /// The named selections, in the order of the file.
    pub selections: Vec<Selection>,
    /// How they combine.
    pub condition: Expression,
}

/// A search identifier: true if one of its alternatives is, which is true if all its items are.
///
/// A map is one alternative; a list of maps is one each; a list of strings is one with a single item.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Its name in the condition.
    pub name: String,
    /// Where it is defined.
    pub position: Position,
    /// Joined by OR.
    pub alternatives: Vec<Vec<Item>>,
}

/// A field and what its values must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The field; none for keywords, which are looked for in the whole event.
    pub field: Option<String>,
    /// Where the field is named.
    pub position: Position,
    /// Every test must be met by some value, not just one test (`all`).
    pub all: bool,
    /// The outcome is turned round (`neq`): also true where the field is absent.
    pub negated: bool,
    /// What the values are tested for, never empty.
    pub tests: Vec<Test>,
}

/// What a value is tested for, with all modifiers applied. A field with several values passes if one does.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The value as text matches the pattern. Null matches no pattern.
    Text(Pattern),
    /// The value is this number, or text that reads as it.
    Number(Number),
    /// The value is a number, or reads as one, that compares so.
    Compare(Comparison, Number),
    /// The expression is found in the value as text.
    Regex(Regex),
    /// The value is an address inside the network.
    Cidr(IpNet),
    /// The field is there, null or not; or it is not.
    Exists(bool),
    /// The field is absent or null.
    Null,
    /// The value as text compares so with some value of another field of the same event, both not null.
    Field(FieldRef),
    /// The value is a point in time, see [`crate::time::Moment`], of which this part compares so.
    Time(TimePart, Comparison, Number),
    /// One of these is met: what one written value becomes under `all`, where it has several forms.
    AnyOf(Vec<Test>),
}

/// Another field of the same event, and how a value compares with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRef {
    /// The other field.
    pub field: String,
    /// Where it is named.
    pub position: Position,
    /// Where the other field's value must stand in the value.
    pub shape: Shape,
    /// Whether case matters.
    pub cased: bool,
}

/// Where one text must stand in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// It is the whole text.
    Equals,
    /// At the start.
    Starts,
    /// At the end.
    Ends,
    /// Anywhere.
    Contains,
}

/// A regular expression, compiled when the rule is read so that its errors have a place.
#[derive(Clone, Debug)]
pub struct Regex {
    /// As the rule writes it.
    pub source: String,
    /// Ready to search, flags applied.
    pub compiled: regex::Regex,
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.compiled.as_str() == other.compiled.as_str() && self.source == other.source
    }
}
