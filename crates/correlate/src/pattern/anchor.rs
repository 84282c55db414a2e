//! The prefilter: what an alert must literally be so that a condition can hold.
//!
//! Most alerts are of no pattern. From each condition we take one set of literal values of which an alert has to have
//! one, and look the alert up by its own few values instead of evaluating every condition.

use model::{
    Alert,
    condition::{Condition, Formula, Operator, Predicate},
};

/// The names an alert is looked up by, most telling first.
const NAMES: [&str; 5] = ["rule", "technique", "tactic", "category", "product"];

/// A value an alert has under one of [`NAMES`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Anchor {
    name: usize,
    value: String,
}

impl Anchor {
    /// Everything an alert can be looked up by.
    pub(super) fn of(alert: &Alert) -> impl Iterator<Item = Self> {
        let values: [Vec<String>; 5] = [
            vec![alert.rule.id.clone()],
            alert.techniques.clone(),
            alert.tactics.iter().map(ToString::to_string).collect(),
            vec![alert.category.clone()],
            alert.products.iter().map(ToString::to_string).collect(),
        ];
        let each =
            |(name, values): (usize, Vec<String>)| values.into_iter().map(move |value| Self { name, value });
        values.into_iter().enumerate().flat_map(each)
    }
}

/// The values of which an alert has to have one, or nothing if there is no such set.
pub(super) fn anchors(condition: &Condition) -> Option<Vec<Anchor>> {
    let count = condition.conditions.len();
    let formula = match &condition.formula {
        Some(text) => Formula::parse(text, count).ok()?,
        None => Formula::all(count),
    };
    of_formula(&formula, &condition.conditions)
}

fn of_formula(formula: &Formula, predicates: &[Predicate]) -> Option<Vec<Anchor>> {
    match formula {
        Formula::True | Formula::Not(_) => None,
        Formula::Term(number) => of_predicate(predicates.get(number - 1)?),
        Formula::And(parts) => parts
            .iter()
            .filter_map(|part| of_formula(part, predicates))
            .min_by_key(|set| (set.iter().map(|anchor| anchor.name).max(), set.len())),
        Formula::Or(parts) => {
            let sets: Option<Vec<Vec<Anchor>>> =
                parts.iter().map(|part| of_formula(part, predicates)).collect();
            sets.map(|sets| sets.into_iter().flatten().collect())
        }
    }
}

fn of_predicate(predicate: &Predicate) -> Option<Vec<Anchor>> {
    let literal = matches!(predicate.operator, Operator::Equals | Operator::In);
    // `equals` compares numbers as numbers: `4` also finds `4.0`, which no look-up does.
    let number = predicate.right.iter().any(|value| value.parse::<f64>().is_ok());
    if predicate.not || !literal || number {
        return None;
    }
    let name = NAMES.iter().position(|name| *name == predicate.left)?;
    let anchor = |value: &String| Anchor {
        name,
        value: value.clone(),
    };
    Some(predicate.right.iter().map(anchor).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(condition: serde_json::Value, expected: Option<&[&str]>) {
        let condition: Condition = serde_json::from_value(condition).unwrap();
        let found = anchors(&condition).map(|set| set.into_iter().map(|a| a.value).collect::<Vec<_>>());
        let expected = expected.map(|set| set.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(found, expected, "{condition:?}");
    }

    #[test]
    fn a_condition_is_anchored_by_what_it_must_have() {
        let category = json!({"left": "category", "operator": "in", "right": ["a", "b"]});
        let technique = json!({"left": "technique", "operator": "equals", "right": ["T1190"]});
        let not = json!({"left": "category", "operator": "equals", "right": ["a"], "not": true});
        let side = json!({"left": "side", "operator": "equals", "right": ["host"]});
        check(json!({"conditions": [category]}), Some(&["a", "b"]));
        check(json!({"conditions": [category, technique]}), Some(&["T1190"]));
        check(json!({"conditions": [category, side]}), Some(&["a", "b"]));
        check(
            json!({"conditions": [category, technique], "formula": "1|2"}),
            Some(&["a", "b", "T1190"]),
        );
        check(json!({"conditions": [category, side], "formula": "1|2"}), None);
        check(json!({"conditions": [category], "formula": "!1"}), None);
        check(json!({"conditions": [not]}), None);
        check(
            json!({"conditions": [{"left": "rule", "operator": "equals", "right": ["4"]}]}),
            None,
        );
    }
}
