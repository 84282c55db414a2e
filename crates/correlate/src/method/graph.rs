//! Graph computing: alerts link when the entities they share weigh enough (see [`crate::weights`]), and when the same
//! rare rule of the network side sweeps over several assets.

use super::{
    Found, Lane,
    edge::{differ, edge, sweep},
    side::Sides,
};
use crate::{
    digest::{Digest, Profile},
    event::{EventIx, NodeIx},
    newest::Newest,
    state::State,
};

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    for node in near(state, digest) {
        let Some(edge) = edge(state, digest, node) else {
            continue;
        };
        let own = state.root(state.nodes[node].event);
        sides.consider(own);
        if !(edge.assets_only && rivals(state, &digest.profile, own)) {
            sides.edge(state, own, edge);
        }
    }
    if digest.profile.may_sweep() {
        for node in state.rules.sweeps(digest.profile.rule).latest() {
            if let Some(edge) = sweep(state, digest, *node) {
                let own = state.root(state.nodes[*node].event);
                sides.edge(state, own, edge);
            }
        }
    }
    Found {
        lane: Lane::Graph,
        sides,
    }
}

/// The newest folded alerts that name one of the entities, hubs left out.
fn near(state: &State, digest: &Digest) -> Vec<NodeIx> {
    let linking = digest.profile.mentions.iter().map(|m| &state.entities[m.entity]);
    let mut near: Vec<NodeIx> = linking
        .filter(|row| !row.is_hub())
        .flat_map(|row| Newest::latest(&row.alerts))
        .copied()
        .collect();
    near.sort_unstable();
    near.dedup();
    near
}

/// Whether the event has attackers, and none of the alert's.
fn rivals(state: &State, profile: &Profile, event: EventIx) -> bool {
    differ(profile, &state.events[event].facts)
}
