//! An edge of the graph: what two alerts share, what it weighs, and whether that is enough.

use crate::{
    digest::{Digest, Mention, Profile},
    entity::EntityIx,
    event::{Facts, NodeIx},
    state::State,
    weights,
};
use model::EntityKind;
use std::time::Duration;

/// A link from the new alert to a folded one.
pub(super) struct Edge {
    pub to: NodeIx,
    pub entities: Vec<(EntityIx, f64)>,
    pub score: f64,
    /// All they share is what is ours.
    pub assets_only: bool,
}

impl Edge {
    pub(super) fn shares(&self, entity: EntityIx) -> bool {
        self.entities.iter().any(|(shared, _)| *shared == entity)
    }
}

/// The edge from an alert to a folded one, if they share enough.
pub(super) fn edge(state: &State, digest: &Digest, to: NodeIx) -> Option<Edge> {
    let node = &state.nodes[to];
    let gap = node.period.distance(digest.time);
    if gap > weights::HORIZON {
        return None;
    }
    let (new, old) = (&*digest.profile, &*node.profile);
    let different_attackers = differ(new, old);
    let alone = gap <= weights::HOST_ALONE || progresses(state, digest, to);
    let mut edge = Edge {
        to,
        entities: Vec::new(),
        score: 0.0,
        assets_only: true,
    };
    let mut hubs = Vec::new();
    for mine in &new.mentions {
        let Some(theirs) = old.mention(mine.entity) else {
            continue;
        };
        let asset = mine.asset && theirs.asset;
        if asset && different_attackers {
            continue;
        }
        let row = &state.entities[mine.entity];
        let weight = contribution(mine, theirs, row.rarity(), gap, alone);
        if row.is_hub() {
            if mine.malicious || theirs.malicious {
                hubs.push((mine.entity, weight));
            }
            continue;
        }
        edge.assets_only &= asset;
        edge.entities.push((mine.entity, weight));
    }
    // A hub counts only if it is known to be malicious and a second entity agrees.
    if !edge.entities.is_empty() {
        edge.entities.append(&mut hubs);
    }
    edge.score = weights::round(edge.entities.iter().map(|(_, weight)| weight).sum());
    (edge.score >= weights::THRESHOLD && (alone || !edge.assets_only)).then_some(edge)
}

fn contribution(mine: &Mention, theirs: &Mention, rarity: f64, gap: Duration, alone: bool) -> f64 {
    let weight = weights::weight(mine.kind, mine.malicious || theirs.malicious);
    let value = weights::contribution(weight, rarity, (mine.role, theirs.role), gap);
    if mine.kind == EntityKind::Host && alone && gap <= weight.half_life {
        value.max(weights::THRESHOLD)
    } else {
        value
    }
}

/// Whether the later of the two is further along the attack than the earlier.
fn progresses(state: &State, digest: &Digest, to: NodeIx) -> bool {
    let node = &state.nodes[to];
    let (Some(new), Some(old)) = (digest.profile.progress, node.profile.progress) else {
        return false;
    };
    if digest.time >= node.period.first {
        new > old
    } else {
        old > new
    }
}

/// Whether both name attackers, and not one in common.
pub(super) fn differ(one: &impl Attackers, other: &impl Attackers) -> bool {
    let known = |attackers: &mut dyn Iterator<Item = EntityIx>| attackers.next().is_some();
    known(&mut one.attackers())
        && known(&mut other.attackers())
        && !one
            .attackers()
            .any(|attacker| other.attackers().any(|theirs| theirs == attacker))
}

/// What names attackers: an alert, an event.
pub(super) trait Attackers {
    fn attackers(&self) -> impl Iterator<Item = EntityIx>;
}

impl Attackers for Profile {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        Self::attackers(self).map(|mention| mention.entity)
    }
}

impl Attackers for Facts {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        self.attackers.keys().copied()
    }
}
