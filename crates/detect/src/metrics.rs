//! What each rule does and what it takes, for the people who tune rules; and the budget no rule may exceed.

use crate::{
    matcher::{Clock, Cost, Watch},
    ruleset::RuleSet,
};
use model::Alert;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How often a rule must have been measured before it can be paused.
const FIRST_LOOK: u32 = 50;

/// What a rule did since it was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleMetrics {
    /// Records that matched.
    pub matches: u64,
    /// Alerts it raised.
    pub alerts: u64,
    /// About how long its detections were looked at, in microseconds.
    pub microseconds: u64,
    /// It took more time than a rule may, and is not asked any more.
    pub paused: bool,
}

/// How long a rule may take for one record on average, by which clock.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The time a record may take.
    pub per_record: Duration,
    /// Measures it.
    pub clock: Clock,
}

/// What one rule did.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    matches: u64,
    alerts: u64,
    /// How long it took before the numbers of detections last changed.
    took: Duration,
}

/// Counts by rule id, and detections that are paused.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: BTreeMap<String, Count>,
    budget: Option<Duration>,
    paused: BTreeSet<u32>,
}

impl Metrics {
    /// From now on, rules over the budget are paused.
    pub const fn limit(&mut self, budget: Budget) {
        self.budget = Some(budget.per_record);
    }

    /// Counts a match of a detection, and the alerts it led to.
    pub fn count(&mut self, rules: &RuleSet, detection: usize, alerts: &[Alert]) {
        let matcher = &rules.matchers[detection];
        for rule in matcher.feeds() {
            self.of(&rules.rules[rule].info.id).matches += 1;
        }
        self.count_alerts(alerts);
    }

    /// Counts alerts that came of time passing.
    pub fn count_alerts(&mut self, alerts: &[Alert]) {
        for alert in alerts {
            self.of(&alert.rule.id).alerts += 1;
        }
    }

    fn of(&mut self, rule: &str) -> &mut Count {
        self.counts.entry(rule.to_owned()).or_default()
    }

    /// Whether a detection is paused.
    pub fn is_paused(&self, detection: u32) -> bool {
        self.paused.contains(&detection)
    }

    /// Pauses a detection if it takes too long: whether that is news.
    pub fn judge(&mut self, detection: u32, cost: Cost) -> bool {
        let over = self.budget.is_some_and(|budget| cost.mean() > budget);
        over && cost.asked >= FIRST_LOOK && self.paused.insert(detection)
    }

    /// Notes what the rules took so far and gives every detection another chance: the numbers are about to stand for
    /// other ones.
    pub fn turn_over(&mut self, rules: &RuleSet, watch: &mut Watch) {
        for (matcher, number) in rules.matchers.iter().zip(0..) {
            for rule in matcher.feeds() {
                self.of(&rules.rules[rule].info.id).took += watch.cost(number).estimate();
            }
        }
        watch.forget();
        self.paused.clear();
    }

    /// What each rule that is on did, by its id.
    pub fn report(&self, rules: &RuleSet, watch: Option<&Watch>) -> BTreeMap<String, RuleMetrics> {
        let mut report: BTreeMap<String, RuleMetrics> = BTreeMap::new();
        for rule in rules.rules().filter(|rule| rule.enabled) {
            let Count {
                matches,
                alerts,
                took,
            } = self.counts.get(&rule.id).copied().unwrap_or_default();
            let metrics = RuleMetrics {
                matches,
                alerts,
                microseconds: took.as_micros() as u64,
                paused: false,
            };
            report.insert(rule.id.clone(), metrics);
        }
        for (matcher, number) in rules.matchers.iter().zip(0..) {
            let took = watch.map_or(Duration::ZERO, |watch| watch.cost(number).estimate());
            for rule in matcher.feeds() {
                if let Some(metrics) = report.get_mut(&rules.rules[rule].info.id) {
                    metrics.microseconds += took.as_micros() as u64;
                    metrics.paused |= self.is_paused(number);
                }
            }
        }
        report
    }
}
