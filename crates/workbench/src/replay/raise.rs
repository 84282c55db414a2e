//! The alerts that rules would have raised from old records: they take the place of those that were raised then.

use super::MOST;
use crate::{
    backtest::{RawRecord, Seen},
    bench::Bench,
    compiled::Compiled,
    read,
};
use detect::Detector;
use model::{Alert, RecordView};
use normalise::Catalogue;
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

/// Rules on their way over old records.
#[derive(Debug)]
pub struct Raiser {
    catalogue: Arc<Catalogue>,
    detector: Detector,
    rules: BTreeSet<String>,
    seen: Seen,
    alerts: Vec<Alert>,
}

impl Raiser {
    /// Gets compiled rules ready.
    pub fn of(bench: &Bench, compiled: Compiled) -> Self {
        Self {
            catalogue: Arc::clone(&bench.catalogue),
            rules: compiled.own().map(|rule| rule.id.clone()).collect(),
            detector: Detector::new(Arc::new(compiled.set)),
            seen: Seen::default(),
            alerts: Vec::new(),
        }
    }

    /// The rules' ids.
    pub fn rules(&self) -> &BTreeSet<String> {
        &self.rules
    }

    /// How many alerts there are so far.
    pub fn alerts(&self) -> u64 {
        self.alerts.len() as u64
    }

    /// Whether it takes no more: so many alerts are an answer by themselves.
    pub fn is_full(&self) -> bool {
        self.alerts() >= MOST
    }

    /// Asks the rules about a record. One that cannot be read raised nothing then either.
    pub fn record(&mut self, raw: &RawRecord<'_>) {
        let catalogue = Arc::clone(&self.catalogue);
        let Ok(record) = read::record(&catalogue, raw.feed, raw.received, raw.position, raw.raw) else {
            return;
        };
        if !self.is_full() && self.seen.insert(record.meta().id) {
            let raised = self.detector.detect(&[record]);
            self.alerts.extend(raised.into_iter().map(without_evidence));
        }
    }

    /// The alerts in the order of (time, id).
    pub fn finish(mut self) -> VecDeque<Alert> {
        let last = self.detector.finish();
        self.alerts.extend(last.into_iter().map(without_evidence));
        self.alerts.sort_by_key(|alert| (alert.time, alert.id));
        self.alerts.dedup_by_key(|alert| alert.id);
        self.alerts.into()
    }
}

fn without_evidence(alert: Alert) -> Alert {
    Alert {
        evidence: Vec::new(),
        ..alert
    }
}
