//! How the event of an alert is found: one file for each method. A method only decides; [`crate::apply`] acts.

mod edge;
mod expert;
mod graph;
mod passthrough;
mod window;

pub(crate) use window::Similar;

use crate::{
    digest::Digest,
    entity::EntityIx,
    event::{EventIx, Link, NodeIx},
    fold,
    state::State,
};
use model::Aggregation;

/// Where an alert belongs.
#[derive(Debug)]
pub(crate) enum Place {
    /// It repeats this folded alert.
    Repeats(NodeIx),
    /// It opens an event.
    Opens,
    /// It opens the continuation of an event that is full or no longer unhandled.
    Continues(EventIx),
    /// It joins an event, and bridges others into it.
    Joins {
        event: EventIx,
        link: Link,
        bridges: Vec<Bridge>,
    },
}

/// An event that the alert ties to the one it joins.
#[derive(Debug)]
pub(crate) struct Bridge {
    /// The event that goes.
    pub event: EventIx,
    /// The folded alert in it that the new one links to.
    pub at: NodeIx,
    /// What they share.
    pub entities: Vec<(EntityIx, f64)>,
    pub score: f64,
}

/// How later alerts find this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// By its entities.
    Graph,
    /// By its attacker.
    Attacker(EntityIx),
    /// By its rule together with its attackers and assets.
    Similar,
    /// Not at all.
    Alone,
}

/// A decision, and the events it depends on.
#[derive(Debug)]
pub(crate) struct Decision {
    pub place: Place,
    pub lane: Lane,
    pub considered: Vec<EventIx>,
}

impl Decision {
    fn opens(lane: Lane) -> Self {
        Self {
            place: Place::Opens,
            lane,
            considered: Vec::new(),
        }
    }
}

impl State {
    /// Decides where an alert belongs. Its entities and its rule must have been judged as of its time.
    pub(crate) fn decide(&self, digest: &Digest) -> Decision {
        let profile = &digest.profile;
        if let Some(node) = self.folds.get(profile.key) {
            let event = self.nodes[node].event;
            if fold::repeats(&self.nodes[node], &self.events[event], digest.time) {
                return Decision {
                    place: Place::Repeats(node),
                    lane: Lane::Alone,
                    considered: vec![event],
                };
            }
        }
        match profile.method {
            Aggregation::GraphCompute if self.rules.is_noisy(profile.rule) => {
                window::decide(self, digest, window::NOISY)
            }
            Aggregation::GraphCompute => graph::decide(self, digest),
            Aggregation::Expert => expert::decide(self, digest),
            Aggregation::Window => window::decide(self, digest, profile.window),
            Aggregation::Passthrough | Aggregation::None => passthrough::decide(),
        }
    }
}
