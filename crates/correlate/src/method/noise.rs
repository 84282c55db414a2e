//! The lane of noisy rules. What fires all the time says little by the host it names, so its alerts are similar items;
//! but a file or a process that another alert names too says the same whoever tells of it.

use super::{Found, Lane, edge::edge, side::Sides, window};
use crate::{
    digest::{Digest, Mention, is_artefact},
    event::{NodeIx, Tie},
    newest::Newest,
    state::State,
};
use std::time::Duration;

/// The window of noisy rules: they come back every day, and one event for each visit would be noise again.
const WINDOW: Duration = Duration::from_hours(24);

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    for node in near(state, digest) {
        let by_artefact = |tie: &Tie| match tie {
            Tie::Shares { entities, .. } => entities
                .iter()
                .any(|share| is_artefact(state.entities.key(share.entity).kind)),
            _ => false,
        };
        if let Some(edge) = edge(state, digest, node, true).filter(|edge| by_artefact(&edge.tie)) {
            sides.edge(state, state.root(state.nodes[node].event), edge);
        }
    }
    if sides.open.is_empty() {
        return window::find(state, digest, WINDOW);
    }
    Found {
        lane: Lane::Artefact,
        sides,
    }
}

/// The newest folded alerts that name one of its artefacts.
fn near(state: &State, digest: &Digest) -> Vec<NodeIx> {
    let ties = |mention: &&Mention| is_artefact(mention.kind) && !state.entities[mention.entity].is_hub();
    let artefacts = digest.profile.mentions.iter().filter(ties);
    let mut near: Vec<NodeIx> = artefacts
        .flat_map(|mention| Newest::latest(&state.entities[mention.entity].alerts))
        .copied()
        .collect();
    near.sort_unstable();
    near.dedup();
    near
}
