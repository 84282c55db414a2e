//! The lane of noisy rules. What fires all the time says little by the host it names, so its alerts are similar items;
//! but a file or a process that another alert names too says the same whoever tells of it.

use super::{Found, Lane, edge::edge, side::Sides, window};
use crate::{
    digest::{Digest, Mention, is_artefact},
    event::Tie,
    state::State,
};
use std::time::Duration;

/// The window of noisy rules: they come back every day, and one event for each visit would be noise again.
const WINDOW: Duration = Duration::from_hours(24);

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    let artefacts = |mention: &&Mention| is_artefact(mention.kind) && !state.is_hub(mention);
    for node in state.newest_of(digest.profile.mentions.iter().filter(artefacts)) {
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
    if sides.is_empty() {
        return window::find(state, digest, WINDOW);
    }
    Found {
        lane: Lane::Artefact,
        sides,
    }
}
