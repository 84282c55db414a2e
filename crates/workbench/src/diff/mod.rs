//! Two sets of rules compared: what was added, removed and changed, and what that does to the alerts over old logs.

mod report;
mod rules;

pub use report::{Change, Diff, LogDiff, RuleChange, RuleDelta, RuleDiff, RuleLine};

use crate::{
    backtest::{RawRecord, Seen, sample},
    bench::Bench,
    compiled::Compiled,
    finding::Finding,
    read,
};
use detect::{Detector, RuleSource};
use model::{Alert, RecordView as _};
use normalise::Catalogue;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Alerts of one rule that are shown, gained or lost.
const SAMPLES: usize = 3;

/// Two sets of rules, and what they make of the logs that come by.
#[derive(Debug)]
pub struct Comparison {
    catalogue: Arc<Catalogue>,
    rules: RuleDiff,
    old_errors: Vec<Finding>,
    new_errors: Vec<Finding>,
    old: Detector,
    new: Detector,
    seen: Seen,
    titles: BTreeMap<String, String>,
    records: u64,
    unread: u64,
    deltas: BTreeMap<String, RuleDelta>,
    asked: bool,
}

impl Comparison {
    /// Compares two sets of rules.
    pub fn new(bench: &Bench, old: &[RuleSource], new: &[RuleSource]) -> Self {
        let before = Compiled::new(bench, old);
        let after = Compiled::new(bench, new);
        let own = before.own().chain(after.own());
        Self {
            catalogue: Arc::clone(&bench.catalogue),
            rules: rules::compare(&before, &after),
            titles: own.map(|rule| (rule.id.clone(), rule.title.en.clone())).collect(),
            old_errors: before.errors,
            new_errors: after.errors,
            old: Detector::new(Arc::new(before.set)),
            new: Detector::new(Arc::new(after.set)),
            seen: Seen::default(),
            records: 0,
            unread: 0,
            deltas: BTreeMap::new(),
            asked: false,
        }
    }

    /// Asks both sets about a record. An alert that both raise for it, over the same records, is the same alert.
    pub fn record(&mut self, raw: &RawRecord<'_>) {
        self.asked = true;
        let Ok(record) = read::record(&self.catalogue, raw.feed, raw.received, raw.position, raw.raw) else {
            self.unread += 1;
            return;
        };
        if !self.seen.insert(record.meta().id) {
            return;
        }
        self.records += 1;
        let records = [record];
        let (old, new) = (self.old.detect(&records), self.new.detect(&records));
        self.compare(&old, &new);
    }

    fn compare(&mut self, old: &[Alert], new: &[Alert]) {
        let ids = |alerts: &[Alert]| alerts.iter().map(|alert| alert.id).collect::<BTreeSet<_>>();
        let (before, after) = (ids(old), ids(new));
        for alert in old {
            let delta = self.delta(alert);
            delta.before += 1;
            if !after.contains(&alert.id) {
                delta.lost += 1;
                push(&mut delta.lost_samples, alert);
            }
        }
        for alert in new {
            let delta = self.delta(alert);
            delta.after += 1;
            if !before.contains(&alert.id) {
                delta.gained += 1;
                push(&mut delta.gained_samples, alert);
            }
        }
    }

    fn delta(&mut self, alert: &Alert) -> &mut RuleDelta {
        let id = &alert.rule.id;
        let title = || self.titles.get(id).cloned().unwrap_or_default();
        self.deltas.entry(id.clone()).or_insert_with(|| RuleDelta {
            id: id.clone(),
            title: title(),
            before: 0,
            after: 0,
            gained: 0,
            lost: 0,
            gained_samples: Vec::new(),
            lost_samples: Vec::new(),
        })
    }

    /// What came of it.
    pub fn finish(mut self) -> Diff {
        let (old, new) = (self.old.finish(), self.new.finish());
        self.compare(&old, &new);
        let changed = self
            .deltas
            .into_values()
            .filter(|delta| delta.gained + delta.lost > 0);
        let mut rules: Vec<RuleDelta> = changed.collect();
        rules.sort_by_key(|delta| std::cmp::Reverse(delta.gained + delta.lost));
        Diff {
            rules: self.rules,
            logs: self.asked.then_some(LogDiff {
                records: self.records,
                unread: self.unread,
                rules,
            }),
            old_errors: self.old_errors,
            new_errors: self.new_errors,
        }
    }
}

fn push(samples: &mut Vec<crate::AlertSample>, alert: &Alert) {
    if samples.len() < SAMPLES {
        samples.push(sample(alert, None));
    }
}
