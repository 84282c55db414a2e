//! The security events that would have followed: how many, which matter most, and which one a sampled alert is in.

use super::{days::Days, report::EventSample};
use correlate::{Changes, EventChangeKind};
use model::{AlertId, EventId, SecurityEvent};
use std::collections::HashMap;

/// Events that are kept; of more, those are dropped whose last activity is longest ago, but not from the count.
const KEPT: usize = 20_000;
/// Events that are told.
const TOLD: usize = 10;

/// Events as they stand.
#[derive(Debug, Default)]
pub struct Events {
    standing: HashMap<EventId, EventSample>,
    dropped: u64,
    /// Sampled alerts and their events.
    watched: HashMap<AlertId, Option<EventId>>,
}

impl Events {
    /// Takes in what a new alert changed, and watches it.
    pub fn add(&mut self, new: AlertId, changes: Changes, days: &mut Days) {
        for outcome in changes.alerts {
            // Whether the new one becomes a sample is decided later; of the others only samples are watched.
            if outcome.alert == new || self.watched.contains_key(&outcome.alert) {
                self.watched.insert(outcome.alert, outcome.event());
            }
        }
        for change in changes.events {
            match change.kind {
                EventChangeKind::Merged { .. } => {
                    self.standing.remove(&change.event.id);
                }
                EventChangeKind::Opened | EventChangeKind::Updated => {
                    if change.is_opened() {
                        days.at(change.event.first_time).events += 1;
                    }
                    self.standing.insert(change.event.id, summary(&change.event));
                }
            }
        }
        if self.standing.len() > KEPT {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        let mut by_age: Vec<(model::Time, EventId)> = self
            .standing
            .iter()
            .map(|(id, event)| (event.last_time, *id))
            .collect();
        by_age.sort();
        // A quarter at once, so that a flood of events does not sort for each of them.
        for (_, id) in by_age.into_iter().take(KEPT / 4) {
            self.standing.remove(&id);
            self.dropped += 1;
        }
    }

    /// Watches an alert no longer.
    pub fn forget(&mut self, alert: AlertId) {
        self.watched.remove(&alert);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.standing.len() as u64 + self.dropped
    }

    /// The event an alert is in.
    pub fn of(&self, alert: AlertId) -> Option<EventId> {
        self.watched.get(&alert).copied().flatten()
    }

    /// Those that matter most: by level, then by alerts.
    pub fn top(&self) -> Vec<EventSample> {
        let mut all: Vec<&EventSample> = self.standing.values().collect();
        all.sort_by_key(|event| {
            let level = std::cmp::Reverse(event.level.number());
            (
                level,
                std::cmp::Reverse(event.alerts),
                event.first_time,
                event.id.clone(),
            )
        });
        all.into_iter().take(TOLD).cloned().collect()
    }
}

fn summary(event: &SecurityEvent) -> EventSample {
    EventSample {
        id: event.id.to_string(),
        title: event.title.clone(),
        level: event.level,
        method: event.method,
        first_time: event.first_time,
        last_time: event.last_time,
        alerts: event.alert_count,
    }
}
