//! Compiles correlations: where the matches of their rules have the fields they look at, and what their windows feed.

use super::names::{Resolved, Source};
use crate::rules::RuleFile;
use detect::{
    counting::{Condition, waits},
    matcher::{Names, Slot},
};
use sigma::{Body, Correlation, Error, Report, correlation::Name};
use std::collections::{BTreeMap, HashMap};

/// All correlations of a hunt.
#[derive(Debug, Default)]
pub struct Correlations {
    /// Each stands behind those it is about.
    pub(super) all: Vec<Counter>,
    /// What happens to the matches of each rule of the engine; empty if there is no correlation.
    uses: Vec<Use>,
}

/// What happens to the matches of a rule, or to the windows of a correlation.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// They are only counted, not written.
    pub silent: bool,
    /// What counts them.
    pub feeds: Vec<Feed>,
}

/// A correlation, and what a rule is among those it is about.
#[derive(Clone, Copy, Debug)]
pub struct Feed {
    pub correlation: u32,
    pub member: u16,
}

/// A compiled correlation.
#[derive(Debug)]
pub(super) struct Counter {
    pub rule: RuleFile,
    pub condition: Condition,
    /// It is asked for what is absent, so its windows are looked at from their openings.
    pub waits: bool,
    /// The fields, or aliases, that tell one count from another.
    pub group_by: Vec<String>,
    pub members: Vec<Member>,
    /// What its windows are for.
    pub used: Use,
}

/// Where the matches of one rule have what tells one count from another, and the values that are looked at.
#[derive(Debug)]
pub(super) enum Member {
    /// In their events.
    Events { group_by: Vec<Slot>, values: Vec<Slot> },
    /// Among the values of the group of another correlation, by their place there.
    Windows {
        group_by: Vec<usize>,
        values: Vec<usize>,
    },
}

impl Correlations {
    /// How many there are.
    pub const fn count(&self) -> usize {
        self.all.len()
    }

    /// What happens to the matches of a rule, by its number in the engine; none if they are only written.
    pub fn use_of(&self, rule: u32) -> Option<&Use> {
        self.uses.get(rule as usize)
    }

    /// Compiles correlations; the engine reads [their fields](fields). `engine` has the documents of its rules, by
    /// their number there.
    pub fn compile(
        sources: &[Source],
        found: &BTreeMap<usize, Resolved<'_>>,
        engine: &[usize],
        names: &Names,
    ) -> Self {
        if found.is_empty() {
            return Self::default();
        }
        let order = lowest_first(found);
        let places: HashMap<usize, u32> = order.iter().copied().zip(0..).collect();
        let mut used: HashMap<usize, Use> = HashMap::new();
        for (number, resolved) in found {
            for (target, member) in resolved.about.iter().zip(0..) {
                let known = used.entry(*target).or_default();
                known.silent |= !resolved.correlation.generate;
                known.feeds.push(Feed {
                    correlation: places[number],
                    member,
                });
            }
        }
        let mut used = |document: &usize| used.remove(document).unwrap_or_default();
        let counter = |number: &usize| {
            let Resolved { correlation, about } = &found[number];
            let rules = correlation.rules.iter().zip(about);
            let member = |(rule, about): (&Name, &usize)| match found.get(about) {
                Some(below) => Member::of_windows(correlation, rule, below.correlation),
                None => Member::of_events(correlation, rule, names),
            };
            Counter {
                rule: RuleFile::new(&sources[*number].document.metadata),
                condition: Condition::from(*correlation),
                waits: waits(&correlation.kind),
                group_by: texts(&correlation.group_by),
                members: rules.map(member).collect(),
                used: used(number),
            }
        };
        Self {
            all: order.iter().map(counter).collect(),
            uses: engine.iter().map(used).collect(),
        }
    }
}

/// The fields that correlations look at in events.
pub fn fields<'d>(sources: &[Source], found: &BTreeMap<usize, Resolved<'d>>) -> Vec<&'d str> {
    let mut fields = Vec::new();
    for resolved in found.values() {
        let correlation = resolved.correlation;
        for (rule, about) in correlation.rules.iter().zip(&resolved.about) {
            if matches!(sources[*about].document.body, Body::Rule { .. }) {
                let asked = correlation.group_by.iter().chain(correlation.kind.fields());
                fields.extend(asked.map(|name| correlation.field_of(&name.text, &rule.text)));
            }
        }
    }
    fields
}

/// Of a window of another correlation only the values that tell its group are known: what is wrong if another is
/// asked for.
pub fn check_chain(file: &str, resolved: &Resolved<'_>, found: &BTreeMap<usize, Resolved<'_>>) -> Vec<Error> {
    let mut report = Report::new(file);
    let Resolved { correlation, about } = resolved;
    for (rule, about) in correlation.rules.iter().zip(about) {
        let Some(below) = found.get(about) else { continue };
        for name in correlation.group_by.iter().chain(correlation.kind.fields()) {
            let field = correlation.field_of(&name.text, &rule.text);
            let mut known = below.correlation.group_by.iter().map(|name| name.text.as_str());
            if known.clone().any(|known| known == field) {
                continue;
            }
            let expected = match known.next() {
                None => "a rule with `group-by`".to_owned(),
                Some(first) => sigma::error::one_of(std::iter::once(first).chain(known)),
            };
            let field = sigma::error::shown(field);
            let message = format!("`{field}` tells no windows of `{}` apart", rule.text);
            report.expected(name.position, message, expected);
        }
    }
    report.into_errors()
}

impl Member {
    fn of_events(correlation: &Correlation, rule: &Name, names: &Names) -> Self {
        let slots = |asked: &[Name]| {
            let fields = asked
                .iter()
                .map(|name| correlation.field_of(&name.text, &rule.text));
            fields.filter_map(|field| names.get(field)).collect()
        };
        Self::Events {
            group_by: slots(&correlation.group_by),
            values: slots(correlation.kind.fields()),
        }
    }

    fn of_windows(correlation: &Correlation, rule: &Name, below: &Correlation) -> Self {
        let places = |asked: &[Name]| {
            let fields = asked
                .iter()
                .map(|name| correlation.field_of(&name.text, &rule.text));
            fields
                .filter_map(|field| below.group_by.iter().position(|known| known.text == field))
                .collect()
        };
        Self::Windows {
            group_by: places(&correlation.group_by),
            values: places(correlation.kind.fields()),
        }
    }
}

fn texts(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| name.text.clone()).collect()
}

/// The documents of correlations, each behind those it is about. None is about itself.
fn lowest_first(found: &BTreeMap<usize, Resolved<'_>>) -> Vec<usize> {
    let mut order = Vec::new();
    while order.len() < found.len() {
        let known = order.len();
        for (number, resolved) in found {
            let is_open = |other: &usize| found.contains_key(other) && !order.contains(other);
            if !order.contains(number) && !resolved.about.iter().any(is_open) {
                order.push(*number);
            }
        }
        debug_assert!(order.len() > known, "a correlation is about itself");
        if order.len() == known {
            break;
        }
    }
    order
}
