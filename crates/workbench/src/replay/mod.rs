//! What a change would make of the alerts there were: they are put together twice, as it is and as proposed, and what
//! differs is told. Nothing else happens.
//!
//! Alerts come in the order of (time, id) and are not kept: of each, the events it is in on both sides are remembered,
//! and of each event what a line of a list shows. [`MOST`] bounds both.

mod diff;
mod raise;
mod set;

pub use diff::{ChangedEvent, EventDiff, EventLine, Listed, LoneEvent};
pub use raise::Raiser;
pub use set::{AlertLine, AlertSet, RuleAlerts};

use correlate::{Changes, Correlator, EventChangeKind, Outcome, Settings};
use model::{
    Aggregation, Alert, AlertId, Capabilities, CorrelationSettings, EventId, Level, NoEventReason, Tactic,
    Time, whitelist::Whitelist,
};
use set::Collected;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::Duration,
};

/// Alerts one replay takes.
pub const MOST: u64 = 250_000;

/// How alerts are put together on one side of the comparison.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What each provider's logs may lead to.
    pub capabilities: Capabilities,
    /// The tactics in matrix order.
    pub tactic_order: Vec<Tactic>,
    /// What an administrator says.
    pub correlation: CorrelationSettings,
    /// The whitelists that hold.
    pub whitelists: Vec<Whitelist>,
}

/// What becomes of the alerts of a rule on the proposed side.
#[derive(Clone, Debug, Default)]
pub enum RuleProposal {
    /// Nothing.
    #[default]
    Same,
    /// They are the same alerts, to be treated in another way.
    Adjusted(Adjustment),
    /// Others take their place.
    Replaced(Replacement),
}

/// How the alerts of a rule are to be treated; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adjustment {
    /// The rule's id.
    pub rule: String,
    /// How bad they are.
    pub level: Option<Level>,
    /// How they become events.
    pub aggregation: Option<Aggregation>,
    /// The window of the similar-item method.
    pub window: Option<Duration>,
}

/// Alerts that take the place of those of some rules.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    /// The rules.
    pub rules: BTreeSet<String>,
    /// From when on: the records of what happened before are gone, so those alerts stay.
    pub from: Time,
    /// The alerts, in the order of (time, id).
    pub alerts: VecDeque<Alert>,
}

/// A replay under way.
#[derive(Debug)]
pub struct Replay {
    sides: [Side; 2],
    proposal: RuleProposal,
    rule_alerts: [u64; 2],
    /// The events each alert is in, before and after.
    alerts: HashMap<AlertId, [u32; 2]>,
    hidden: Collected,
    shown: Collected,
    /// Stored events and how many of their alerts a whitelist of the proposed side hits.
    hit: BTreeMap<EventId, u64>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayReport {
    /// Alerts that were put together, as it is and as proposed.
    pub alerts: [u64; 2],
    /// Those of the rule that is to change.
    pub rule_alerts: [u64; 2],
    /// Alerts that a whitelist would keep out of events, and does not now.
    pub hidden: AlertSet,
    /// Alerts that a whitelist keeps out of events now, and would not.
    pub shown: AlertSet,
    /// The events.
    pub events: EventDiff,
    /// Stored events and how many of their alerts a whitelist of the proposed side hits.
    pub hit: BTreeMap<EventId, u64>,
}

/// The place of an alert that is in no event.
const NOWHERE: u32 = u32::MAX;

/// One side of the comparison.
#[derive(Debug)]
struct Side {
    correlator: Correlator,
    taken: u64,
    numbers: HashMap<EventId, u32>,
    events: Vec<Option<EventLine>>,
}

impl Replay {
    /// A replay that has seen nothing.
    pub fn new(before: &Setup, after: &Setup, proposal: RuleProposal) -> Self {
        Self {
            sides: [Side::new(before), Side::new(after)],
            proposal,
            rule_alerts: [0; 2],
            alerts: HashMap::new(),
            hidden: Collected::default(),
            shown: Collected::default(),
            hit: BTreeMap::new(),
        }
    }

    /// Takes in the next stored alert and the event it is in.
    pub fn take(&mut self, alert: &Alert, stored_in: Option<EventId>) {
        self.catch_up(Some((alert.time, alert.id)));
        let of_rule = self.proposal.is_about(&alert.rule.id);
        self.rule_alerts[0] += u64::from(of_rule);
        let proposed = self.proposal.of(alert);
        let before = self.put(0, alert);
        let Some(proposed) = proposed else { return };
        self.rule_alerts[1] += u64::from(of_rule);
        let after = self.put(1, proposed.as_ref().unwrap_or(alert));
        match (before, after) {
            (false, true) => self.hidden.add(alert),
            (true, false) => self.shown.add(alert),
            _ => {}
        }
        if let (true, Some(event)) = (after, stored_in) {
            *self.hit.entry(event).or_default() += 1;
        }
    }

    /// How many alerts were taken in.
    pub fn taken(&self) -> u64 {
        self.sides[0].taken
    }

    /// What came of it.
    pub fn finish(mut self) -> ReplayReport {
        self.catch_up(None);
        let alerts = [self.sides[0].taken, self.sides[1].taken];
        let moves = self.alerts.values();
        let [before, after] = &self.sides;
        ReplayReport {
            alerts,
            rule_alerts: self.rule_alerts,
            events: diff::diff(&before.events, &after.events, moves),
            hidden: self.hidden.finish(),
            shown: self.shown.finish(),
            hit: self.hit,
        }
    }

    /// Takes in the alerts of a replacement that come before `next`; all of them if there is none.
    fn catch_up(&mut self, next: Option<(Time, AlertId)>) {
        while let RuleProposal::Replaced(replacement) = &mut self.proposal {
            let due = |alert: &Alert| next.is_none_or(|next| (alert.time, alert.id) < next);
            if !replacement.alerts.front().is_some_and(due) {
                return;
            }
            if let Some(alert) = replacement.alerts.pop_front() {
                self.rule_alerts[1] += 1;
                if self.put(1, &alert) {
                    self.hidden.add(&alert);
                }
            }
        }
    }

    /// Puts an alert on one side; whether a whitelist hit it.
    fn put(&mut self, side: usize, alert: &Alert) -> bool {
        let changes = self.sides[side].correlator.alert(alert, alert.time);
        self.sides[side].taken += 1;
        let whitelisted = changes.alerts.iter().any(|outcome| {
            let reason = NoEventReason::Whitelisted;
            outcome.alert == alert.id
                && matches!(&outcome.outcome, Outcome::NoEvent(why, _) if *why == reason)
        });
        for outcome in &changes.alerts {
            let event = outcome.event().map_or(NOWHERE, |id| self.sides[side].number(id));
            self.alerts.entry(outcome.alert).or_insert([NOWHERE; 2])[side] = event;
        }
        self.sides[side].note(changes);
        whitelisted
    }
}

impl Side {
    fn new(setup: &Setup) -> Self {
        let settings = Settings {
            capabilities: setup.capabilities.clone(),
            tactic_order: setup.tactic_order.clone(),
            ..Settings::default()
        };
        let mut correlator = Correlator::new(settings.with(&setup.correlation));
        correlator.whitelists(&setup.whitelists);
        Self {
            correlator,
            taken: 0,
            numbers: HashMap::new(),
            events: Vec::new(),
        }
    }

    fn number(&mut self, id: EventId) -> u32 {
        let events = &mut self.events;
        *self.numbers.entry(id).or_insert_with(|| {
            events.push(None);
            (events.len() - 1) as u32
        })
    }

    fn note(&mut self, changes: Changes) {
        for change in changes.events {
            let number = self.number(change.event.id) as usize;
            self.events[number] = match change.kind {
                EventChangeKind::Merged { .. } => None,
                EventChangeKind::Opened | EventChangeKind::Updated => Some(EventLine::of(change.event)),
            };
        }
    }
}

impl RuleProposal {
    fn is_about(&self, rule: &str) -> bool {
        match self {
            Self::Same => false,
            Self::Adjusted(adjustment) => adjustment.rule == rule,
            Self::Replaced(replacement) => replacement.rules.contains(rule),
        }
    }

    /// The alert on the proposed side: none if others take its place, none within if it stays as it is.
    #[allow(
        clippy::option_option,
        reason = "gone, as it is, and changed are three different things"
    )]
    fn of(&self, alert: &Alert) -> Option<Option<Alert>> {
        match self {
            Self::Adjusted(adjustment) if adjustment.rule == alert.rule.id => {
                Some(Some(adjustment.of(alert.clone())))
            }
            Self::Replaced(replacement)
                if alert.time >= replacement.from && replacement.rules.contains(&alert.rule.id) =>
            {
                None
            }
            _ => Some(None),
        }
    }
}

impl Adjustment {
    fn of(&self, alert: Alert) -> Alert {
        Alert {
            level: self.level.unwrap_or(alert.level),
            aggregation: self.aggregation.unwrap_or(alert.aggregation),
            window: self.window.or(alert.window),
            ..alert
        }
    }
}

#[cfg(test)]
mod tests;
