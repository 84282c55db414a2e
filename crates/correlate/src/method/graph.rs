//! Graph computing: alerts link when the entities they share weigh enough; see [`crate::weights`].
//!
//! An alert that links to several events joins the best of them. It merges the others into it only where the bridge
//! is strong, the union stays within the cap, and no victim would tie two different attackers together.

use super::{
    Bridge, Decision, Lane, Place,
    edge::{Edge, differ, edge},
};
use crate::{
    digest::{Digest, Profile},
    entity::LOOK_BACK,
    event::{EventIx, Link, NodeIx},
    state::{State, Target},
    weights,
};
use std::cmp::Reverse;

/// The links to one event that takes new alerts; at least one.
struct Side {
    event: EventIx,
    edges: Vec<Edge>,
}

pub(super) fn decide(state: &State, digest: &Digest) -> Decision {
    let mut considered = Vec::new();
    let mut sides: Vec<Side> = Vec::new();
    let mut shut: Option<(f64, EventIx)> = None;
    for node in near(state, digest) {
        let Some(edge) = edge(state, digest, node) else {
            continue;
        };
        let own = state.root(state.nodes[node].event);
        considered.push(own);
        if edge.assets_only && rivals(state, &digest.profile, own) {
            continue;
        }
        match state.resolve(own) {
            Target::Open(event) => {
                considered.push(event);
                match sides.iter_mut().find(|side| side.event == event) {
                    Some(side) => side.edges.push(edge),
                    None => sides.push(Side {
                        event,
                        edges: vec![edge],
                    }),
                }
            }
            Target::Shut(last) => {
                considered.push(last);
                let better = |(score, event): &(f64, EventIx)| {
                    let age = |event: EventIx| state.events[event].opener;
                    edge.score
                        .total_cmp(score)
                        .then(age(*event).cmp(&age(last)))
                        .is_gt()
                };
                if shut.as_ref().is_none_or(better) {
                    shut = Some((edge.score, last));
                }
            }
        }
    }
    considered.sort_unstable();
    considered.dedup();
    let place = match (sides.is_empty(), shut) {
        (true, None) => Place::Opens,
        (true, Some((_, last))) => Place::Continues(last),
        (false, _) => join(state, sides),
    };
    Decision {
        place,
        lane: Lane::Graph,
        considered,
    }
}

/// The newest folded alerts that name one of the entities, hubs left out.
fn near(state: &State, digest: &Digest) -> Vec<NodeIx> {
    let linking = digest.profile.mentions.iter().map(|m| &state.entities[m.entity]);
    let mut near: Vec<NodeIx> = linking
        .filter(|row| !row.is_hub())
        .flat_map(|row| row.alerts.iter().rev().take(LOOK_BACK).copied())
        .collect();
    near.sort_unstable();
    near.dedup();
    near
}

/// Whether the event has attackers, and none of the alert's.
fn rivals(state: &State, profile: &Profile, event: EventIx) -> bool {
    differ(profile, &state.events[event].facts)
}

impl Side {
    fn score(&self) -> f64 {
        self.edges.iter().map(|edge| edge.score).fold(0.0, f64::max)
    }

    fn assets_only(&self) -> bool {
        self.edges.iter().all(|edge| edge.assets_only)
    }

    /// Whether the bridge to this event carries a merge: one strong edge, or two that share nothing.
    fn is_strong(&self) -> bool {
        let edges = self.edges.iter().enumerate();
        let apart = |one: &Edge, two: &Edge| !one.entities.iter().any(|(entity, _)| two.shares(*entity));
        self.score() >= weights::BRIDGE
            || edges
                .into_iter()
                .any(|(i, one)| self.edges[i + 1..].iter().any(|two| apart(one, two)))
    }

    /// The edge that explains the link: into the event itself rather than into one it continues, then the heaviest,
    /// then the newest.
    fn explained(self, state: &State) -> Option<(EventIx, Edge)> {
        let own = |edge: &Edge| state.nodes[edge.to].event == self.event;
        let newest = |edge: &Edge| {
            let node = &state.nodes[edge.to];
            (node.period.last, Reverse(node.alert))
        };
        let order = |a: &Edge, b: &Edge| {
            let by_score = own(a).cmp(&own(b)).then(a.score.total_cmp(&b.score));
            by_score.then_with(|| newest(a).cmp(&newest(b)))
        };
        let best = self.edges.into_iter().max_by(order)?;
        Some((self.event, best))
    }
}

/// Joins the best event, and merges what may be merged; the oldest survives.
fn join(state: &State, mut sides: Vec<Side>) -> Place {
    let opener = |side: &Side| state.events[side.event].opener;
    sides.sort_by(|a, b| {
        b.score()
            .total_cmp(&a.score())
            .then_with(|| opener(a).cmp(&opener(b)))
    });
    let mut union: Vec<Side> = Vec::new();
    for side in sides {
        if union.is_empty() || side.is_strong() && mergeable(state, &union, &side) {
            union.push(side);
        }
    }
    union.sort_by_key(opener);
    let mut union = union.into_iter().filter_map(|side| side.explained(state));
    let Some((event, edge)) = union.next() else {
        return Place::Opens;
    };
    let bridges = union.map(|(event, edge)| Bridge {
        event,
        at: edge.to,
        entities: edge.entities,
        score: edge.score,
    });
    Place::Joins {
        event,
        bridges: bridges.collect(),
        link: Link::Shares {
            to: edge.to,
            entities: edge.entities,
            score: edge.score,
        },
    }
}

fn mergeable(state: &State, union: &[Side], side: &Side) -> bool {
    let all = || union.iter().chain([side]);
    let event = |side: &Side| &state.events[side.event];
    let members: usize = all().map(|side| event(side).members.len()).sum();
    let oldest = all().map(|side| event(side).opener).min();
    let others_free = all()
        .filter(|s| Some(event(s).opener) != oldest)
        .all(|s| !event(s).chained);
    // The alert itself takes a place too.
    members < state.caps.graph
        && others_free
        && union.iter().all(|other| {
            let by_asset = side.assets_only() || other.assets_only();
            !(by_asset && differ(&event(side).facts, &event(other).facts))
        })
}
