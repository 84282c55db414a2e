//! How the event of an alert is found: one file for each method. A method only finds what ties the alert to events;
//! [`union`] decides which of them become one, and [`crate::apply`] acts.

mod edge;
mod expert;
mod graph;
mod noise;
mod passthrough;
mod pattern;
mod side;
mod union;
mod window;

pub(crate) use union::keeps_apart;
pub(crate) use window::Similar;

use crate::{
    digest::{Digest, Mention, Profile},
    entity::EntityIx,
    event::{EventIx, Link, Near, NodeIx, Tie},
    fold,
    pattern::Patterns,
    reach::{Completed, Reached},
    state::State,
};
use model::{Aggregation, EntityKind, Role};
use serde::{Deserialize, Serialize};
use side::Sides;

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
    Joins(Union),
}

/// The event an alert joins.
#[derive(Debug)]
pub(crate) struct Union {
    pub event: EventIx,
    pub link: Link,
    /// Further links, the strongest first.
    pub also: Vec<Link>,
    pub bridges: Vec<Bridge>,
    /// Events that it ties to this one and that stay apart.
    pub related: Vec<Near>,
}

/// An event that the alert ties to the one it joins.
#[derive(Debug)]
pub(crate) struct Bridge {
    /// The event that goes.
    pub event: EventIx,
    /// The folded alert in it that the rest of it hangs on from now on.
    pub at: NodeIx,
    /// What that one hangs on.
    pub link: Hook,
}

/// A link of which the new alert, which has no number yet, may be the other end.
#[derive(Debug)]
pub(crate) struct Hook {
    /// The other end; the new alert if none.
    pub to: Option<NodeIx>,
    pub tie: Tie,
}

/// How later alerts find this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Lane {
    /// By its entities.
    Graph,
    /// By its attacker.
    Attacker(EntityIx),
    /// By its files and processes.
    Artefact,
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
    /// How far the alert takes expert patterns.
    pub reached: Vec<Reached>,
    /// Those it completes.
    pub completes: Vec<Completed>,
}

/// What a method finds.
struct Found {
    lane: Lane,
    sides: Sides,
}

impl State {
    /// Whether the alert says little: its rule fires all the time, and it names nothing by which to tell it from the
    /// others. A file that everything shares tells that it is one of them, whatever else is new about it.
    pub(crate) fn is_noise(&self, profile: &Profile) -> bool {
        let common = |mention: &Mention| mention.kind == EntityKind::File && self.is_hub(mention);
        self.rules.is_noisy(profile.rule)
            && (profile.mentions.iter().any(common) || !self.is_telling(profile))
    }

    /// Whether it names something by which to tell it from others of its rule.
    pub(crate) fn is_telling(&self, profile: &Profile) -> bool {
        let telling = |mention: &Mention| {
            let kind = match mention.kind {
                EntityKind::Ip | EntityKind::Domain => mention.malicious || mention.role == Role::Attacker,
                EntityKind::File => mention.malicious,
                EntityKind::AccessKey => true,
                _ => false,
            };
            kind && !mention.asset && !self.is_hub(mention)
        };
        profile.mentions.iter().any(telling)
    }

    fn is_hub(&self, mention: &Mention) -> bool {
        self.entities[mention.entity].is_hub()
    }

    /// Decides where an alert belongs. Its entities and its rule must have been judged as of its time.
    pub(crate) fn decide(&self, digest: &Digest, patterns: &Patterns) -> Decision {
        let profile = &digest.profile;
        if let Some(node) = self.folds.get(profile.key) {
            let event = self.nodes[node].event;
            if fold::repeats(&self.nodes[node], &self.events[event], digest.time) {
                return Decision {
                    place: Place::Repeats(node),
                    lane: Lane::Alone,
                    considered: vec![event],
                    reached: Vec::new(),
                    completes: Vec::new(),
                };
            }
        }
        let Found { lane, mut sides } = match profile.method {
            Aggregation::GraphCompute if self.is_noise(profile) => noise::find(self, digest),
            Aggregation::GraphCompute => graph::find(self, digest),
            Aggregation::Expert => expert::find(self, digest),
            Aggregation::Window => window::find(self, digest, profile.window),
            Aggregation::Passthrough | Aggregation::None => passthrough::find(),
        };
        let reached = self.reach(digest, patterns);
        let trails: Vec<_> = reached.iter().filter_map(|r| self.trail(r, patterns)).collect();
        let chain = pattern::tie(self, digest, &trails, &mut sides);
        let place = union::place(self, &mut sides, chain);
        Decision {
            place,
            lane,
            considered: sides.considered(),
            reached,
            completes: trails.into_iter().map(|trail| trail.completed).collect(),
        }
    }
}
