//! An edge of the graph: what two alerts share, what it weighs, and whether that is enough.

use crate::{
    digest::{Digest, Mention, Profile},
    entity::EntityIx,
    event::{Facts, Link, NodeIx, Share, Tie},
    state::State,
    weights,
};
use model::EntityKind;
use std::time::Duration;

/// A link from the new alert to a folded one.
pub(super) struct Edge {
    pub to: NodeIx,
    pub tie: Tie,
    pub score: f64,
    /// All they share is what is ours.
    pub assets_only: bool,
}

impl Edge {
    /// Whether the two are two reasons, not one met twice: they share no entity.
    pub(super) fn is_independent_of(&self, other: &Self) -> bool {
        match (&self.tie, &other.tie) {
            (Tie::Shares { entities: mine, .. }, Tie::Shares { entities: theirs, .. }) => !mine
                .iter()
                .any(|one| theirs.iter().any(|two| one.entity == two.entity)),
            (Tie::Sweep { .. }, Tie::Sweep { .. }) => false,
            _ => true,
        }
    }

    pub(super) fn link(&self) -> Link {
        Link::To {
            to: self.to,
            tie: self.tie.clone(),
        }
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
    let mut assets_only = true;
    let (mut entities, mut hubs) = (Vec::new(), Vec::new());
    for mine in &new.mentions {
        let Some(theirs) = old.mention(mine.entity) else {
            continue;
        };
        let asset = mine.asset && theirs.asset;
        if asset && different_attackers {
            continue;
        }
        let row = &state.entities[mine.entity];
        let share = share(mine, theirs, row.rarity(), gap, alone);
        if row.is_hub() {
            if mine.malicious || theirs.malicious {
                hubs.push(share);
            }
            continue;
        }
        assets_only &= asset;
        entities.push(share);
    }
    // A hub counts only if it is known to be malicious and a second entity agrees.
    if !entities.is_empty() {
        entities.append(&mut hubs);
    }
    let score = weights::round(entities.iter().map(|share| share.weight).sum());
    (score >= weights::THRESHOLD && (alone || !assets_only)).then_some(Edge {
        to,
        tie: Tie::Shares { entities, score },
        score,
        assets_only,
    })
}

/// The edge to an alert of the same rule on another asset, if both are part of one sweep.
pub(super) fn sweep(state: &State, digest: &Digest, to: NodeIx) -> Option<Edge> {
    let node = &state.nodes[to];
    let gap = node.period.distance(digest.time);
    let score = state.rules.rarity(digest.profile.rule)?;
    (gap <= weights::SWEEP && score >= weights::THRESHOLD).then_some(Edge {
        to,
        tie: Tie::Sweep {
            seconds: gap.as_secs(),
            score,
        },
        score,
        assets_only: false,
    })
}

fn share(mine: &Mention, theirs: &Mention, rarity: f64, gap: Duration, alone: bool) -> Share {
    let weight = weights::weight(mine.kind, mine.malicious || theirs.malicious);
    let value = weights::contribution(weight, rarity, (mine.role, theirs.role), gap);
    let host_alone = mine.kind == EntityKind::Host && alone && gap <= weight.half_life;
    let at_least = match host_alone {
        true if gap < weights::HOST_AT_ONCE => weights::BRIDGE,
        true => weights::THRESHOLD,
        false => 0.0,
    };
    Share {
        entity: mine.entity,
        weight: value.max(at_least),
        base: weight.base,
        rarity,
        decay: weights::round(weights::decay(gap, weight.half_life)),
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
pub(crate) fn differ(one: &impl Attackers, other: &impl Attackers) -> bool {
    let known = |attackers: &mut dyn Iterator<Item = EntityIx>| attackers.next().is_some();
    known(&mut one.attackers())
        && known(&mut other.attackers())
        && !one
            .attackers()
            .any(|attacker| other.attackers().any(|theirs| theirs == attacker))
}

/// What names attackers: an alert, an event.
pub(crate) trait Attackers {
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
