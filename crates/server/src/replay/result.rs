//! What a replay collects: alerts, events and counters, until they are written.
//!
//! A log of a million alerts has few that differ in more than id and time: what they have in common is kept once.

use crate::pipeline::{Outcome, SourceCount};
use correlate::{Changes, EventChange, EventChangeKind};
use model::{Alert, AlertId, EventId, Membership, ProductId, Related, SecurityEvent, Time};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// An alert, without what others have in common with it.
pub(super) struct Row {
    pub id: AlertId,
    pub time: Time,
    pub first_time: Time,
    /// The number of what it has in common with others.
    pub shape: usize,
    /// The id it came with, if that is none of ours.
    pub name: Option<Box<str>>,
}

/// Everything a replay came to.
#[derive(Default)]
pub(super) struct Results {
    /// In order.
    pub rows: Vec<Row>,
    pub shapes: Vec<Alert>,
    /// By id; merged-away events are gone.
    pub events: BTreeMap<EventId, SecurityEvent>,
    /// Which event each alert is in.
    pub event_of: FxHashMap<AlertId, EventId>,
    /// Why the first alert of each fold is there.
    pub memberships: FxHashMap<AlertId, Membership>,
    /// Events near each other.
    pub related: Vec<Related>,
    /// Per source.
    pub counters: BTreeMap<String, SourceCount>,
}

impl Results {
    /// Adds what a batch led to.
    pub(super) fn add(&mut self, outcome: Outcome) {
        for alert in outcome.alerts {
            self.rows.push(Row {
                id: alert.id,
                time: alert.time,
                first_time: alert.first_time,
                shape: self.shapes.len(),
                name: None,
            });
            // Samples are for people who look at one alert; a replay of a large log would hold millions of them.
            self.shapes.push(Alert {
                evidence: Vec::new(),
                ..alert
            });
        }
        self.change(Changes {
            alerts: outcome.outcomes.into_values().collect(),
            events: outcome.events.into_values().collect(),
            related: outcome.related,
        });
    }

    /// Adds what the correlator changed.
    pub(super) fn change(&mut self, changes: Changes) {
        for outcome in changes.alerts {
            self.memberships.remove(&outcome.alert);
            match outcome.outcome {
                correlate::Outcome::Joined(membership) => {
                    let Membership {
                        event, folded_into, ..
                    } = membership;
                    self.event_of.insert(outcome.alert, event);
                    if folded_into == outcome.alert {
                        self.memberships.insert(outcome.alert, membership);
                    }
                }
                correlate::Outcome::NoEvent(..) => {
                    self.event_of.remove(&outcome.alert);
                }
            }
        }
        for EventChange { event, kind } in changes.events {
            match kind {
                EventChangeKind::Merged { .. } => self.events.remove(&event.id),
                EventChangeKind::Opened | EventChangeKind::Updated => self.events.insert(event.id, event),
            };
        }
        self.related.extend(changes.related);
    }

    /// The counters of a product.
    pub(super) fn counter(&mut self, product: &ProductId) -> &mut SourceCount {
        self.counters.entry(product.to_string()).or_default()
    }
}
