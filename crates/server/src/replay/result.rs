//! What a replay collects: alerts, events and counters, until they are written.

use crate::pipeline::{Outcome, SourceCount};
use correlate::{EventChange, EventChangeKind};
use model::{Alert, AlertId, EventId, ProductId, SecurityEvent};
use std::collections::{BTreeMap, HashMap};

/// Everything a replay came to.
#[derive(Default)]
pub(super) struct Results {
    /// In order.
    pub alerts: Vec<Alert>,
    /// By id; merged-away events are gone.
    pub events: BTreeMap<EventId, SecurityEvent>,
    /// Which event each alert is in.
    pub membership: HashMap<AlertId, EventId>,
    /// The ids that alerts of a file came with.
    pub names: HashMap<AlertId, String>,
    /// Per source.
    pub counters: BTreeMap<String, SourceCount>,
}

impl Results {
    /// Adds what a batch led to.
    pub(super) fn add(&mut self, outcome: Outcome) {
        // Samples are for people who look at one alert; a replay of a large log would hold millions of them.
        self.alerts.extend(outcome.alerts.into_iter().map(|alert| Alert {
            evidence: Vec::new(),
            ..alert
        }));
        for (alert, outcome) in outcome.outcomes {
            match outcome.event() {
                Some(event) => self.membership.insert(alert, event),
                None => self.membership.remove(&alert),
            };
        }
        for (id, EventChange { event, kind }) in outcome.events {
            match kind {
                EventChangeKind::Merged { .. } => self.events.remove(&id),
                EventChangeKind::Opened | EventChangeKind::Updated => self.events.insert(id, event),
            };
        }
    }

    /// The counters of a product.
    pub(super) fn counter(&mut self, product: &ProductId) -> &mut SourceCount {
        self.counters.entry(product.to_string()).or_default()
    }
}
