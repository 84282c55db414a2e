//! What is wrong with a whitelist, each mistake at its place.

use crate::api::{
    dto::{Condition, name},
    problem::Place,
};
use model::condition::ConditionError;

/// What is wrong with a condition that stands `at` some place: everything that would keep it from being evaluated, and a condition that asks
/// nothing, which would hide every alert.
pub fn mistakes(condition: &Condition, at: &str) -> Vec<Place> {
    let mut mistakes = Vec::new();
    let mut mistake = |place: String, message: String| {
        let place = format!("{at}{place}");
        mistakes.push(Place { place, message });
    };
    if condition.conditions.is_empty() {
        mistake(
            "/condition/conditions".to_owned(),
            "a whitelist without a condition would hide every alert".to_owned(),
        );
    }
    let fields = respond::facts::catalogue();
    for (number, predicate) in condition.conditions.iter().enumerate() {
        let place = |member| format!("/condition/conditions/{number}/{member}");
        match fields
            .iter()
            .find(|field| field.on_alert && field.name == predicate.left)
        {
            None => mistake(
                place("left"),
                format!("`{}` is no field of an alert", predicate.left),
            ),
            Some(field) if !field.operators.contains(&predicate.operator) => {
                let message = format!(
                    "`{}` cannot be compared by `{}`",
                    predicate.left,
                    name(&predicate.operator)
                );
                mistake(place("operator"), message);
            }
            Some(_) => {}
        }
    }
    match model::Condition::from(condition.clone()).compile() {
        Ok(_) => {}
        Err(ConditionError::Formula(error)) => mistake("/condition/formula".to_owned(), error.to_string()),
        Err(ConditionError::Predicate { number, source }) => {
            mistake(
                format!("/condition/conditions/{}/right", number - 1),
                source.to_string(),
            );
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn mistakes_in_conditions_have_places() {
        let check = |condition: Value, expected: &[&str]| {
            let parsed: Condition =
                serde_json::from_value(condition.clone()).unwrap_or_else(|error| panic!("{error}"));
            let places: Vec<String> = mistakes(&parsed, "")
                .into_iter()
                .map(|mistake| mistake.place)
                .collect();
            assert_eq!(places, expected, "{condition}");
        };
        let of = |left: &str, operator: &str, right: &[&str]| json!({"left": left, "operator": operator, "right": right});
        check(
            json!({"conditions": [of("attacker.ip", "in_network", &["203.0.113.0/24"])]}),
            &[],
        );
        check(json!({"conditions": []}), &["/condition/conditions"]);
        check(
            json!({"conditions": [of("status", "equals", &["handled"])]}),
            &["/condition/conditions/0/left"],
        );
        check(
            json!({"conditions": [of("level", "contains", &["5"])]}),
            &["/condition/conditions/0/operator"],
        );
        check(
            json!({"conditions": [of("attacker.ip", "in_network", &["x"])]}),
            &["/condition/conditions/0/right"],
        );
        check(
            json!({"conditions": [of("rule", "equals", &["x"])], "formula": "1&2"}),
            &["/condition/formula"],
        );
    }
}
