//! What changed, as it changes: the source of the event stream that consoles listen to.
//!
//! Best effort by design: a listener that falls behind is told so and reloads its lists.

use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};
use tokio::sync::broadcast;

/// Changes a listener may lag behind before it has to reload.
const BACKLOG: usize = 1024;

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// Security events.
    Event,
    /// Alerts.
    Alert,
    /// Handling policies.
    Policy,
    /// Handling tasks.
    Task,
    /// Log sources.
    Source,
}

impl Topic {
    /// The name in the stream.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Alert => "alert",
            Self::Policy => "policy",
            Self::Task => "task",
            Self::Source => "source",
        }
    }
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Counts up; what `Last-Event-ID` holds.
    #[serde(skip)]
    pub number: u64,
    /// What it is about.
    #[serde(skip)]
    pub topic: Topic,
    /// Which one.
    pub id: String,
    /// What happened to it.
    pub kind: &'static str,
}

/// The hub between workers and listeners.
#[derive(Debug)]
pub struct Live {
    sender: broadcast::Sender<Change>,
    recent: Mutex<Recent>,
}

#[derive(Debug, Default)]
struct Recent {
    number: u64,
    changes: VecDeque<Change>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
            recent: Mutex::default(),
        }
    }
}

impl Live {
    /// Tells everyone who listens.
    pub fn publish(&self, topic: Topic, id: impl Into<String>, kind: &'static str) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        recent.number += 1;
        let change = Change {
            number: recent.number,
            topic,
            id: id.into(),
            kind,
        };
        if recent.changes.len() == BACKLOG {
            recent.changes.pop_front();
        }
        recent.changes.push_back(change.clone());
        // Nobody listening is no error.
        let _ = self.sender.send(change);
    }

    /// The changes after `last` that are still known, and everything from now on.
    pub fn listen(&self, last: Option<u64>) -> (Vec<Change>, broadcast::Receiver<Change>) {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let missed = match last {
            Some(last) => recent
                .changes
                .iter()
                .filter(|change| change.number > last)
                .cloned()
                .collect(),
            None => Vec::new(),
        };
        (missed, self.sender.subscribe())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_that_comes_back_gets_what_it_missed() {
        let live = Live::default();
        live.publish(Topic::Event, "evt_1", "opened");
        live.publish(Topic::Event, "evt_1", "updated");
        let (missed, mut receiver) = live.listen(Some(1));
        assert_eq!(
            missed.iter().map(|change| change.kind).collect::<Vec<_>>(),
            ["updated"]
        );
        live.publish(Topic::Task, "tsk_1", "updated");
        assert_eq!(receiver.try_recv().map(|change| change.number), Ok(3));
        assert!(live.listen(None).0.is_empty());
    }
}
