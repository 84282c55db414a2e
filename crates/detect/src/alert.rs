//! Builds alerts: from one record, or from a window that fired.

use crate::{
    correlation::{Profile, counter::Counter, window::Fired},
    entities,
    field::Address,
    keys::repeat_key,
    rule::Rule,
};
use model::{
    Alert, AlertId, Evidence, Level, LocalText, ProductId, RecordId, RecordView, RuleCount, RuleRef, Side,
    TenantId, Threshold, Time,
};
use std::collections::BTreeSet;

/// What an alert of a rule takes from the record that raised it; or, if time alone did, from its group.
pub struct Cause {
    tenant: TenantId,
    title: LocalText,
    level: Level,
    log: Option<(ProductId, Side)>,
    /// The key its repeats share, if the rule leaves them out.
    pub repeat: Option<String>,
}

impl Cause {
    /// A record.
    pub fn of_record(rule: &Rule, record: &impl RecordView) -> Self {
        let meta = record.meta();
        let value = |address: &Address| address.first_text(record);
        Self {
            level: rule.level(record),
            log: Some((meta.log.product.clone(), meta.log.side)),
            ..Self::of_values(rule, &meta.tenant, value, &[])
        }
    }

    /// A window of a group: the record that made it fire, if one did, and what the group knows where that record is
    /// silent. With several sources it is chance whose record comes last.
    pub fn of_window(
        rule: &Rule,
        tenant: &TenantId,
        record: Option<&impl RecordView>,
        counter: &Counter,
        group: &[String],
    ) -> Self {
        let own = |address: &Address| record.and_then(|record| address.first_text(record));
        let value = |address: &Address| own(address).or_else(|| counter.value_in(address, group));
        let cause = Self::of_values(rule, tenant, value, group);
        match record {
            Some(record) => Self {
                level: rule.level(record),
                log: Some((record.meta().log.product.clone(), record.meta().log.side)),
                ..cause
            },
            None => cause,
        }
    }

    fn of_values(
        rule: &Rule,
        tenant: &TenantId,
        value: impl Fn(&Address) -> Option<String>,
        group: &[String],
    ) -> Self {
        let by = rule.suppress.as_ref().map(|(by, _)| by);
        Self {
            tenant: tenant.clone(),
            title: rule.title.fill(&value, group),
            level: rule.info.level,
            log: None,
            repeat: by.map(|by| repeat_key(tenant, by.iter().map(value))),
        }
    }
}

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
pub fn of_record(
    rule: &Rule,
    cause: &Cause,
    record: &impl RecordView,
    evidence: Evidence,
    suppressed: u64,
) -> Alert {
    let meta = record.meta();
    Basis {
        profiles: vec![profile(rule, record)],
        records: vec![meta.id],
        first: meta.time,
        last: meta.time,
        evidence: vec![evidence],
        suppressed,
    }
    .alert(rule, cause)
}

/// The alert of a window.
pub fn of_window(rule: &Rule, counter: &Counter, cause: &Cause, group: &[String], fired: Fired) -> Alert {
    let threshold = threshold(counter, group, &fired);
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
    .alert(rule, cause);
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
    fn alert(self, rule: &Rule, cause: &Cause) -> Alert {
        let info = &rule.info;
        let side = self.profiles.iter().map(|p| p.side).max();
        Alert {
            id: AlertId::derive(&cause.tenant, &info.id, &self.records).at(self.last),
            tenant: cause.tenant.clone(),
            time: self.last,
            first_time: self.first,
            rule: RuleRef {
                id: info.id.clone(),
                version: info.version.clone(),
            },
            title: cause.title.clone(),
            origin: info.origin,
            testing: info.testing,
            side: side
                .or(cause.log.as_ref().map(|(_, side)| *side))
                .unwrap_or(Side::Network),
            level: cause.level,
            aggregation: info.aggregation,
            window: info.window,
            category: info.category.clone(),
            tactics: info.tactics.clone(),
            techniques: info.techniques.clone(),
            products: self.products(cause),
            accounts: self.profiles.iter().filter_map(|p| p.account.clone()).collect(),
            defended: self.defended(),
            entities: entities::unique(self.profiles.into_iter().flat_map(|p| p.entities).collect()),
            records: self.records,
            evidence: self.evidence,
            threshold: None,
            suppressed: self.suppressed,
        }
    }

    fn products(&self, cause: &Cause) -> BTreeSet<ProductId> {
        let all = self.profiles.iter().map(|p| &p.product);
        let own = cause.log.iter().map(|(product, _)| product);
        all.chain(own).cloned().collect()
    }

    /// Blocked only if everything was: one request that came through is what matters.
    fn defended(&self) -> Option<bool> {
        self.profiles
            .iter()
            .filter_map(|p| p.defended)
            .reduce(|a, b| a && b)
    }
}

fn threshold(counter: &Counter, group: &[String], fired: &Fired) -> Threshold {
    let matches = counter.rules.iter().zip(&fired.rules);
    Threshold {
        kind: counter.kind.to_owned(),
        condition: counter.text.clone(),
        value: fired.value,
        seconds: counter.condition.timespan.as_secs(),
        group: counter
            .group_by
            .iter()
            .cloned()
            .zip(group.iter().cloned())
            .collect(),
        rules: matches
            .filter(|(_, matches)| **matches > 0)
            .map(|(rule, matches)| RuleCount {
                rule: rule.clone(),
                matches: *matches as u64,
            })
            .collect(),
    }
}
