//! Compiles correlations: where each of their rules has the fields they look at, and what is asked of windows.

use super::{
    counter::{Counter, Member},
    members::{Graph, Input},
    window::{self, Condition},
};
use crate::field::Address;
use model::Schema;
use sigma::{Correlation, CorrelationKind, Number, Report, Window, condition::Expression, correlation::Name};
use std::collections::HashMap;

/// What a correlation counts, and when it fires. Everything that is wrong is reported.
pub fn counter(
    correlation: &Correlation,
    inputs: &[Input],
    graph: &Graph<'_>,
    schema: &Schema,
    report: &mut Report<'_>,
) -> Option<Counter> {
    let errors = report.len();
    check(correlation, window::MAX_ENTRIES, report);
    if report.len() > errors {
        return None;
    }
    let mut fields = Fields {
        correlation,
        schema,
        known: HashMap::new(),
    };
    let inputs = inputs.iter().zip(&correlation.rules);
    let members: Vec<Option<Member>> = inputs
        .map(|(input, rule)| match input {
            Input::Detection(_) => fields.of_records(&rule.text, report),
            Input::Correlation(place, _) => {
                let about = graph.0.get(place).map(|node| node.correlation)?;
                fields.of_windows(rule, about, report)
            }
        })
        .collect();
    let is_alias = |name: &str| correlation.aliases.iter().any(|alias| alias.name.text == name);
    let shown = |name: &Name| match Address::find(&name.text, schema) {
        Some(address) if !is_alias(&name.text) => address.name(schema),
        _ => name.text.clone(),
    };
    (report.len() == errors).then_some(Counter {
        kind: correlation.kind.as_str(),
        text: text(correlation),
        waits: waits(&correlation.kind),
        group_by: correlation.group_by.iter().map(shown).collect(),
        rules: correlation.rules.iter().map(|rule| rule.text.clone()).collect(),
        members: members.into_iter().collect::<Option<_>>()?,
        condition: Condition::from(correlation),
    })
}

/// Reports what can never come true, where a window holds at most so many matches.
pub fn check(correlation: &Correlation, most: usize, report: &mut Report<'_>) {
    if waits(&correlation.kind) && matches!(correlation.window, Window::Session { .. }) {
        let message = "a session cannot be asked for what is absent";
        let expected = "window `sliding` or `tumbling`";
        report.expected(correlation.window_position, message, expected);
    }
    check_counts(correlation, most, report);
    check_aliases(correlation, report);
}

/// Whether it is asked for what is absent.
pub fn waits(kind: &CorrelationKind) -> bool {
    fn negates(expression: &Expression) -> bool {
        match expression {
            Expression::Selection(_) => false,
            Expression::Not(_) => true,
            Expression::And(parts) | Expression::Or(parts) => parts.iter().any(negates),
        }
    }
    match kind {
        CorrelationKind::Temporal(wanted) | CorrelationKind::TemporalOrdered(wanted) => {
            wanted.as_ref().is_some_and(negates)
        }
        _ => false,
    }
}

/// What counts matches must be able to reach its number.
fn check_counts(correlation: &Correlation, most: usize, report: &mut Report<'_>) {
    let most = match correlation.kind {
        CorrelationKind::EventCount | CorrelationKind::ValueCount(_) => most,
        CorrelationKind::Temporal(_) | CorrelationKind::TemporalOrdered(_) => correlation.rules.len(),
        _ => return,
    };
    let greatest = Number::Int(i64::try_from(most).unwrap_or(i64::MAX));
    if correlation.condition.iter().any(|(_, number)| *number > greatest) {
        let expected = format!("at most {most}");
        report.expected(
            correlation.condition_position,
            "the count is too high to be kept",
            expected,
        );
    }
}

/// Aliases name rules the correlation is about.
fn check_aliases(correlation: &Correlation, report: &mut Report<'_>) {
    let known = || correlation.rules.iter().map(|rule| rule.text.as_str());
    for (rule, _) in correlation.aliases.iter().flat_map(|alias| &alias.fields) {
        if !known().any(|name| name == rule.text) {
            let message = format!("`{}` is none of `rules`", sigma::error::shown(&rule.text));
            report.expected(rule.position, message, sigma::error::one_of(known()));
        }
    }
}

/// Finds the fields of a correlation in the matches of its rules.
struct Fields<'f> {
    correlation: &'f Correlation,
    schema: &'f Schema,
    /// What was found already, so that one mistake is told once.
    known: HashMap<&'f str, Option<Address>>,
}

impl<'f> Fields<'f> {
    /// The fields in `group-by`, and those whose values are looked at.
    fn asked(&self) -> [&'f [Name]; 2] {
        [&self.correlation.group_by, self.correlation.kind.fields()]
    }

    fn of_records(&mut self, rule: &str, report: &mut Report<'_>) -> Option<Member> {
        let [group_by, values] = self.asked().map(|names| {
            let mut found = Vec::new();
            for name in names {
                found.push(self.address(name, rule, report));
            }
            found.into_iter().collect::<Option<Vec<Address>>>()
        });
        Some(Member::Records {
            group_by: group_by?,
            values: values?,
        })
    }

    fn address(&mut self, name: &'f Name, rule: &str, report: &mut Report<'_>) -> Option<Address> {
        let field = self.correlation.field_of(&name.text, rule);
        let schema = self.schema;
        let found = self
            .known
            .entry(field)
            .or_insert_with(|| Address::resolve(field, name.position, schema, report));
        found.clone()
    }

    /// Of a window of another correlation, only the values that tell its group are known.
    fn of_windows(&self, rule: &Name, about: &Correlation, report: &mut Report<'_>) -> Option<Member> {
        let [group_by, values] = self.asked().map(|names| {
            let places = names.iter().map(|name| self.place(name, rule, about, report));
            places
                .collect::<Vec<_>>()
                .into_iter()
                .collect::<Option<Vec<usize>>>()
        });
        Some(Member::Windows {
            group_by: group_by?,
            values: values?,
        })
    }

    fn place(&self, name: &Name, rule: &Name, about: &Correlation, report: &mut Report<'_>) -> Option<usize> {
        let field = self.correlation.field_of(&name.text, &rule.text);
        let address = |name: &str| Address::find(name, self.schema);
        let is_it = |other: &Name| {
            other.text == field || (address(field).is_some() && address(&other.text) == address(field))
        };
        let place = about.group_by.iter().position(is_it);
        if place.is_none() {
            let field = sigma::error::shown(field);
            let message = format!("`{field}` tells no windows of `{}` apart", rule.text);
            let known = about.group_by.iter().map(|name| name.text.as_str());
            let expected = if about.group_by.is_empty() {
                "a rule with `group-by`".to_owned()
            } else {
                sigma::error::one_of(known)
            };
            report.expected(name.position, message, expected);
        }
        place
    }
}

/// The condition as people read it.
fn text(correlation: &Correlation) -> String {
    let rules = |expression: &Expression| shown(expression, &correlation.rules);
    match &correlation.kind {
        CorrelationKind::Temporal(Some(wanted)) | CorrelationKind::TemporalOrdered(Some(wanted)) => {
            rules(wanted)
        }
        _ => {
            let comparisons = correlation.condition.iter();
            let comparisons: Vec<String> = comparisons
                .map(|(comparison, number)| format!("{} {number}", comparison.sign()))
                .collect();
            comparisons.join(", ")
        }
    }
}

fn shown(expression: &Expression, rules: &[Name]) -> String {
    let joined = |parts: &[Expression], with: &str| {
        let parts = parts.iter().map(|part| match part {
            Expression::And(_) | Expression::Or(_) => format!("({})", shown(part, rules)),
            _ => shown(part, rules),
        });
        parts.collect::<Vec<_>>().join(with)
    };
    match expression {
        Expression::Selection(number) => rules
            .get(*number)
            .map_or_else(String::new, |rule| rule.text.clone()),
        Expression::Not(inner) => format!("not {}", joined(std::slice::from_ref(inner), "")),
        Expression::And(parts) => joined(parts, " and "),
        Expression::Or(parts) => joined(parts, " or "),
    }
}
