//! Records in, alerts out: matches every record against the rules of its log, one after the other.
//!
//! What comes out depends on the records and their order only: not on batches, not on a clock. So records
//! that are run again after a crash raise the same alerts with the same ids.

use crate::{
    alert,
    evidence::{self, RAW_BYTES},
    field::Address,
    matcher::{RecordPlan, Scratch, Watch},
    metrics::{Budget, Metrics, RuleMetrics},
    rule::{Counter, Rule},
    ruleset::RuleSet,
    state::{self, State},
    suppress::Last,
    window::{Outcome, Seen},
};
use model::{Alert, LogSource, RecordView, id::ContentHash};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Bytes of a raw record that a window keeps until it fires.
const SAMPLE_BYTES: usize = 4 << 10;
/// Characters of one value of a group's key.
const KEY_CHARACTERS: usize = 256;

/// What detection did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Records seen.
    pub records: u64,
    /// Matches of detections.
    pub matches: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Matches left out: repeats, and records of silent windows.
    pub suppressed: u64,
    /// Records and groups forgotten for lack of room.
    pub evicted: u64,
}

/// The snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot of the detector cannot be read")]
pub struct SnapshotError(#[from] serde_json::Error);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    rules: State,
    counters: Counters,
}

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
        self.rules = rules;
        self.plans.clear();
        self.metrics.resume();
        if let Some(watch) = &mut self.scratch.watch {
            watch.forget();
        }
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
            .rules()
            .filter(|rule| rule.enabled)
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
        if let Some(rule) = detection.raises.map(|number| &rules.rules[number])
            && let Some(suppressed) = self.admit(rule, record, 0)
        {
            let evidence = evidence::of(rules, matched, record, &mut self.scratch, RAW_BYTES);
            alerts.push(alert::of_record(rule, record, evidence, suppressed));
        }
        for number in &detection.counted_by {
            let rule = &rules.rules[*number];
            if let Some(counter) = &rule.counter {
                alerts.extend(self.count(rules, rule, counter, matched, record));
            }
        }
    }

    /// Counts a record for a rule; an alert if its window fires.
    fn count(
        &mut self,
        rules: &RuleSet,
        rule: &Rule,
        counter: &Counter,
        matcher: usize,
        record: &impl RecordView,
    ) -> Option<Alert> {
        let key = group_key(&counter.group_by, record)?;
        let values = counted_values(&counter.values, record)?;
        let seen = Seen {
            record: record.meta().id,
            time: record.meta().time,
            values,
            profile: alert::profile(rule, record),
        };
        let scratch = &mut self.scratch;
        let sample = || evidence::of(rules, matcher, record, scratch, SAMPLE_BYTES);
        let now = seen.time;
        let known = state::of_rule(&mut self.memory.rules, &rule.info);
        let (group, evicted) = known
            .groups
            .entry(&key, now, counter.condition.timespan, Default::default);
        let outcome: Outcome = group.add(&counter.condition, seen, sample);
        self.memory.counters.evicted += evicted + outcome.evicted;
        self.memory.counters.suppressed += u64::from(outcome.suppressed);
        let mut fired = outcome.fired?;
        fired.suppressed = self.admit(rule, record, fired.suppressed)?;
        Some(alert::of_window(rule, counter, record, fired, &rules.schema))
    }

    /// Whether an alert of the rule may be raised for a record now: how many were left out before it, with
    /// those `already` known of.
    fn admit(&mut self, rule: &Rule, record: &impl RecordView, already: u64) -> Option<u64> {
        let Some((by, span)) = &rule.suppress else {
            return Some(already);
        };
        let key = repeat_key(by, record);
        let known = state::of_rule(&mut self.memory.rules, &rule.info);
        let now = record.meta().time;
        let (last, evicted) = known.repeats.entry(&key, now, *span, Last::never);
        let admitted = last.admit(now, *span, already);
        self.memory.counters.evicted += evicted;
        self.memory.counters.suppressed += u64::from(admitted.is_none());
        admitted
    }
}

/// The key of a record's group; none if it lacks one of the fields: it belongs to no group then.
fn group_key(fields: &[Address], record: &impl RecordView) -> Option<String> {
    let values = fields.iter().map(|field| field.first_text(record));
    Some(key(record, values.collect::<Option<Vec<String>>>()?))
}

/// The key repeats share; a field the record lacks is equal to one another lacks.
fn repeat_key(fields: &[Address], record: &impl RecordView) -> String {
    let values = fields
        .iter()
        .map(|field| field.first_text(record).unwrap_or_default());
    key(record, values.collect())
}

/// A text that is the same for the same values of one tenant and for no others.
fn key(record: &impl RecordView, values: Vec<String>) -> String {
    let mut parts = vec![record.meta().tenant.as_str().to_owned()];
    parts.extend(
        values
            .into_iter()
            .map(|value| match value.char_indices().nth(KEY_CHARACTERS) {
                None => value,
                // A value may be a megabyte of the attacker's making.
                Some((end, _)) => format!(
                    "{}…{:032x}",
                    &value[..end],
                    ContentHash::new("group").part(&value).finish()
                ),
            }),
    );
    serde_json::Value::from(parts).to_string()
}

/// Hashes of what is counted; none if the record lacks one of the fields. With one field, each of its values
/// counts; with several, the first of each, taken together.
fn counted_values(fields: &[Address], record: &impl RecordView) -> Option<Vec<u64>> {
    let hash = |texts: &[String]| {
        let parts = texts.iter().fold(ContentHash::new("value"), ContentHash::part);
        (parts.finish() >> 64) as u64
    };
    match fields {
        [] => Some(Vec::new()),
        [field] => {
            let values = field.values(record).iter();
            let texts = values
                .map(|v| v.value.to_text().into_owned())
                .filter(|text| !text.is_empty());
            let hashes: Vec<u64> = texts.map(|text| hash(&[text])).collect();
            (!hashes.is_empty()).then_some(hashes)
        }
        fields => {
            let texts = fields.iter().map(|field| field.first_text(record));
            Some(vec![hash(&texts.collect::<Option<Vec<String>>>()?)])
        }
    }
}
