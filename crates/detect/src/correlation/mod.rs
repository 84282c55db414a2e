//! Correlations: what the matches of rules are counted in, and the alerts of windows that fire.

pub mod compile;
pub mod window;

use crate::{
    alert,
    field::Address,
    keys::group_key,
    ruleset::RuleSet,
    state::{self, Memory},
};
use model::{Alert, Evidence, RecordView, id::ContentHash};
use window::{Outcome, Seen};

/// Takes in matches, and raises the alerts of windows.
pub struct Counting<'r> {
    rules: &'r RuleSet,
    memory: &'r mut Memory,
    alerts: &'r mut Vec<Alert>,
}

impl<'r> Counting<'r> {
    /// Counts in `memory`, and puts alerts behind `alerts`.
    pub const fn new(rules: &'r RuleSet, memory: &'r mut Memory, alerts: &'r mut Vec<Alert>) -> Self {
        Self {
            rules,
            memory,
            alerts,
        }
    }

    /// Counts a match for a rule, by its number. The sample is only made if it is kept.
    pub fn matched(&mut self, number: usize, record: &impl RecordView, sample: impl FnOnce() -> Evidence) {
        let alert = self.count(number, record, sample);
        self.alerts.extend(alert);
    }

    fn count(
        &mut self,
        number: usize,
        record: &impl RecordView,
        sample: impl FnOnce() -> Evidence,
    ) -> Option<Alert> {
        let rule = &self.rules.rules[number];
        let counter = rule.counter.as_ref()?;
        let key = group_key(&counter.group_by, record)?;
        let values = counted_values(&counter.values, record)?;
        let seen = Seen {
            record: record.meta().id,
            time: record.meta().time,
            values,
            profile: alert::profile(rule, record),
        };
        let now = seen.time;
        let known = state::of_rule(&mut self.memory.rules, &rule.info);
        let (group, evicted) = known
            .groups
            .entry(&key, now, counter.condition.timespan, Default::default);
        let outcome: Outcome = group.add(&counter.condition, seen, sample);
        self.memory.counters.evicted += evicted + outcome.evicted;
        self.memory.counters.suppressed += u64::from(outcome.suppressed);
        let mut fired = outcome.fired?;
        fired.suppressed = self.memory.admit(rule, record, fired.suppressed)?;
        Some(alert::of_window(rule, counter, record, fired, &self.rules.schema))
    }
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
