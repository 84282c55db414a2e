//! Expert patterns of several steps: a complete match ties its alerts, whatever method each of them has.

use super::{edge::Edge, side::Sides};
use crate::{
    digest::Digest,
    entity::EntityIx,
    event::{NodeIx, Stride, Tie},
    reach::Trail,
    state::State,
    weights,
};

/// A tie between two alerts that were there before.
pub(super) struct Chained {
    pub later: NodeIx,
    pub earlier: NodeIx,
    pub stride: Stride,
}

/// Adds what complete matches tie: the new alert to the one before it, as an edge that carries a merge, and those
/// before to each other, from the last to the first.
pub(super) fn tie(state: &State, digest: &Digest, trails: &[Trail], sides: &mut Sides) -> Vec<Chained> {
    let mut chain = Vec::new();
    for trail in trails {
        let mut later = None;
        for (earlier, step, entity) in &trail.strides {
            let stride = Stride {
                pattern: trail.completed.id.clone(),
                step: *step,
                entity: *entity,
            };
            let own = state.root(state.nodes[*earlier].event);
            sides.consider(own);
            match later {
                None => {
                    let edge = Edge {
                        to: *earlier,
                        tie: Tie::Pattern(stride),
                        score: weights::BRIDGE,
                        assets_only: false,
                        ours_only: is_asset(digest, *entity),
                    };
                    sides.edge(state, own, edge);
                }
                Some(later) => chain.push(Chained {
                    later,
                    earlier: *earlier,
                    stride,
                }),
            }
            later = Some(*earlier);
        }
    }
    chain
}

/// Whether what ties is what was attacked: that alone makes no attackers one.
fn is_asset(digest: &Digest, entity: EntityIx) -> bool {
    digest
        .profile
        .mention(entity)
        .is_some_and(|mention| mention.asset)
}
