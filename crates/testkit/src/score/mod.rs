//! How well alerts were put together, measured against the truth. Pure: alerts, truth and verdicts in, numbers out.
//!
//! What is counted are *units*: one rule on one set of entities, repeating within sixty seconds, is one thing that
//! happened, however often it was told. Units that by design become no event (a rule without a method, S4) count
//! nowhere but in `by_design`. Two units are *together* if they are in one event, or in events of which one continues
//! the other because it was full.

pub mod ait;
mod cases;
mod explain;
mod incident;
mod units;

pub use explain::Explained;
pub use incident::{Incident, kinds};
pub use units::Unit;

use crate::scenario::{Delivery, Truth};
use cases::Cases;
use model::{AlertId, EventId, Membership, NoEventReason, SecurityEvent, TenantId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What became of an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It is in an event.
    Joined(Membership),
    /// It is in none.
    Apart(NoEventReason),
}

/// What became of all alerts.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Of each alert; ids may repeat across tenants.
    pub alerts: HashMap<(TenantId, AlertId), Verdict>,
    /// The events that stand.
    pub events: HashMap<EventId, SecurityEvent>,
    /// Where merged events went.
    pub merged: HashMap<EventId, EventId>,
}

impl Verdicts {
    /// The event an id leads to after merges.
    pub fn standing(&self, mut event: EventId) -> EventId {
        let mut steps = 0;
        while let (Some(into), true) = (self.merged.get(&event), steps < 1_000) {
            event = *into;
            steps += 1;
        }
        event
    }

    /// The first of the events that continue one another.
    pub fn case(&self, event: EventId) -> EventId {
        let mut event = self.standing(event);
        let mut steps = 0;
        while let (Some(before), true) = (
            self.events.get(&event).and_then(|event| event.continues),
            steps < 1_000,
        ) {
            event = self.standing(before);
            steps += 1;
        }
        event
    }
}

/// The numbers.
#[derive(Clone, Debug, Default)]
pub struct Quality {
    /// Each incident.
    pub incidents: Vec<Incident>,
    /// Alerts, each counted once however often it was delivered.
    pub alerts: usize,
    /// Alerts nobody said anything about: lost.
    pub lost: usize,
    /// Units that by design become no event.
    pub by_design: usize,
    /// Units of attacks.
    pub attack_units: usize,
    /// Units of noise.
    pub noise_units: usize,
    /// Events (continuations counted with what they continue) that hold noise only.
    pub noise_events: usize,
    /// The kinds of noise in them, with how many events hold each.
    pub noise_kinds: BTreeMap<&'static str, usize>,
    /// Alerts in an event of another tenant.
    pub cross_tenant: usize,
    /// Pairs of incidents that share an event, as kinds, with how often.
    pub false_merges: BTreeMap<(&'static str, &'static str), usize>,
    /// Units of noise in events that hold attacks, by kind of noise.
    pub noise_in_attacks: BTreeMap<&'static str, usize>,
    /// Whether memberships give a reason that is true.
    pub explained: Explained,
    /// Days of the scenario, times tenants.
    pub tenant_days: f64,
}

/// Scores what became of the alerts of a scenario.
pub fn score(deliveries: &[Delivery], truth: &Truth, verdicts: &Verdicts, days: i64) -> Quality {
    let cases = Cases::of(verdicts);
    let units = units::all(deliveries, truth, &cases);
    let mut quality = Quality {
        explained: explain::check(deliveries, &cases),
        ..Quality::default()
    };
    let tenants: BTreeSet<&TenantId> = deliveries.iter().map(|delivery| &delivery.alert.tenant).collect();
    quality.tenant_days = (days.max(1) as usize * tenants.len().max(1)) as f64;
    for key in truth.labels.keys() {
        quality.alerts += 1;
        match verdicts.alerts.get(key) {
            None => quality.lost += 1,
            Some(Verdict::Joined(membership)) => {
                let event = verdicts.events.get(&verdicts.standing(membership.event));
                quality.cross_tenant += usize::from(event.is_none_or(|event| event.tenant != key.0));
            }
            Some(Verdict::Apart(_)) => {}
        }
    }
    quality.by_design = units.iter().filter(|unit| unit.case.is_none()).count();
    let open: Vec<&Unit> = units.iter().filter(|unit| unit.case.is_some()).collect();
    quality.attack_units = open
        .iter()
        .filter(|unit| truth.sources[unit.source].attack)
        .count();
    quality.noise_units = open.len() - quality.attack_units;
    let mut cases: BTreeMap<EventId, Vec<&Unit>> = BTreeMap::new();
    for unit in &open {
        cases
            .entry(unit.case.unwrap_or(EventId::from_bits(0)))
            .or_default()
            .push(unit);
    }
    quality.incidents = incident::all(&open, &cases, truth);
    for case in cases.values() {
        mixed(case, truth, &mut quality);
    }
    quality
}

/// What is together in one case and should not be.
fn mixed(case: &[&Unit], truth: &Truth, quality: &mut Quality) {
    let sources: BTreeSet<usize> = case.iter().map(|unit| unit.source).collect();
    let (attacks, noise): (Vec<usize>, Vec<usize>) =
        sources.iter().partition(|source| truth.sources[**source].attack);
    if attacks.is_empty() {
        quality.noise_events += 1;
        let kinds: BTreeSet<&'static str> = noise.iter().map(|source| truth.sources[*source].kind).collect();
        for kind in kinds {
            *quality.noise_kinds.entry(kind).or_default() += 1;
        }
        return;
    }
    for unit in case.iter().filter(|unit| !truth.sources[unit.source].attack) {
        *quality
            .noise_in_attacks
            .entry(truth.sources[unit.source].kind)
            .or_default() += 1;
    }
    for (place, one) in attacks.iter().enumerate() {
        for other in &attacks[place + 1..] {
            let mut kinds = [truth.sources[*one].kind, truth.sources[*other].kind];
            kinds.sort_unstable();
            *quality.false_merges.entry((kinds[0], kinds[1])).or_default() += 1;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
