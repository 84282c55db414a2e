//! What is wrong with a pattern: everything that can be found without alerts, each with its place.

use super::{Join, Pattern, Step, span};
use model::{
    LocalText,
    condition::{Condition, ConditionError, FormulaError},
    whitelist::AlertFacts,
};
use std::{fmt, time::Duration};

/// A partial match is not kept for longer.
const LONGEST: Duration = Duration::from_hours(7 * 24);
/// More steps than anybody can follow.
const MOST_STEPS: usize = 12;
/// More alerts of one step than a partial match should hold.
const MOST_ALERTS: u32 = 100;

/// A mistake and where it stands, such as `steps[1].when.conditions[0].left`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where; indices count from 0.
    pub path: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

impl Mistake {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Mistakes as they are found.
struct Found(Vec<Mistake>);

impl Found {
    fn tell(&mut self, wrong: bool, path: &str, message: impl FnOnce() -> String) {
        if wrong {
            self.0.push(Mistake::new(path, message()));
        }
    }
}

impl Pattern {
    /// Everything that is wrong with it. [`Self::run`] tells what is wrong with its tests.
    pub fn check(&self) -> Vec<Mistake> {
        let mut found = Found(Vec::new());
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        found.tell(self.id.is_empty() || !self.id.chars().all(legal), "id", || {
            format!("`{}` is not an id: expected `a` to `z`, digits and `_`", self.id)
        });
        both_languages(&self.title, "title", &mut found);
        both_languages(&self.description, "description", &mut found);
        length(self.within, LONGEST, "within", &mut found);
        joins(&self.join, "join", &mut found);
        found.tell(self.steps.is_empty(), "steps", || {
            "a pattern has at least one step".to_owned()
        });
        found.tell(self.steps.len() > MOST_STEPS, "steps", || {
            format!("`{}` steps: expected at most {MOST_STEPS}", self.steps.len())
        });
        for (number, step) in self.steps.iter().enumerate() {
            self.check_step(number, step, &mut found);
        }
        found.0
    }

    fn check_step(&self, number: usize, step: &Step, found: &mut Found) {
        let path = |rest: &str| format!("steps[{number}].{rest}");
        both_languages(&step.name, &path("name"), found);
        condition(&step.when, &path("when"), found);
        found.tell(
            step.at_least == 0 || step.at_least > MOST_ALERTS,
            &path("at_least"),
            || {
                format!(
                    "`{}` alerts: expected a number from 1 to {MOST_ALERTS}",
                    step.at_least
                )
            },
        );
        if let Some(gap) = step.gap {
            length(gap, self.within, &path("gap"), found);
        }
        joins(&step.join, &path("join"), found);
        let join = self.join_of(number);
        // The first alert of all has nothing before it; every other one has to be tied to something.
        let alone = number == 0 && step.at_least <= 1;
        found.tell(!alone && join.is_empty(), &path("join"), || {
            "nothing ties its alerts to earlier ones: expected a `join` here or in the pattern".to_owned()
        });
        found.tell(alone && !step.join.is_empty(), &path("join"), || {
            "nothing comes before the first alert that it could be joined to".to_owned()
        });
        if let Some(kind) = step.another {
            found.tell(alone, &path("another"), || {
                format!("nothing comes before the first alert that could be another `{kind}`")
            });
            let only = !join.is_empty() && join.iter().all(|join| join.kind == kind);
            found.tell(only, &path("another"), || {
                format!("its alerts are to share a `{kind}` with earlier ones and to be of another `{kind}`")
            });
        }
    }
}

fn both_languages(text: &LocalText, path: &str, found: &mut Found) {
    for (language, text) in [("en", &text.en), ("zh", &text.zh)] {
        found.tell(text.trim().is_empty(), &format!("{path}.{language}"), || {
            "the text is empty".to_owned()
        });
    }
}

fn length(span: Duration, most: Duration, path: &str, found: &mut Found) {
    found.tell(span.is_zero() || span > most, path, || {
        let (span, most) = (span::print(span), span::print(most));
        format!("`{span}`: expected more than nothing and at most {most}")
    });
}

fn joins(joins: &[Join], path: &str, found: &mut Found) {
    for (number, join) in joins.iter().enumerate() {
        found.tell(
            joins[..number].contains(join),
            &format!("{path}[{number}]"),
            || format!("this join of `{}` stands there twice", join.kind),
        );
    }
}

fn condition(condition: &Condition, path: &str, found: &mut Found) {
    found.tell(
        condition.conditions.is_empty(),
        &format!("{path}.conditions"),
        || "a step names at least one condition, or it would take every alert".to_owned(),
    );
    for (number, predicate) in condition.conditions.iter().enumerate() {
        let path = format!("{path}.conditions[{number}]");
        found.tell(
            !AlertFacts::knows(&predicate.left),
            &format!("{path}.left"),
            || unknown(&predicate.left),
        );
        // One at a time, so that all mistakes are found and not the first alone.
        let alone = Condition {
            conditions: vec![predicate.clone()],
            formula: None,
        };
        if let Err(ConditionError::Predicate { source, .. }) = alone.compile() {
            found.tell(true, &format!("{path}.right"), || source.to_string());
        }
    }
    if let Some(Err(error)) = formula(condition) {
        found.tell(true, &format!("{path}.formula"), || error.to_string());
    }
}

fn formula(condition: &Condition) -> Option<Result<model::Formula, FormulaError>> {
    let text = condition.formula.as_ref()?;
    Some(model::Formula::parse(text, condition.conditions.len()))
}

fn unknown(name: &str) -> String {
    format!(
        "`{name}` is nothing an alert has: expected {}, or `entity`, `attacker`, `victim` or `artefact` with a type, \
         such as `victim.host`",
        AlertFacts::PLAIN.join(", ")
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const GOOD: &str = "
id: shell_after_attack
title: {en: Attack then shell, zh: 攻击后反弹}
description: {en: An attack and a shell., zh: 攻击与反弹。}
within: 6h
join: [host, ip: attacker]
steps:
  - name: {en: Attack, zh: 攻击}
    when: {conditions: [{left: category, operator: equals, right: [abnormal_web_access]}]}
  - name: {en: Shell, zh: 反弹}
    gap: 1h
    when: {conditions: [{left: technique, operator: in, right: [T1059, T1095]}]}
";

    #[test]
    fn a_sound_pattern_has_no_mistakes() {
        let pattern: Pattern = serde_saphyr::from_str(GOOD).unwrap();
        assert_eq!(pattern.check(), []);
        let again: Pattern = serde_json::from_value(serde_json::to_value(&pattern).unwrap()).unwrap();
        assert_eq!(again, pattern);
    }

    #[test]
    fn each_mistake_has_its_place() {
        let check = |good: &str, bad: &str, expected: &[&str]| {
            assert!(GOOD.contains(good), "{good}");
            let pattern: Pattern = serde_saphyr::from_str(&GOOD.replace(good, bad)).unwrap();
            let found: Vec<String> = pattern.check().iter().map(ToString::to_string).collect();
            assert_eq!(found.len(), expected.len(), "{bad}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(found.starts_with(expected), "{bad}: {found}");
            }
        };
        check("shell_after_attack", "Shell-1", &["id: `Shell-1` is not an id"]);
        check("zh: 攻击后反弹", "zh: ' '", &["title.zh: the text is empty"]);
        check("within: 6h", "within: 8d", &["within: `8d`: expected more than"]);
        check(
            "within: 6h",
            "within: 30m",
            &["steps[1].gap: `1h`: expected more than nothing and at most 30m"],
        );
        check(
            "join: [host, ip: attacker]",
            "join: [host, host]",
            &["join[1]: this join of `host` stands"],
        );
        check(
            "join: [host, ip: attacker]",
            "",
            &["steps[1].join: nothing ties its alerts"],
        );
        check(
            "left: technique",
            "left: techniques",
            &["steps[1].when.conditions[0].left: `techniques` is nothing an alert has"],
        );
        check(
            "operator: equals, right: [abnormal_web_access]",
            "operator: matches, right: ['(']",
            &["steps[0].when.conditions[0].right: `(` is not a regular expression"],
        );
        check(
            "right: [T1059, T1095]}]}",
            "right: [T1059]}], formula: 1&2}",
            &["steps[1].when.formula: column 3 of the formula: condition `2`"],
        );
        check("gap: 1h", "at_least: 0", &["steps[1].at_least: `0` alerts"]);
        check("gap: 1h", "another: host", &[]);
        check(
            "gap: 1h",
            "join: [host]\n    another: host",
            &["steps[1].another: its alerts are to share a `host`"],
        );
        check(
            "when: {conditions: [{left: category, operator: equals, right: [abnormal_web_access]}]}",
            "another: host\n    when: {conditions: []}",
            &[
                "steps[0].when.conditions: a step names",
                "steps[0].another: nothing comes before",
            ],
        );
    }

    #[test]
    fn unknown_keys_are_refused() {
        let text = GOOD.replace("gap: 1h", "gaps: 1h");
        let error = serde_saphyr::from_str::<Pattern>(&text).unwrap_err().to_string();
        assert!(error.contains("gaps"), "{error}");
    }
}
