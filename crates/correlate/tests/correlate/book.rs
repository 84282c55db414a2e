//! What a reader of the changes knows: the store's part, and the laws its rows obey.

use correlate::{AlertOutcome, Caps, Changes, Correlator, EventChangeKind, Outcome, Settings};
use model::{
    Alert, AlertId, EventId, EventStatus, LinkReason, Membership, NoEventReason, SecurityEvent, Tactic, Time,
};
use std::collections::{BTreeMap, BTreeSet};

/// Entities an event tells of; the rest is counted.
const TOLD: usize = 500;

/// A correlator and what its changes add up to.
#[derive(Default)]
pub struct Book {
    pub correlator: Correlator,
    pub members: BTreeMap<AlertId, Membership>,
    pub refused: BTreeMap<AlertId, NoEventReason>,
    pub events: BTreeMap<EventId, SecurityEvent>,
    pub merged: BTreeMap<EventId, EventId>,
    pub opened: Vec<EventId>,
}

/// Settings with the tactics of the tests, and caps.
pub fn settings(caps: Caps) -> Settings {
    let order = [
        "reconnaissance",
        "initial-access",
        "execution",
        "persistence",
        "exfiltration",
        "impact",
    ];
    Settings {
        tactic_order: order.into_iter().map(Tactic::new).collect(),
        caps,
        ..Settings::default()
    }
}

impl Book {
    pub fn new(settings: Settings) -> Self {
        Self {
            correlator: Correlator::new(settings),
            ..Self::default()
        }
    }

    /// Takes in alerts one by one, each at the time it happened.
    pub fn of(alerts: &[Alert]) -> Self {
        let mut book = Self::new(settings(Caps::default()));
        for alert in alerts {
            book.alert(alert, alert.time);
        }
        book
    }

    pub fn alert(&mut self, alert: &Alert, now: Time) -> Changes {
        let changes = self.correlator.alert(alert, now);
        self.read(&changes);
        changes
    }

    pub fn status(&mut self, event: EventId, status: EventStatus) {
        let changes = self.correlator.status(event, status, Time::default());
        self.read(&changes);
    }

    pub fn read(&mut self, changes: &Changes) {
        for AlertOutcome { alert, outcome, .. } in &changes.alerts {
            match outcome {
                Outcome::Joined(membership) => {
                    assert_eq!(membership.alert, *alert);
                    self.refused.remove(alert);
                    self.members.insert(*alert, membership.clone());
                }
                Outcome::NoEvent(reason, _) => {
                    self.members.remove(alert);
                    self.refused.insert(*alert, *reason);
                }
            }
        }
        for change in &changes.events {
            let id = change.event.id;
            match change.kind {
                EventChangeKind::Merged { into } => {
                    self.events.remove(&id);
                    self.merged.insert(id, into);
                }
                kind => {
                    if kind == EventChangeKind::Opened {
                        assert!(!self.events.contains_key(&id), "{id} opened again");
                        self.opened.push(id);
                    }
                    self.merged.remove(&id);
                    self.events.insert(id, change.event.clone());
                }
            }
        }
    }

    /// The event of an alert.
    pub fn event(&self, alert: &Alert) -> &SecurityEvent {
        &self.events[&self.members[&alert.id].event]
    }

    pub fn reason(&self, alert: &Alert) -> &LinkReason {
        &self.members[&alert.id].reason
    }

    /// The alerts of each event, as sets, whatever the events are called.
    pub fn sets(&self) -> BTreeSet<BTreeSet<AlertId>> {
        self.sets_by(|membership| membership.event.bits())
    }

    /// The alerts of each fold.
    pub fn folds(&self) -> BTreeSet<BTreeSet<AlertId>> {
        self.sets_by(|membership| membership.folded_into.bits())
    }

    fn sets_by(&self, group: impl Fn(&Membership) -> u128) -> BTreeSet<BTreeSet<AlertId>> {
        let mut sets: BTreeMap<u128, BTreeSet<AlertId>> = BTreeMap::new();
        for membership in self.members.values() {
            sets.entry(group(membership))
                .or_default()
                .insert(membership.alert);
        }
        sets.into_values().collect()
    }

    /// Checks the laws, for these alerts.
    pub fn check(&self, alerts: &[Alert], caps: Caps) {
        for alert in alerts {
            let outcomes = usize::from(self.members.contains_key(&alert.id))
                + usize::from(self.refused.contains_key(&alert.id));
            assert_eq!(outcomes, 1, "{} has {outcomes} outcomes", alert.id);
            if let Some(membership) = self.members.get(&alert.id) {
                let event = self.events.get(&membership.event);
                let event =
                    event.unwrap_or_else(|| panic!("{} is in {}, which is gone", alert.id, membership.event));
                assert_eq!(event.tenant, alert.tenant);
                assert!(event.first_time <= alert.time && alert.time <= event.last_time);
                self.check_reason(membership);
            }
        }
        for (id, event) in &self.events {
            let members: Vec<&Membership> = self.members.values().filter(|m| m.event == *id).collect();
            let folds: BTreeSet<AlertId> = members.iter().map(|m| m.folded_into).collect();
            assert_eq!(event.raw_alert_count, members.len() as u64, "{id}");
            assert_eq!(event.alert_count, folds.len() as u64, "{id}");
            assert!(folds.len() <= caps.of(event.method), "{id} is over its cap");
            let openers = members.iter().filter(|m| m.reason == LinkReason::Opened).count();
            assert_eq!(openers, 1, "{id} has {openers} openers");
        }
        self.check_facts(alerts);
        for into in self.merged.values() {
            assert!(
                self.events.contains_key(into) || self.merged.contains_key(into),
                "{into} is nowhere"
            );
        }
    }

    /// An event says what its alerts say, whatever was taken back on the way.
    fn check_facts(&self, alerts: &[Alert]) {
        for (id, event) in &self.events {
            let members: Vec<&Alert> = alerts
                .iter()
                .filter(|a| self.members.get(&a.id).is_some_and(|m| m.event == *id))
                .collect();
            let entities: BTreeSet<_> = members.iter().flat_map(|a| &a.entities).map(|e| &e.key).collect();
            let told: BTreeSet<_> = event.entities.iter().map(|e| &e.key).collect();
            assert_eq!(told.len(), event.entities.len(), "{id} tells of an entity twice");
            if entities.len() <= TOLD {
                assert_eq!(told, entities, "{id}");
            } else {
                assert!(told.len() == TOLD && told.is_subset(&entities), "{id}");
            }
            assert_eq!(Some(event.side), members.iter().map(|a| a.side).max(), "{id}");
            assert!(members.iter().all(|a| a.level <= event.level), "{id}");
            let folded = members.iter().filter(|a| self.members[&a.id].folded_into == a.id);
            let tactics = folded.flat_map(|a| &a.tactics).count() as u64;
            assert_eq!(event.tactics.values().sum::<u64>(), tactics, "{id}");
            let first = members.iter().map(|a| a.first_time).min();
            let last = members.iter().map(|a| a.time).max();
            assert_eq!(
                (Some(event.first_time), Some(event.last_time)),
                (first, last),
                "{id}"
            );
        }
    }

    /// Each reason leads to another alert of the event, or of its chain of continuations.
    fn check_reason(&self, membership: &Membership) {
        assert!(membership.also.len() <= Membership::ALSO);
        for reason in membership.reasons() {
            match reason {
                LinkReason::Repeats { alert } => assert_eq!(*alert, membership.folded_into),
                LinkReason::Shares { entities, score, .. } => {
                    assert!(*score >= 1.0, "{score}");
                    assert!((entities.iter().map(|e| e.weight).sum::<f64>() - score).abs() < 1e-3);
                }
                _ => {}
            }
            let Some(other) = reason.alert() else {
                assert_eq!(*reason, LinkReason::Opened);
                continue;
            };
            assert_ne!(other, membership.alert);
            let (holds, other) = (self.members[&other].event, membership.event);
            assert_eq!(
                self.first_of_chain(holds),
                self.first_of_chain(other),
                "the reason of {}",
                membership.alert
            );
        }
    }

    /// The event that this one continues, directly or not.
    fn first_of_chain(&self, mut event: EventId) -> EventId {
        while let Some(before) = self.events[&event].continues {
            event = before;
        }
        event
    }
}

/// The events these alerts give: for each alert the number of its event, in order of appearance.
pub fn events_of(book: &Book, alerts: &[Alert]) -> Vec<usize> {
    let mut seen = Vec::new();
    alerts
        .iter()
        .map(|alert| {
            let event = book.members[&alert.id].event;
            seen.iter().position(|e| *e == event).unwrap_or_else(|| {
                seen.push(event);
                seen.len() - 1
            })
        })
        .collect()
}

/// Checks that these alerts give these events.
#[track_caller]
pub fn check(alerts: &[Alert], expected: &[usize]) -> Book {
    let book = Book::of(alerts);
    book.check(alerts, Caps::default());
    assert_eq!(events_of(&book, alerts), expected);
    book
}
