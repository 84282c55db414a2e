//! Builds alerts: from one record, or from a window that fired.

use crate::{
    correlation::window::{Fired, Profile},
    entities,
    rule::{Counter, Rule},
};
use model::{Alert, AlertId, Evidence, RecordId, RecordView, RuleRef, Schema, Threshold, Time};
use std::collections::BTreeSet;

/// What a record contributes to an alert of `rule`.
pub fn profile(rule: &Rule, record: &impl RecordView) -> Profile {
    let meta = record.meta();
    Profile {
        entities: entities::read(&rule.entities, record),
        product: meta.log.product.clone(),
        account: meta.account.clone(),
        side: meta.log.side,
        defended: rule.defended(record),
    }
}

/// The alert of one record.
pub fn of_record(rule: &Rule, record: &impl RecordView, evidence: Evidence, suppressed: u64) -> Alert {
    let meta = record.meta();
    Basis {
        profiles: vec![profile(rule, record)],
        records: vec![meta.id],
        first: meta.time,
        last: meta.time,
        evidence: vec![evidence],
        suppressed,
    }
    .alert(rule, record)
}

/// The alert of a window; `record` is the one that made it fire.
pub fn of_window(
    rule: &Rule,
    counter: &Counter,
    record: &impl RecordView,
    fired: Fired,
    schema: &Schema,
) -> Alert {
    let threshold = threshold(counter, record, fired.count, schema);
    // The newest ones are kept: they are what made the condition true.
    let skip = fired.records.len().saturating_sub(Alert::RECORDS_KEPT);
    let mut alert = Basis {
        profiles: fired.profiles,
        records: fired.records[skip..].to_vec(),
        first: fired.first,
        last: fired.last,
        evidence: fired.evidence,
        suppressed: fired.suppressed,
    }
    .alert(rule, record);
    alert.threshold = Some(threshold);
    alert
}

struct Basis {
    profiles: Vec<Profile>,
    records: Vec<RecordId>,
    first: Time,
    last: Time,
    evidence: Vec<Evidence>,
    suppressed: u64,
}

impl Basis {
    fn alert(self, rule: &Rule, record: &impl RecordView) -> Alert {
        let info = &rule.info;
        let meta = record.meta();
        let side = self.profiles.iter().map(|p| p.side).max();
        Alert {
            id: AlertId::derive(&meta.tenant, &info.id, &self.records),
            tenant: meta.tenant.clone(),
            time: self.last,
            first_time: self.first,
            rule: RuleRef {
                id: info.id.clone(),
                version: info.version.clone(),
            },
            title: rule.title.fill(record),
            origin: info.origin,
            testing: info.testing,
            side: side.unwrap_or(meta.log.side),
            level: rule.level(record),
            aggregation: info.aggregation,
            window: info.window,
            category: info.category.clone(),
            tactics: info.tactics.clone(),
            techniques: info.techniques.clone(),
            products: self.products(record),
            accounts: self.profiles.iter().filter_map(|p| p.account.clone()).collect(),
            defended: self.defended(),
            entities: entities::unique(self.profiles.into_iter().flat_map(|p| p.entities).collect()),
            records: self.records,
            evidence: self.evidence,
            threshold: None,
            suppressed: self.suppressed,
        }
    }

    fn products(&self, record: &impl RecordView) -> BTreeSet<model::ProductId> {
        let all = self.profiles.iter().map(|p| p.product.clone());
        all.chain([record.meta().log.product.clone()]).collect()
    }

    /// Blocked only if everything was: one request that came through is what matters.
    fn defended(&self) -> Option<bool> {
        self.profiles
            .iter()
            .filter_map(|p| p.defended)
            .reduce(|a, b| a && b)
    }
}

fn threshold(counter: &Counter, record: &impl RecordView, count: usize, schema: &Schema) -> Threshold {
    let comparisons: Vec<String> = counter
        .condition
        .comparisons
        .iter()
        .map(|(comparison, number)| format!("{} {number}", comparison.sign()))
        .collect();
    Threshold {
        kind: counter.kind.to_owned(),
        condition: comparisons.join(", "),
        value: count as f64,
        seconds: counter.condition.timespan.as_secs(),
        group: counter
            .group_by
            .iter()
            .map(|field| (field.name(schema), field.first_text(record).unwrap_or_default()))
            .collect(),
    }
}
