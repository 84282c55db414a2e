//! Rules over old logs: what they would have found, on which days, and which events would have followed.
//!
//! Records come one at a time and are not kept. Days, entities, events and ids are counted exactly up to a limit, and what
//! lies beyond is said to. What the stages remember is what they remember in the server: the windows of the rules, and the
//! alerts of a week of event time.

mod days;
mod entities;
mod events;
mod merge;
mod report;
mod sample;
mod seen;

pub use merge::{Merged, Origin, RawRecord};
pub use report::{
    AlertSample, BacktestReport, Budget, DayCount, EntityCount, EventSample, RecordCount, RuleCount, Verdict,
};
pub(crate) use sample::sample;
pub(crate) use seen::Seen;

use crate::{bench::Bench, compiled::Compiled, finding::Finding, read};
use correlate::{Correlator, Settings};
use days::Days;
use detect::{Detector, RuleSource};
use entities::Entities;
use events::Events;
use model::{Alert, RecordView, Time};
use normalise::Catalogue;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Samples of one rule that are kept.
const SAMPLES: usize = 3;

/// Rules on their way over old logs.
#[derive(Debug)]
pub struct Backtest {
    catalogue: Arc<Catalogue>,
    detector: Detector,
    correlator: Correlator,
    budget: Budget,
    seen: Seen,
    records: RecordCount,
    first: Option<Time>,
    last: Option<Time>,
    days: Days,
    entities: Entities,
    events: Events,
    rules: BTreeMap<String, PerRule>,
}

/// What is kept of the alerts of a rule.
#[derive(Debug, Default)]
struct PerRule {
    alerts: u64,
    days: HashMap<i64, u64>,
    samples: Vec<Alert>,
}

impl Backtest {
    /// Gets rules ready; what does not load is told and left out.
    pub fn new(bench: &Bench, rules: &[RuleSource], budget: Budget) -> (Self, Vec<Finding>) {
        let mut compiled = Compiled::new(bench, rules);
        let errors = std::mem::take(&mut compiled.errors);
        (Self::of(bench, compiled, budget), errors)
    }

    /// The same of rules that are compiled.
    pub fn of(bench: &Bench, compiled: Compiled, budget: Budget) -> Self {
        let known = compiled.own().map(|rule| (rule.id.clone(), PerRule::default()));
        Self {
            catalogue: Arc::clone(&bench.catalogue),
            rules: known.collect(),
            detector: Detector::new(Arc::new(compiled.set)),
            correlator: Correlator::new(Settings {
                tactic_order: bench.tactics.clone(),
                patterns: bench.patterns.clone(),
                ..Settings::default()
            }),
            budget,
            seen: Seen::default(),
            records: RecordCount::default(),
            first: None,
            last: None,
            days: Days::default(),
            entities: Entities::default(),
            events: Events::default(),
        }
    }

    /// Asks the rules about a record. Records of several logs should come in the order of their times, see [`Merged`].
    pub fn record(&mut self, raw: &RawRecord<'_>) {
        self.records.received += 1;
        let catalogue = Arc::clone(&self.catalogue);
        match read::record(&catalogue, raw.feed, raw.received, raw.position, raw.raw) {
            Ok(record) if !self.seen.insert(record.meta().id) => self.records.duplicate += 1,
            Ok(record) => {
                let time = record.meta().time;
                self.records.read += 1;
                self.first = Some(self.first.map_or(time, |first| first.min(time)));
                self.last = Some(self.last.map_or(time, |last| last.max(time)));
                self.days.at(time).records += 1;
                for alert in self.detector.detect(&[record]) {
                    self.alert(alert, time);
                }
            }
            Err(dead) => {
                self.records.unread += 1;
                let because = || format!("{}: {}", raw.feed.product, dead.detail);
                self.records.unread_because.get_or_insert_with(because);
            }
        }
    }

    /// How many alerts there are so far.
    pub fn alerts(&self) -> u64 {
        self.rules.values().map(|rule| rule.alerts).sum()
    }

    fn alert(&mut self, alert: Alert, now: Time) {
        self.days.at(alert.time).alerts += 1;
        self.entities.add(&alert.entities);
        let changes = self.correlator.alert(&alert, now);
        self.events.add(alert.id, changes, &mut self.days);
        let rule = self.rules.entry(alert.rule.id.clone()).or_default();
        rule.alerts += 1;
        if rule.days.len() < days::MOST {
            *rule.days.entry(alert.time.day()).or_default() += 1;
        }
        if rule.samples.len() < SAMPLES {
            rule.samples.push(alert);
        } else {
            self.events.forget(alert.id);
        }
    }

    /// What came of it.
    pub fn finish(mut self) -> BacktestReport {
        let now = self.last.unwrap_or_default();
        for alert in self.detector.finish() {
            self.alert(alert, now);
        }
        let alerts = self.alerts();
        let set = self.detector.rules();
        let mut rules: Vec<RuleCount> = set
            .rules()
            .filter_map(|info| Some((info, self.rules.get(&info.id)?)))
            .map(|(info, rule)| RuleCount {
                id: info.id.clone(),
                title: info.title.en.clone(),
                level: info.level,
                alerts: rule.alerts,
                most_per_day: rule.days.values().copied().max().unwrap_or(0),
            })
            .collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.alerts));
        let per_rule = rules.iter().filter_map(|rule| self.rules.get(&rule.id));
        let samples = per_rule.flat_map(|rule| &rule.samples);
        BacktestReport {
            samples: samples
                .map(|alert| sample(alert, self.events.of(alert.id)))
                .collect(),
            verdicts: verdicts(&self.budget, &self.days),
            days: self.days.counts(),
            events: self.events.count(),
            top_events: self.events.top(),
            entities: self.entities.top(),
            suppressed: self.detector.counters().suppressed,
            records: self.records,
            first: self.first,
            last: self.last,
            alerts,
            rules,
        }
    }
}

fn verdicts(budget: &Budget, days: &Days) -> Vec<Verdict> {
    let parts = [
        ("alerts/day", budget.alerts_per_day, days.worst(|day| day.alerts)),
        ("events/day", budget.events_per_day, days.worst(|day| day.events)),
    ];
    let asked = parts
        .into_iter()
        .filter_map(|(what, limit, worst)| Some((what, limit?, worst)));
    asked
        .map(|(what, limit, worst)| {
            let (day, most) = worst.map_or((None, 0), |(day, most)| (Some(day), most));
            Verdict {
                what,
                limit,
                most,
                day,
                exceeded: most > limit,
            }
        })
        .collect()
}
