//! The checks of what a rule says: each is a function of its own.

use super::Findings;
use crate::{
    correlation::Correlation,
    detection::{Detection, Item, Test},
    document::{Body, Document},
    error::shown,
    number::{Comparison, Number},
    pattern::Part,
    time::TimePart,
};
use std::collections::HashSet;

/// All checks. `counted`: a correlation of the same file says for this rule what people want to know of it.
pub fn document(document: &Document, counted: bool, findings: &mut Findings<'_>) {
    metadata(document, counted, findings);
    match &document.body {
        Body::Rule { detection: what, .. } | Body::Filter { detection: what, .. } => {
            detection(what, findings);
        }
        Body::Correlation(what) => correlation(what, findings),
    }
}

fn metadata(document: &Document, counted: bool, findings: &mut Findings<'_>) {
    let about = &document.metadata;
    let filter = matches!(document.body, Body::Filter { .. });
    let missing = [
        ("id", about.id.is_none(), "a UUID that stays the same for ever"),
        (
            "level",
            about.level.is_none() && !filter && !counted,
            "how bad it is, so that the alert can be sorted",
        ),
        (
            "description",
            about.description.is_none() && !counted,
            "what it detects and why that matters",
        ),
    ];
    for (key, _, expected) in missing.into_iter().filter(|row| row.1) {
        let message = format!("`{}` has no `{key}`", shown(&about.title));
        findings.warn("missing-metadata", document.position, message, expected);
    }
}

fn detection(detection: &Detection, findings: &mut Findings<'_>) {
    for (number, selection) in detection.selections.iter().enumerate() {
        if !detection.condition.names(number) {
            let message = format!("selection `{}` is not used", shown(&selection.name));
            findings.warn(
                "unused-selection",
                selection.position,
                message,
                "it in the condition",
            );
        }
        for items in &selection.alternatives {
            contradiction(items, findings);
            for item in items {
                values(item, findings);
            }
        }
    }
}

fn values(item: &Item, findings: &mut Findings<'_>) {
    let at = item.position;
    if item.all && item.tests.len() == 1 {
        findings.warn(
            "all-of-one",
            at,
            "`all` with one value",
            "several values, or no `all`",
        );
    }
    if item.tests.len() > 1 && item.tests.contains(&Test::Null) {
        let expected = "a selection of its own for the absent field";
        findings.warn("null-in-list", at, "null in a list of values", expected);
    }
    let mut seen = HashSet::new();
    for test in &item.tests {
        if !seen.insert(key(test)) {
            findings.warn("duplicate-value", at, twice(test), "each value once");
            break;
        }
    }
    // One real expression among them, and the others stand in the same list for good reason.
    if item.tests.iter().all(|test| plain_regex(test).is_some())
        && let Some(regex) = item.tests.iter().find_map(plain_regex)
    {
        let message = format!(
            "`{}` is a regular expression without anything regular",
            shown(regex)
        );
        let expected = "`contains`, with `cased` if case matters";
        findings.warn("plain-regex", at, message, expected);
    }
    for test in &item.tests {
        if let Some(message) = impossible(test) {
            findings.warn("never-matches", at, message, "a value that occurs");
        }
    }
}

/// Equal for tests that hold for the same values.
fn key(test: &Test) -> String {
    match test {
        Test::Text(pattern) if !pattern.cased() => format!("{test:?}").to_lowercase(),
        Test::Field(reference) => format!("{} {:?} {}", reference.field, reference.shape, reference.cased),
        test => format!("{test:?}"),
    }
}

/// The expression, if plain text would do.
fn plain_regex(test: &Test) -> Option<&str> {
    match test {
        Test::Regex(regex) => {
            Some(regex.source.as_str()).filter(|s| !s.contains(|c| r"\.+*?()|[]{}^$".contains(c)))
        }
        _ => None,
    }
}

/// Names the value. Two that differ only in case are one, unless the item is `cased`: that surprises people, so it is said.
fn twice(test: &Test) -> String {
    match test {
        Test::Text(pattern) => {
            let parts = pattern.parts().iter().filter_map(|part| match part {
                Part::Text(written) => Some(written.as_str()),
                _ => None,
            });
            let case = if pattern.cased() { "" } else { ", case aside" };
            format!(
                "the value `{}` twice{case}",
                shown(&parts.collect::<Vec<_>>().join("*"))
            )
        }
        Test::Number(number) => format!("the value `{number}` twice"),
        Test::Regex(regex) => format!("the value `{}` twice", shown(&regex.source)),
        _ => "the same value twice".to_owned(),
    }
}

/// Why no value can meet a test.
fn impossible(test: &Test) -> Option<String> {
    let Test::Time(part, comparison, number) = test else {
        return None;
    };
    let (first, last) = part.range();
    let met = match comparison {
        Comparison::Neq => true,
        Comparison::Eq => whole(*number) && within(*part, *number),
        Comparison::Gt => *number < Number::Int(last),
        Comparison::Gte => *number <= Number::Int(last),
        Comparison::Lt => *number > Number::Int(first),
        Comparison::Lte => *number >= Number::Int(first),
    };
    let sign = comparison.sign();
    (!met).then(|| format!("`{}` is never {sign} {number}", part.as_str()))
}

fn whole(number: Number) -> bool {
    number.as_f64().fract() == 0.0
}

fn within(part: TimePart, number: Number) -> bool {
    let (first, last) = part.range();
    (Number::Int(first)..=Number::Int(last)).contains(&number)
}

/// A field that must be absent and have a value, in one and the same map.
fn contradiction(items: &[Item], findings: &mut Findings<'_>) {
    let absent: HashSet<&str> = items
        .iter()
        .filter(|item| !item.negated && item.tests == [Test::Exists(false)])
        .filter_map(|item| item.field.as_deref())
        .collect();
    let wants_value = |item: &&Item| {
        !item.negated && !item.tests.contains(&Test::Null) && !item.tests.contains(&Test::Exists(false))
    };
    for item in items.iter().filter(wants_value) {
        if let Some(field) = item.field.as_deref().filter(|field| absent.contains(field)) {
            let message = format!("`{}` cannot be absent and have a value", shown(field));
            findings.warn("never-matches", item.position, message, "one or the other");
        }
    }
}

fn correlation(correlation: &Correlation, findings: &mut Findings<'_>) {
    let rules: Vec<&str> = correlation.rules.iter().map(|rule| rule.text.as_str()).collect();
    let mut seen = HashSet::new();
    for rule in &correlation.rules {
        if !seen.insert(rule.text.as_str()) {
            let message = format!("rule `{}` is named twice", shown(&rule.text));
            findings.warn("duplicate-value", rule.position, message, "each rule once");
        }
    }
    for (rule, _) in correlation.aliases.iter().flat_map(|alias| &alias.fields) {
        if !rules.contains(&rule.text.as_str()) {
            let message = format!("`{}` is not among the `rules`", shown(&rule.text));
            findings.warn(
                "unknown-alias",
                rule.position,
                message,
                "a rule of this correlation",
            );
        }
    }
    for alias in &correlation.aliases {
        if !correlation
            .group_by
            .iter()
            .any(|field| field.text == alias.name.text)
        {
            let message = format!("alias `{}` is not used", shown(&alias.name.text));
            findings.warn("unused-alias", alias.name.position, message, "it in `group-by`");
        }
    }
}
