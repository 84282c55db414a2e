//! The case of each event that holds an alert. A flood continues through hundreds of events, so the way back to the
//! first of them is walked once for each event and not for each alert.

use super::{Verdict, Verdicts};
use model::EventId;
use std::collections::HashMap;

/// The first of the events that continue one another, by the id that alerts name.
pub(super) struct Cases<'a> {
    verdicts: &'a Verdicts,
    known: HashMap<EventId, EventId>,
}

impl<'a> Cases<'a> {
    pub(super) fn of(verdicts: &'a Verdicts) -> Self {
        let mut known = HashMap::new();
        for verdict in verdicts.alerts.values() {
            if let Verdict::Joined(membership) = verdict {
                let event = membership.event;
                known.entry(event).or_insert_with(|| verdicts.case(event));
            }
        }
        Self { verdicts, known }
    }

    /// What became of the alerts.
    pub(super) fn verdicts(&self) -> &'a Verdicts {
        self.verdicts
    }

    /// The case of an event.
    pub(super) fn case(&self, event: EventId) -> EventId {
        let known = self.known.get(&event).copied();
        known.unwrap_or_else(|| self.verdicts.case(event))
    }
}
