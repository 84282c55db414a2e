//! What the correlator answers: what became of alerts, and which events changed.

use model::{AlertId, Apart, EventId, Membership, NoEventReason, Related, SecurityEvent};

/// What became of an alert.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is in an event.
    Joined(Membership),
    /// It is in none: why, and the whitelist that says so.
    NoEvent(NoEventReason, Option<String>),
}

/// An alert and what became of it. A later one for the same alert replaces it: events merge, and a late alert can
/// move the alerts of the two minutes after it.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertOutcome {
    /// The alert.
    pub alert: AlertId,
    /// What became of it.
    pub outcome: Outcome,
    /// The event it was in before.
    pub before: Option<EventId>,
}

impl Outcome {
    /// The event the alert is in.
    pub fn event(&self) -> Option<EventId> {
        match self {
            Self::Joined(membership) => Some(membership.event),
            Self::NoEvent(..) => None,
        }
    }
}

impl AlertOutcome {
    /// The event it is in.
    pub fn event(&self) -> Option<EventId> {
        self.outcome.event()
    }

    /// The events it went from and to, if it was in one and is in another now.
    pub fn moved(&self) -> Option<(EventId, EventId)> {
        let (from, to) = (self.before?, self.event()?);
        (from != to).then_some((from, to))
    }
}

/// How an event changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventChangeKind {
    /// It is a new occurrence: what waits for events is triggered.
    Opened,
    /// It changed. Also when a late alert split or revived it: its id may then be new to the reader, but its
    /// alerts were in an event before, so nothing is triggered again.
    Updated,
    /// It is no more; its id leads to another event.
    Merged {
        /// That event.
        into: EventId,
    },
}

/// An event as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct EventChange {
    /// The event.
    pub event: SecurityEvent,
    /// How it changed.
    pub kind: EventChangeKind,
}

impl EventChange {
    /// Whether it is a new occurrence.
    pub fn is_opened(&self) -> bool {
        self.kind == EventChangeKind::Opened
    }

    /// The same change for a reader who has not seen the event yet: an update becomes an opening, a merge stays.
    pub fn into_opened(self) -> Self {
        let kind = match self.kind {
            EventChangeKind::Updated => EventChangeKind::Opened,
            kind => kind,
        };
        Self { kind, ..self }
    }
}

/// Everything that changed, each alert and each event once, as of the end of the call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// New alerts, and alerts whose event or reason changed, by id.
    pub alerts: Vec<AlertOutcome>,
    /// Changed events: first those that stand, by id, then those merged away.
    pub events: Vec<EventChange>,
    /// Events that new alerts tie together and that were not merged.
    pub related: Vec<Related>,
}

impl Changes {
    /// Adds those of another tenant.
    pub(crate) fn append(&mut self, more: Self) {
        append(&mut self.alerts, more.alerts);
        append(&mut self.events, more.events);
        append(&mut self.related, more.related);
    }
}

/// Nearly always there is one tenant, and what is told of it need not be copied.
fn append<T>(to: &mut Vec<T>, mut more: Vec<T>) {
    if to.is_empty() {
        *to = more;
    } else {
        to.append(&mut more);
    }
}

/// Why an analyst's merge or split is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such event is remembered: it does not exist, is merged away, or has been without activity for a week.
    #[error("the event `{0}` is not, or no longer, open to merge or split")]
    Unknown(EventId),
    /// A merge takes at least two events.
    #[error("a merge takes at least two different events")]
    TooFew,
    /// Something speaks against the merge.
    #[error("the events are kept apart: {}", .0.sentence().en)]
    Apart(Apart),
    /// There is no such link.
    #[error("`{from}` does not hang on `{to}` in this event, nor the other way round")]
    NotTied {
        /// An alert.
        from: AlertId,
        /// Another.
        to: AlertId,
    },
}
