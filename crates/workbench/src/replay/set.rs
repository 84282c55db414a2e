//! Alerts that a change would hide or show: how many, of which rules, some of them.

use super::diff::Listed;
use model::{Alert, AlertId, Level, LocalText, Time};
use std::{cmp::Reverse, collections::BTreeMap};

/// Alerts that are told.
const SAMPLES: usize = 20;
/// Rules that are told.
const TOLD: usize = 50;

/// Alerts, counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertSet {
    /// How many.
    pub count: u64,
    /// Of which rules, most first.
    pub rules: Listed<RuleAlerts>,
    /// The first of each rule, and then more, in order.
    pub samples: Vec<AlertLine>,
    /// When the first one happened.
    pub first: Option<Time>,
    /// When the last one did.
    pub last: Option<Time>,
}

/// A rule and how many of the alerts are its.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleAlerts {
    /// The rule's id.
    pub rule: String,
    /// What its first alert says.
    pub title: LocalText,
    /// How many.
    pub alerts: u64,
}

/// An alert as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertLine {
    /// Its id.
    pub id: AlertId,
    /// When it happened.
    pub time: Time,
    /// What happened.
    pub title: LocalText,
    /// How bad.
    pub level: Level,
}

/// Alerts on their way into a set.
#[derive(Debug, Default)]
pub(super) struct Collected {
    count: u64,
    rules: BTreeMap<String, (LocalText, u64)>,
    samples: Vec<AlertLine>,
    times: Option<(Time, Time)>,
}

impl Collected {
    pub(super) fn add(&mut self, alert: &Alert) {
        self.count += 1;
        let (first, last) = self.times.unwrap_or((alert.time, alert.time));
        self.times = Some((first.min(alert.time), last.max(alert.time)));
        let new = !self.rules.contains_key(&alert.rule.id);
        let of_rule = self.rules.entry(alert.rule.id.clone());
        of_rule.or_insert_with(|| (alert.title.clone(), 0)).1 += 1;
        // Half of the room is kept for rules that come later.
        let room = if new { SAMPLES } else { SAMPLES / 2 };
        if self.samples.len() < room {
            self.samples.push(AlertLine {
                id: alert.id,
                time: alert.time,
                title: alert.title.clone(),
                level: alert.level,
            });
        }
    }

    pub(super) fn finish(self) -> AlertSet {
        let total = self.rules.len() as u64;
        let rules = self.rules.into_iter();
        let mut rules: Vec<RuleAlerts> = rules
            .map(|(rule, (title, alerts))| RuleAlerts { rule, title, alerts })
            .collect();
        rules.sort_by_key(|rule| Reverse(rule.alerts));
        rules.truncate(TOLD);
        AlertSet {
            count: self.count,
            rules: Listed { items: rules, total },
            samples: self.samples,
            first: self.times.map(|(first, _)| first),
            last: self.times.map(|(_, last)| last),
        }
    }
}
