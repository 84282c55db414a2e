//! The checks of what a rule says: each is a function of its own.

use super::{Check, Findings, Missing};
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
        (
            Missing::Id,
            about.id.is_none(),
            "a UUID that stays the same for ever",
        ),
        (
            Missing::Level,
            about.level.is_none() && !filter && !counted,
            "how bad it is, so that the alert can be sorted",
        ),
        (
            Missing::Description,
            about.description.is_none() && !counted,
            "what it detects and why that matters",
        ),
    ];
    for (key, _, expected) in missing.into_iter().filter(|row| row.1) {
        let rule = shown(&about.title);
        let message = format!("`{rule}` has no `{}`", key.key());
        findings.warn(
            Check::MissingMetadata { rule, key },
            document.position,
            message,
            expected,
        );
    }
}

fn detection(detection: &Detection, findings: &mut Findings<'_>) {
    for (number, selection) in detection.selections.iter().enumerate() {
        if !detection.condition.names(number) {
            let name = shown(&selection.name);
            let message = format!("selection `{name}` is not used");
            let check = Check::UnusedSelection { selection: name };
            findings.warn(check, selection.position, message, "it in the condition");
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
            Check::AllOfOne,
            at,
            "`all` with one value",
            "several values, or no `all`",
        );
    }
    if item.tests.len() > 1 && item.tests.contains(&Test::Null) {
        let expected = "a selection of its own for the absent field";
        findings.warn(Check::NullInList, at, "null in a list of values", expected);
    }
    let mut seen = HashSet::new();
    for test in &item.tests {
        if !seen.insert(key(test)) {
            let (value, case_aside) = twice(test);
            let message = match &value {
                Some(value) => format!(
                    "the value `{value}` twice{}",
                    if case_aside { ", case aside" } else { "" }
                ),
                None => "the same value twice".to_owned(),
            };
            let check = Check::DuplicateValue { value, case_aside };
            findings.warn(check, at, message, "each value once");
            break;
        }
    }
    // One real expression among them, and the others stand in the same list for good reason.
    if item.tests.iter().all(|test| plain_regex(test).is_some())
        && let Some(regex) = item.tests.iter().find_map(plain_regex)
    {
        let regex = shown(regex);
        let message = format!("`{regex}` is a regular expression without anything regular");
        let expected = "`contains`, with `cased` if case matters";
        findings.warn(Check::PlainRegex { regex }, at, message, expected);
    }
    for test in &item.tests {
        if let Some((part, comparison)) = impossible(test) {
            let message = format!("`{part}` is never {comparison}");
            let check = Check::NeverMatches { part, comparison };
            findings.warn(check, at, message, "a value that occurs");
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

/// The value, if it can be shown. Two that differ only in case are one, unless the item is `cased`: that surprises people,
/// so it is said.
fn twice(test: &Test) -> (Option<String>, bool) {
    match test {
        Test::Text(pattern) => {
            let parts = pattern.parts().iter().filter_map(|part| match part {
                Part::Text(written) => Some(written.as_str()),
                _ => None,
            });
            (
                Some(shown(&parts.collect::<Vec<_>>().join("*"))),
                !pattern.cased(),
            )
        }
        Test::Number(number) => (Some(number.to_string()), false),
        Test::Regex(regex) => (Some(shown(&regex.source)), false),
        _ => (None, false),
    }
}

/// The part of a time that no value can have, and what it is never.
fn impossible(test: &Test) -> Option<(&'static str, String)> {
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
    (!met).then(|| (part.as_str(), format!("{} {number}", comparison.sign())))
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
            let field = shown(field);
            let message = format!("`{field}` cannot be absent and have a value");
            findings.warn(
                Check::Contradiction { field },
                item.position,
                message,
                "one or the other",
            );
        }
    }
}

fn correlation(correlation: &Correlation, findings: &mut Findings<'_>) {
    let rules: Vec<&str> = correlation.rules.iter().map(|rule| rule.text.as_str()).collect();
    let mut seen = HashSet::new();
    for rule in &correlation.rules {
        if !seen.insert(rule.text.as_str()) {
            let name = shown(&rule.text);
            let message = format!("rule `{name}` is named twice");
            let check = Check::DuplicateRule { rule: name };
            findings.warn(check, rule.position, message, "each rule once");
        }
    }
    for (rule, _) in correlation.aliases.iter().flat_map(|alias| &alias.fields) {
        if !rules.contains(&rule.text.as_str()) {
            let name = shown(&rule.text);
            let message = format!("`{name}` is not among the `rules`");
            let check = Check::UnknownAlias { rule: name };
            findings.warn(check, rule.position, message, "a rule of this correlation");
        }
    }
    for alias in &correlation.aliases {
        if !correlation
            .group_by
            .iter()
            .any(|field| field.text == alias.name.text)
        {
            let name = shown(&alias.name.text);
            let message = format!("alias `{name}` is not used");
            let check = Check::UnusedAlias { alias: name };
            findings.warn(check, alias.name.position, message, "it in `group-by`");
        }
    }
}
