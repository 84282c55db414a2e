//! Alerts folded into what happened: one rule on one set of entities, repeating within sixty seconds.

use super::{Verdict, cases::Cases};
use crate::scenario::{Delivery, Truth};
use model::{Alert, AlertId, Entity, EntityKey, EventId, Level, NoEventReason, RuleRef, TenantId, limits};
use std::collections::{BTreeSet, HashMap, HashSet};

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The incident or source of noise, by its place in the truth.
    pub source: usize,
    /// The phase.
    pub phase: &'static str,
    /// The first of the events it is in; of its own if it was left alone; none if it becomes no event by design.
    pub case: Option<EventId>,
    /// What it mentions.
    pub entities: BTreeSet<EntityKey>,
}

/// The units of all alerts, in the order of their times.
pub(super) fn all(deliveries: &[Delivery], truth: &Truth, cases: &Cases<'_>) -> Vec<Unit> {
    let mut seen: HashSet<(&TenantId, AlertId)> = HashSet::new();
    let mut alerts: Vec<&Alert> = deliveries
        .iter()
        .map(|delivery| &delivery.alert)
        .filter(|alert| seen.insert((&alert.tenant, alert.id)))
        .collect();
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    let mut last: HashMap<(&TenantId, &RuleRef, Level, &[Entity]), i64> = HashMap::new();
    let mut units = Vec::new();
    for alert in alerts {
        let Some((_, label)) = truth.of(&alert.tenant, alert.id) else {
            continue;
        };
        let gap = limits::FOLD_GAP.as_millis() as i64;
        let key = (&alert.tenant, &alert.rule, alert.level, alert.entities.as_slice());
        let before = last.insert(key, alert.time.millis());
        if before.is_some_and(|before| alert.time.millis() - before <= gap) {
            continue;
        }
        units.push(Unit {
            source: label.source,
            phase: label.phase,
            case: case(alert, cases),
            entities: alert.entities.iter().map(|entity| entity.key.clone()).collect(),
        });
    }
    units
}

fn case(alert: &Alert, cases: &Cases<'_>) -> Option<EventId> {
    let key = (alert.tenant.clone(), alert.id);
    let alone = EventId::from_parts([alert.tenant.as_str().as_bytes(), &alert.id.bits().to_be_bytes()]);
    match cases.verdicts().alerts.get(&key) {
        Some(Verdict::Joined(membership)) => Some(cases.case(membership.event)),
        Some(Verdict::Apart(NoEventReason::PatternIncomplete)) | None => Some(alone),
        Some(Verdict::Apart(_)) => None,
    }
}
