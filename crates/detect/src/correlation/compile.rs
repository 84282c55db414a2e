//! Compiles correlations: the rules they name, the fields they look at, and whether they can be run.

use super::window;
use crate::{
    field::Address,
    rule::Counter,
    ruleset::{Names, unknown_rule},
};
use model::Schema;
use sigma::{Correlation, CorrelationKind, Number, Report, Window, correlation::Name};

/// The detections a correlation counts the matches of.
pub fn references(
    file: &str,
    correlation: &Correlation,
    names: &Names<'_>,
    report: &mut Report<'_>,
) -> Vec<usize> {
    let mut matchers = Vec::new();
    for name @ Name { text, position } in &correlation.rules {
        match names.find(file, text) {
            Some((_, Some(matcher))) => matchers.push(matcher),
            Some((_, None)) => {
                let message = format!("`{text}` is a correlation itself, which is not supported yet");
                report.expected(*position, message, "a rule with `detection`");
            }
            None => unknown_rule(name, names.matchers.keys().copied(), report),
        }
    }
    matchers
}

/// Reports what a correlation asks for that no window can do yet.
fn runs(correlation: &Correlation, report: &mut Report<'_>) -> bool {
    let errors = report.len();
    let kind = &correlation.kind;
    if !matches!(kind, CorrelationKind::EventCount | CorrelationKind::ValueCount(_)) {
        let message = format!("correlation type `{}` cannot be run yet", kind.as_str());
        let expected = "`event_count` or `value_count`";
        report.expected(correlation.kind_position, message, expected);
    }
    if correlation.window != Window::Sliding {
        let message = format!("window `{}` cannot be run yet", correlation.window.as_str());
        report.expected(correlation.window_position, message, "`sliding`");
    }
    if let Some(alias) = correlation.aliases.first() {
        let message = "`aliases` cannot be run yet";
        report.expected(alias.name.position, message, "one field name for all rules");
    }
    report.len() == errors
}

/// What a correlation counts, and when it fires.
pub fn counter(correlation: &Correlation, schema: &Schema, report: &mut Report<'_>) -> Option<Counter> {
    if !runs(correlation, report) {
        return None;
    }
    let resolve = |names: &[Name], report: &mut Report<'_>| -> Vec<Option<Address>> {
        let resolved = names.iter();
        resolved
            .map(|name| Address::resolve(&name.text, name.position, schema, report))
            .collect()
    };
    let values = match &correlation.kind {
        CorrelationKind::ValueCount(fields) => resolve(fields, report),
        _ => Vec::new(),
    };
    let group_by = resolve(&correlation.group_by, report);
    let most = Number::Int(window::MAX_ENTRIES as i64);
    if correlation.condition.iter().any(|(_, number)| *number > most) {
        let expected = format!("at most {most}");
        report.expected(
            correlation.condition_position,
            "the count is too high to be kept",
            expected,
        );
        return None;
    }
    Some(Counter {
        kind: correlation.kind.as_str(),
        condition: window::Condition {
            timespan: correlation.timespan,
            distinct: matches!(correlation.kind, CorrelationKind::ValueCount(_)),
            comparisons: correlation.condition.clone(),
        },
        group_by: group_by.into_iter().collect::<Option<_>>()?,
        values: values.into_iter().collect::<Option<_>>()?,
    })
}
