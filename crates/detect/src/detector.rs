//! Records in, alerts out: matches every record against the rules of its log, and counts what rules count.
//!
//! What comes out depends on the records and their order only: not on batches, not on a clock. So records
//! that are run again after a crash raise the same alerts with the same ids. The one exception is asked for by
//! [`Detector::limit`]: a rule that takes too long is not asked any more.

use crate::{
    alert::{self, Cause},
    correlation::Counting,
    evidence::{self, RAW_BYTES},
    field::Address,
    matcher::{RecordPlan, Scratch, Watch},
    metrics::{Budget, Metrics, RuleMetrics},
    ruleset::RuleSet,
    state::{Counters, Memory},
};
use model::{Alert, LogSource, RecordView};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Bytes of a raw record that a window keeps until it fires.
const SAMPLE_BYTES: usize = 4 << 10;

/// The snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot of the detector cannot be read")]
pub struct SnapshotError(#[from] serde_json::Error);

/// Matches records against a set of rules.
#[derive(Debug)]
pub struct Detector {
    rules: Arc<RuleSet>,
    /// Which detections are for which logs, found when a log is first seen.
    plans: HashMap<LogSource, Arc<RecordPlan>>,
    scratch: Scratch,
    metrics: Metrics,
    memory: Memory,
}

impl Detector {
    /// A detector that remembers nothing.
    pub fn new(rules: Arc<RuleSet>) -> Self {
        Self {
            rules,
            plans: HashMap::new(),
            scratch: Scratch::default(),
            metrics: Metrics::default(),
            memory: Memory::default(),
        }
    }

    /// The alerts these records raise, in their order.
    pub fn detect(&mut self, records: &[impl RecordView]) -> Vec<Alert> {
        let rules = Arc::clone(&self.rules);
        let mut alerts = Vec::new();
        for record in records {
            self.memory.counters.records += 1;
            let before = alerts.len();
            Counting::new(&rules, &mut self.memory, &mut alerts).passes(record.meta());
            self.metrics.count_alerts(&alerts[before..]);
            let plan = self.plan(&record.meta().log.logsource);
            let slots = rules.schema.fields().len();
            let matched = rules
                .engine
                .record_matches(&plan, record, slots, &mut self.scratch)
                .to_vec();
            for number in matched {
                let before = alerts.len();
                self.matched(&rules, number as usize, record, &mut alerts);
                self.metrics.count(&rules, number as usize, &alerts[before..]);
            }
        }
        self.memory.counters.alerts += alerts.len() as u64;
        self.pause_slow_rules();
        alerts
    }

    /// The alerts of windows that still wait for their end, where no more records will come: of a file, say.
    pub fn finish(&mut self) -> Vec<Alert> {
        let rules = Arc::clone(&self.rules);
        let mut alerts = Vec::new();
        Counting::new(&rules, &mut self.memory, &mut alerts).finish();
        self.metrics.count_alerts(&alerts);
        self.memory.counters.alerts += alerts.len() as u64;
        alerts
    }

    /// From now on measures what rules take, and pauses those that take too long.
    pub fn limit(&mut self, budget: Budget) {
        self.scratch.watch = Some(Watch::new(budget.clock));
        self.metrics.limit(budget);
    }

    /// What each rule that is on did, by its id.
    pub fn metrics(&self) -> BTreeMap<String, RuleMetrics> {
        self.metrics.report(&self.rules, self.scratch.watch.as_ref())
    }

    fn pause_slow_rules(&mut self) {
        let Some(watch) = &self.scratch.watch else { return };
        let numbers = (0u32..).take(self.rules.matchers.len());
        let slow = numbers.filter(|number| self.metrics.judge(*number, watch.cost(*number)));
        if slow.count() > 0 {
            self.plans.clear();
        }
    }

    /// Swaps the rules. Rules that stayed as they are keep their windows; others start anew.
    pub fn replace_rules(&mut self, rules: Arc<RuleSet>) {
        if let Some(watch) = &mut self.scratch.watch {
            self.metrics.turn_over(&self.rules, watch);
        }
        self.rules = rules;
        self.plans.clear();
        self.forget_other_rules();
    }

    /// What is remembered, to be restored later.
    pub fn snapshot(&self) -> Vec<u8> {
        // Maps with text keys and numbers: writing them to memory cannot fail.
        serde_json::to_vec(&self.memory).unwrap_or_default()
    }

    /// Remembers what a snapshot holds, as far as the rules are still the same.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), SnapshotError> {
        self.memory = serde_json::from_slice(snapshot)?;
        self.forget_other_rules();
        Ok(())
    }

    /// What was done so far.
    pub const fn counters(&self) -> Counters {
        self.memory.counters
    }

    /// The rules that run, and those that are known but off.
    pub fn rules(&self) -> &Arc<RuleSet> {
        &self.rules
    }

    fn forget_other_rules(&mut self) {
        let versions: HashMap<&str, &str> = self
            .rules
            .running()
            .map(|rule| (rule.id.as_str(), rule.version.as_str()))
            .collect();
        self.memory
            .rules
            .retain(|id, state| versions.get(id.as_str()) == Some(&state.version.as_str()));
    }

    fn plan(&mut self, log: &LogSource) -> Arc<RecordPlan> {
        if let Some(plan) = self.plans.get(log) {
            return Arc::clone(plan);
        }
        let matchers = self.rules.matchers.iter().zip(0u32..);
        let used: Vec<u32> = matchers
            .filter(|(matcher, _)| matcher.is_used() && matcher.is_for(log))
            .map(|(_, number)| number)
            .filter(|number| !self.metrics.is_paused(*number))
            .collect();
        let address = |name: &str| Address::find(name, &self.rules.schema);
        let plan = Arc::new(self.rules.engine.record_plan(&used, address));
        self.plans.insert(log.clone(), Arc::clone(&plan));
        plan
    }

    fn matched(
        &mut self,
        rules: &RuleSet,
        matched: usize,
        record: &impl RecordView,
        alerts: &mut Vec<Alert>,
    ) {
        let detection = &rules.matchers[matched];
        self.memory.counters.matches += 1;
        if let Some(rule) = detection.raises.map(|number| &rules.rules[number]) {
            let cause = Cause::of_record(rule, record);
            let time = record.meta().time;
            if let Some(suppressed) = self.memory.admit(rule, &cause, time, 0) {
                let evidence = evidence::of(rules, matched, record, &mut self.scratch, RAW_BYTES);
                alerts.push(alert::of_record(rule, &cause, record, evidence, suppressed));
            }
        }
        for number in &detection.counted_by {
            let sample = || evidence::of(rules, matched, record, &mut self.scratch, SAMPLE_BYTES);
            let mut counting = Counting::new(rules, &mut self.memory, alerts);
            counting.matched(*number, record, sample);
        }
    }
}
