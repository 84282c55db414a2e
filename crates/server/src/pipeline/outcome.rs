//! What a batch of inputs led to: everything the store has to remember of it.

use correlate::{AlertOutcome, Changes, EventChange, Refused};
use model::{Alert, AlertId, EventId, RecordId, Related, SourceId, Time};
use normalise::DeadLetterReason;
use std::collections::BTreeMap;

/// What a batch led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Per source and day.
    pub sources: BTreeMap<(SourceId, i64), SourceCount>,
    /// Per client address and day.
    pub clients: BTreeMap<(String, i64), ClientCount>,
    /// Records that could not be read.
    pub dead_letters: Vec<DeadLetterRow>,
    /// Records seen for the first time.
    pub records: Vec<RecordId>,
    /// Alerts raised, in order.
    pub alerts: Vec<Alert>,
    /// What feeds know of the alerts' entities.
    pub intel: Vec<store::IntelMatch>,
    /// What became of each alert, in order.
    pub outcomes: BTreeMap<AlertId, AlertOutcome>,
    /// The last change of each event.
    pub events: BTreeMap<EventId, EventChange>,
    /// Events near each other.
    pub related: Vec<Related>,
    /// The answers to merges and splits, by request: what they led to, or why not.
    pub answers: BTreeMap<String, Result<Regrouped, Refused>>,
}

/// What an analyst's merge or split led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regrouped {
    /// The event that stands, or those that came off.
    pub events: Vec<EventId>,
    /// The alerts that moved, by alert, each with the events it went from and to.
    pub moved: Vec<(AlertId, EventId, EventId)>,
}

impl Regrouped {
    /// What became of these events, of the changes that were made for it.
    fn of(events: Vec<EventId>, changes: &Changes) -> Self {
        let went = changes.alerts.iter().filter_map(|outcome| {
            let (from, to) = outcome.moved()?;
            Some((outcome.alert, from, to))
        });
        // The correlator settles what it was still waiting for first; what moves by that was nobody's decision.
        let moved = went.filter(|(_, _, to)| events.contains(to)).collect();
        Self { events, moved }
    }
}

/// The conservation law of a source: received = stored + duplicate + rejected + dead letter (+ in flight).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct SourceCount {
    /// Records that arrived.
    pub received: u64,
    /// Records that were normalised and went on.
    pub stored: u64,
    /// Records that had arrived before.
    pub duplicate: u64,
    /// Records refused at the door.
    pub rejected: u64,
    /// Records that could not be read.
    pub dead_letter: u64,
    /// Bytes received: what is metered.
    #[serde(skip)]
    pub bytes: u64,
}

/// What one client address did on one day: the basis of a block's preview.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientCount {
    /// Requests.
    pub requests: u64,
    /// Requests that were refused.
    pub refusals: u64,
}

/// A record that could not be read.
#[derive(Debug)]
pub struct DeadLetterRow {
    /// Where it came from.
    pub source: SourceId,
    /// When.
    pub received: Time,
    /// Why, for counting.
    pub reason: DeadLetterReason,
    /// Why, for people.
    pub detail: String,
    /// Where reading stopped.
    pub offset: Option<usize>,
    /// The record.
    pub raw: Vec<u8>,
}

impl Outcome {
    /// Adds what an analyst's merge or split came to.
    pub(super) fn answer(&mut self, request: &str, answer: Result<Regrouped, Refused>) {
        self.answers.insert(request.to_owned(), answer);
    }

    /// Adds what the correlator changed for an analyst's merge or split, and answers what came of it.
    pub(super) fn regroup(&mut self, events: Vec<EventId>, changes: Changes) -> Regrouped {
        let regrouped = Regrouped::of(events, &changes);
        self.add(changes);
        regrouped
    }

    /// Adds what the correlator changed. Of several changes to one event the last is kept, but an event that
    /// opened within the batch still counts as opened.
    pub(super) fn add(&mut self, changes: Changes) {
        for outcome in changes.alerts {
            self.outcomes.insert(outcome.alert, outcome);
        }
        self.related.extend(changes.related);
        for change in changes.events {
            let opened = self
                .events
                .get(&change.event.id)
                .is_some_and(EventChange::is_opened);
            let change = if opened { change.into_opened() } else { change };
            self.events.insert(change.event.id, change);
        }
    }

    /// The counters of a source on the day of `time`.
    pub(super) fn source(&mut self, source: SourceId, time: Time) -> &mut SourceCount {
        self.sources.entry((source, time.day())).or_default()
    }
}
