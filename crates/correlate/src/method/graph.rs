//! Graph computing: alerts link when the entities they share weigh enough; see [`crate::weights`].
//!
//! An alert that links to several events joins the best of them. It merges the others into it only where the bridge
//! is strong, the union stays within the cap, and no victim would tie two different attackers together.

use super::{Bridge, Decision, Lane, Place};
use crate::{
    digest::{Digest, Mention, Profile},
    entity::{EntityIx, LOOK_BACK},
    event::{EventIx, Facts, Link, NodeIx},
    state::{State, Target},
    weights,
};
use model::EntityKind;
use std::{cmp::Reverse, time::Duration};

/// A link from the new alert to a folded one.
struct Edge {
    to: NodeIx,
    entities: Vec<(EntityIx, f64)>,
    score: f64,
    /// All they share is what is ours.
    assets_only: bool,
}

/// The links to one event that takes new alerts.
struct Side {
    event: EventIx,
    edges: Vec<Edge>,
    best: usize,
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
                        best: 0,
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

fn edge(state: &State, digest: &Digest, to: NodeIx) -> Option<Edge> {
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
fn differ(one: &impl Attackers, other: &impl Attackers) -> bool {
    let known = |attackers: &mut dyn Iterator<Item = EntityIx>| attackers.next().is_some();
    known(&mut one.attackers())
        && known(&mut other.attackers())
        && !one
            .attackers()
            .any(|attacker| other.attackers().any(|theirs| theirs == attacker))
}

/// What names attackers: an alert, an event.
trait Attackers {
    fn attackers(&self) -> impl Iterator<Item = EntityIx>;
}

impl Attackers for Profile {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        Self::attackers(self).map(|mention| mention.entity)
    }
}

impl Attackers for Facts {
    fn attackers(&self) -> impl Iterator<Item = EntityIx> {
        Self::attackers(self)
    }
}

/// Whether the event has attackers, and none of the alert's.
fn rivals(state: &State, profile: &Profile, event: EventIx) -> bool {
    differ(profile, &state.events[event].facts)
}

impl Side {
    fn best(&self) -> &Edge {
        &self.edges[self.best]
    }

    fn assets_only(&self) -> bool {
        self.edges.iter().all(|edge| edge.assets_only)
    }

    /// Whether the bridge to this event carries a merge: one strong edge, or two that share nothing.
    fn is_strong(&self) -> bool {
        let apart = |one: &Edge, two: &Edge| {
            !one.entities
                .iter()
                .any(|(e, _)| two.entities.iter().any(|(o, _)| e == o))
        };
        self.best().score >= weights::BRIDGE
            || self
                .edges
                .iter()
                .enumerate()
                .any(|(i, one)| self.edges[i + 1..].iter().any(|two| apart(one, two)))
    }
}

/// Joins the best event, and merges what may be merged; the oldest survives.
fn join(state: &State, mut sides: Vec<Side>) -> Place {
    for side in &mut sides {
        let rank = |edge: &Edge| {
            let node = &state.nodes[edge.to];
            (node.period.last, Reverse(node.alert))
        };
        let order = |a: &&Edge, b: &&Edge| a.score.total_cmp(&b.score).then_with(|| rank(a).cmp(&rank(b)));
        let best = side.edges.iter().enumerate().max_by(|a, b| order(&a.1, &b.1));
        side.best = best.map_or(0, |(i, _)| i);
    }
    let opener = |side: &Side| state.events[side.event].opener;
    sides.sort_by(|a, b| {
        b.best()
            .score
            .total_cmp(&a.best().score)
            .then_with(|| opener(a).cmp(&opener(b)))
    });
    let mut union: Vec<Side> = Vec::new();
    for side in sides {
        if union.is_empty() || side.is_strong() && mergeable(state, &union, &side) {
            union.push(side);
        }
    }
    union.sort_by_key(opener);
    let mut union = union.into_iter().map(|mut side| {
        let best = side.edges.swap_remove(side.best);
        (side.event, best)
    });
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
        .all(|s| !event(s).is_chained());
    // The alert itself takes a place too.
    members < state.caps.graph
        && others_free
        && union.iter().all(|other| {
            let by_asset = side.assets_only() || other.assets_only();
            !(by_asset && differ(&event(side).facts, &event(other).facts))
        })
}
