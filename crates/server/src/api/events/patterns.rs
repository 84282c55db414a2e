//! The expert patterns that hold in an event: which alerts take which of their steps.

use crate::api::dto::Text;
use correlate::pattern::{Pattern, Patterns};
use model::{AlertId, LocalText, Time};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::{PatternAlert, PatternLink};
use utoipa::ToSchema;

/// An expert pattern that holds in an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventPattern {
    /// Its id.
    id: String,
    /// What happened.
    title: Text,
    /// Its steps, each with the alerts that take it.
    steps: Vec<EventPatternStep>,
}

/// A step of a pattern in an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EventPatternStep {
    /// Its number, from 1.
    number: usize,
    /// What happens in it.
    name: Text,
    /// The alerts that take it, oldest first.
    alerts: Vec<EventPatternAlert>,
}

/// An alert that takes a step.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct EventPatternAlert {
    /// `alt_…`.
    alert_id: String,
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    title: Text,
}

/// The patterns of an event, by the links that they made in it.
pub fn of(links: &[PatternLink], known: &Patterns) -> Vec<EventPattern> {
    let mut by_pattern: BTreeMap<&str, Vec<&PatternLink>> = BTreeMap::new();
    for link in links {
        by_pattern.entry(&link.pattern).or_default().push(link);
    }
    let patterns = by_pattern.into_iter().map(|(id, links)| {
        let pattern = known
            .iter()
            .map(|(_, pattern)| pattern)
            .find(|pattern| pattern.id == id);
        EventPattern {
            id: id.to_owned(),
            title: pattern
                .map_or_else(|| LocalText::same(id), |p| p.title.clone())
                .into(),
            steps: steps(&links, pattern),
        }
    });
    patterns.collect()
}

fn steps(links: &[&PatternLink], pattern: Option<&Pattern>) -> Vec<EventPatternStep> {
    let later: BTreeSet<_> = links.iter().map(|link| link.later.id).collect();
    let mut taken: BTreeMap<usize, BTreeMap<(Time, AlertId), &PatternAlert>> = BTreeMap::new();
    for link in links {
        // A match begins with an alert that follows none.
        let first = (!later.contains(&link.earlier.id)).then_some((1, &link.earlier));
        for (step, alert) in first.into_iter().chain([(link.step, &link.later)]) {
            taken
                .entry(step)
                .or_default()
                .insert((alert.time, alert.id), alert);
        }
    }
    let step = |(number, alerts): (usize, BTreeMap<(Time, AlertId), &PatternAlert>)| {
        let name = pattern.and_then(|pattern| pattern.steps.get(number.checked_sub(1)?));
        let unnamed = || LocalText::new(format!("Step {number}"), format!("第 {number} 步"));
        EventPatternStep {
            number,
            name: name.map_or_else(unnamed, |step| step.name.clone()).into(),
            alerts: alerts.into_values().map(EventPatternAlert::of).collect(),
        }
    };
    taken.into_iter().map(step).collect()
}

impl EventPatternAlert {
    fn of(alert: &PatternAlert) -> Self {
        Self {
            alert_id: alert.id.to_string(),
            time: alert.time,
            title: alert.title.clone().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(number: u128) -> PatternAlert {
        PatternAlert {
            id: AlertId::from_bits(number),
            time: Time::from_secs(number as i64),
            title: LocalText::same(format!("alert {number}")),
        }
    }

    #[test]
    fn alerts_stand_at_the_step_they_take() {
        let link = |pattern: &str, step, earlier, later| PatternLink {
            pattern: pattern.to_owned(),
            step,
            earlier: alert(earlier),
            later: alert(later),
        };
        // Two matches of one pattern share their first step; another pattern counts three of a kind.
        let links = [
            link("a", 2, 1, 2),
            link("a", 3, 2, 3),
            link("a", 2, 1, 4),
            link("b", 1, 2, 3),
            link("b", 1, 3, 5),
        ];
        let told: Vec<_> = of(&links, &Patterns::default())
            .into_iter()
            .map(|pattern| {
                let step = |step: &EventPatternStep| (step.number, step.name.zh.clone(), step.alerts.len());
                (
                    pattern.id.clone(),
                    pattern.steps.iter().map(step).collect::<Vec<_>>(),
                )
            })
            .collect();
        let step = |number: usize, alerts| (number, format!("第 {number} 步"), alerts);
        assert_eq!(
            told,
            [
                ("a".to_owned(), vec![step(1, 1), step(2, 2), step(3, 1)]),
                ("b".to_owned(), vec![step(1, 3)]),
            ]
        );
    }
}
