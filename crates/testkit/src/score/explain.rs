//! Whether the reason of a membership is true: it names what both alerts really have, and the other one is there.

use super::{Verdict, Verdicts, cases::Cases};
use crate::scenario::Delivery;
use model::{Alert, AlertId, EntityKey, EventId, LinkReason, Membership, Role, TenantId};
use std::collections::{BTreeMap, HashMap};

/// Memberships by whether their reason is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explained {
    /// Alerts that joined something.
    pub joined: usize,
    /// Those whose reason is true.
    pub truly: usize,
    /// What is wrong with the others, with how often.
    pub faults: BTreeMap<&'static str, usize>,
}

impl Explained {
    /// The part whose reason is true.
    pub fn share(&self) -> f64 {
        match self.joined {
            0 => 1.0,
            joined => self.truly as f64 / joined as f64,
        }
    }
}

struct Book<'a> {
    alerts: HashMap<(&'a TenantId, AlertId), &'a Alert>,
    /// How many alerts of an event have each attacker, and how many of each rule each entity.
    attackers: HashMap<(EventId, &'a str), usize>,
    similar: HashMap<(EventId, &'a str, String), usize>,
    cases: &'a Cases<'a>,
}

/// Checks the reason of every membership but the openers'.
pub(super) fn check(deliveries: &[Delivery], cases: &Cases<'_>) -> Explained {
    let mut book = Book {
        alerts: HashMap::new(),
        attackers: HashMap::new(),
        similar: HashMap::new(),
        cases,
    };
    for alert in deliveries.iter().map(|delivery| &delivery.alert) {
        if book.alerts.insert((&alert.tenant, alert.id), alert).is_none() {
            book.note(alert);
        }
    }
    let mut explained = Explained::default();
    for ((tenant, id), alert) in &book.alerts {
        let Some(membership) = membership(cases.verdicts(), tenant, *id) else {
            continue;
        };
        if membership.reason == LinkReason::Opened {
            continue;
        }
        explained.joined += 1;
        match book.fault(alert, membership) {
            None => explained.truly += 1,
            Some(fault) => *explained.faults.entry(fault).or_default() += 1,
        }
    }
    explained
}

fn membership<'v>(verdicts: &'v Verdicts, tenant: &TenantId, id: AlertId) -> Option<&'v Membership> {
    match verdicts.alerts.get(&(tenant.clone(), id)) {
        Some(Verdict::Joined(membership)) => Some(membership),
        _ => None,
    }
}

impl<'a> Book<'a> {
    fn note(&mut self, alert: &'a Alert) {
        let Some(membership) = membership(self.cases.verdicts(), &alert.tenant, alert.id) else {
            return;
        };
        let event = self.cases.case(membership.event);
        for entity in &alert.entities {
            if entity.role == Role::Attacker {
                *self
                    .attackers
                    .entry((event, entity.key.value.as_str()))
                    .or_default() += 1;
            }
            let key = (event, alert.rule.id.as_str(), entity.key.to_string());
            *self.similar.entry(key).or_default() += 1;
        }
    }

    /// What is wrong with a reason; nothing if it is true.
    fn fault(&self, alert: &Alert, membership: &Membership) -> Option<&'static str> {
        let event = self.cases.case(membership.event);
        let has = |alert: &Alert, key: &EntityKey| alert.entities.iter().any(|entity| entity.key == *key);
        match &membership.reason {
            LinkReason::Opened => None,
            LinkReason::Repeats { alert: other } => {
                let other = match self.beside(alert, *other, event) {
                    Ok(other) => other,
                    Err(fault) => return Some(fault),
                };
                let same = other.rule == alert.rule
                    && other.level == alert.level
                    && other.entities == alert.entities;
                (!same).then_some("repeats what differs")
            }
            LinkReason::Shares {
                alert: other,
                entities,
                score,
            } => {
                let other = match self.beside(alert, *other, event) {
                    Ok(other) => other,
                    Err(fault) => return Some(fault),
                };
                if entities.is_empty() {
                    return Some("names nothing shared");
                }
                let shared = entities
                    .iter()
                    .all(|shared| has(alert, &shared.key) && has(other, &shared.key));
                match (shared, *score >= 1.0) {
                    (false, _) => Some("names what only one has"),
                    (true, false) => Some("score below the threshold"),
                    (true, true) => None,
                }
            }
            LinkReason::Sweep { alert: other, .. } => match self.beside(alert, *other, event) {
                Ok(other) => (other.rule.id != alert.rule.id).then_some("sweeps by another rule"),
                Err(fault) => Some(fault),
            },
            // Which step an alert takes is the pattern's to say; what they share may be written with or without scope.
            LinkReason::Pattern { alert: other, .. } => self.beside(alert, *other, event).err(),
            LinkReason::ByHand { .. } => Some("nobody merged anything by hand"),
            LinkReason::SameAttacker { attacker, .. } => {
                let own = alert
                    .entities
                    .iter()
                    .any(|entity| entity.key == *attacker && entity.role == Role::Attacker);
                let all = self.attackers.get(&(event, attacker.value.as_str()));
                match (own, all.is_some_and(|count| *count > 1)) {
                    (false, _) => Some("names an attacker it does not have"),
                    (true, false) => Some("nobody else has that attacker"),
                    (true, true) => None,
                }
            }
            LinkReason::Similar { entity, .. } => {
                let key = (event, alert.rule.id.as_str(), entity.to_string());
                match (
                    has(alert, entity),
                    self.similar.get(&key).is_some_and(|count| *count > 1),
                ) {
                    (false, _) => Some("names what it does not have"),
                    (true, false) => Some("nothing similar is there"),
                    (true, true) => None,
                }
            }
        }
    }

    /// The alert a reason refers to, which has to be of the same tenant and in the same event.
    fn beside<'b>(
        &'b self,
        alert: &'b Alert,
        other: AlertId,
        event: EventId,
    ) -> Result<&'b Alert, &'static str> {
        let found = self.alerts.get(&(&alert.tenant, other)).copied();
        let found = found.ok_or("refers to an unknown alert")?;
        let there = membership(self.cases.verdicts(), &alert.tenant, other)
            .is_some_and(|membership| self.cases.case(membership.event) == event);
        if there {
            Ok(found)
        } else {
            Err("refers to an alert of another event")
        }
    }
}
