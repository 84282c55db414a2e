//! Expert: by default a pattern of one step, grouped by attacker. All alerts of one attacker, whatever rule or
//! product raised them, are one event while they follow each other within a day. A victim never links two attackers.
//!
//! An address behind which there are many is no attacker to group by: what comes from it to one asset within half an
//! hour is one visit, and nothing else of it is tied. Patterns of more steps are found for alerts of every method: see
//! [`super::pattern`].

use super::{
    Found, Lane,
    edge::{Edge, edge},
    side::Sides,
};
use crate::{
    digest::Digest,
    entity::EntityIx,
    event::{Event, NodeIx, Share, Tie},
    state::State,
    weights,
};
use std::time::Duration;

/// The longest silence within one event.
const GAP: Duration = Duration::from_hours(24);
/// The same, once the attacker got in.
const GAP_INSIDE: Duration = weights::HORIZON;

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    let Some(attacker) = digest.profile.attacker() else {
        return Found {
            lane: Lane::Alone,
            sides,
        };
    };
    let crowd = state.entities[attacker].is_crowd();
    let newest = state.entities[attacker].attacks.filter(|_| !crowd);
    if let Some(event) = newest.map(|event| state.root(event)) {
        sides.consider(event);
        if is_near(&state.events[event], digest) {
            sides.home(state, event, Tie::SameAttacker(attacker));
        }
    }
    for node in state.newest_of(digest.profile.attackers()) {
        let edge = match crowd {
            true => visit(state, digest, attacker, node),
            false if state.nodes[node].lane == Lane::Graph => edge(state, digest, node, false),
            false => None,
        };
        if let Some(edge) = edge {
            sides.edge(state, state.root(state.nodes[node].event), edge);
        }
    }
    Found {
        lane: Lane::Attacker(attacker),
        sides,
    }
}

/// Whether an alert follows an event of its attacker soon enough to be part of it.
fn is_near(event: &Event, digest: &Digest) -> bool {
    let inside = !event.facts.breached.is_empty();
    let gap = if inside { GAP_INSIDE } else { GAP };
    event.period.distance(digest.time) <= gap
}

/// The edge to an earlier request of the same visit.
fn visit(state: &State, digest: &Digest, attacker: EntityIx, to: NodeIx) -> Option<Edge> {
    let node = &state.nodes[to];
    let gap = node.period.distance(digest.time);
    if gap > weights::VISIT || node.profile.attacker() != Some(attacker) {
        return None;
    }
    let same = digest.profile.mentions.iter().find(|mine| {
        let theirs = node.profile.mention(mine.entity);
        mine.asset && theirs.is_some_and(|theirs| theirs.asset)
    })?;
    let share = |entity: EntityIx, weight: f64| Share {
        entity,
        weight,
        base: weight,
        rarity: 1.0,
        decay: 1.0,
    };
    let entities = vec![share(attacker, 0.0), share(same.entity, weights::THRESHOLD)];
    Some(Edge {
        to,
        tie: Tie::Shares {
            entities,
            score: weights::THRESHOLD,
        },
        score: weights::THRESHOLD,
        assets_only: false,
        ours_only: false,
    })
}
