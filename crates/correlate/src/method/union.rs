//! Which of the events an alert is tied to become one, and what then hangs on what.
//!
//! The alert joins the best of them. Another is merged only where the bridge is strong and nothing speaks against it;
//! what speaks against it is told, so that an analyst can decide. Within the union there is one tree: every alert but
//! the opener hangs on another, or on what makes the event.

use super::{
    Bridge, Hook, Place, Union,
    edge::differ,
    pattern::Chained,
    side::{Side, Sides},
};
use crate::{
    event::{EventIx, Link, Near, NodeIx, Tie},
    state::{State, Target},
};
use model::{Apart, Membership};

/// A vertex of the tree: the new alert, or an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Vertex {
    New,
    Event(EventIx),
}

/// A branch of the tree. Its ends are alerts of two events, or the new alert.
struct Branch {
    one: (Vertex, Option<NodeIx>),
    other: (Vertex, Option<NodeIx>),
    tie: Tie,
}

/// Decides where the alert goes.
pub(super) fn place(state: &State, sides: &mut Sides, chain: Vec<Chained>) -> Place {
    if sides.open.is_empty() {
        return sides
            .shut
            .map_or(Place::Opens, |(_, last)| Place::Continues(last));
    }
    let opener = |event: EventIx| state.events[event].opener;
    sides.open.iter_mut().for_each(|side| side.sort(state));
    let waits = |side: &Side| state.events[side.event].waits;
    // What is an event already comes before what waits to be one.
    sides.open.sort_by(|a, b| {
        (waits(a).cmp(&waits(b)))
            .then_with(|| b.score().total_cmp(&a.score()))
            .then_with(|| opener(a.event).cmp(&opener(b.event)))
    });
    prefer_pattern(state, &mut sides.open);
    let mut union: Vec<EventIx> = Vec::new();
    let mut by_ours: Vec<bool> = Vec::new();
    let mut branches: Vec<Branch> = Vec::new();
    let mut related = Vec::new();
    let mut also = Vec::new();
    for side in &sides.open {
        let apart = match (union.is_empty(), side.is_strong()) {
            (true, _) => None,
            (false, false) => Some(Apart::Weak),
            (false, true) => {
                let rival = |(event, by_ours): (&EventIx, &bool)| {
                    (*by_ours || side.ours_only()) && are_rivals(state, *event, side.event)
                };
                let rivals = union.iter().zip(&by_ours).any(rival);
                rivals
                    .then_some(Apart::Attackers)
                    .or_else(|| apart(state, &union, side.event))
            }
        };
        let best = side.edges.first();
        match apart {
            None => {
                union.push(side.event);
                by_ours.push(side.ours_only());
                branches.push(branch(state, side));
                let rest = usize::from(side.home.is_none());
                also.extend(side.edges.iter().skip(rest));
            }
            Some(apart) => related.extend(best.map(|edge| Near {
                event: side.event,
                link: edge.link(),
                apart,
            })),
        }
    }
    for Chained {
        later,
        earlier,
        stride,
    } in chain
    {
        let (from, Target::Open(to)) = (
            state.root(state.nodes[later].event),
            state.resolve(root_of(state, earlier)),
        ) else {
            continue;
        };
        // An event that an earlier one continues is not what the alert itself is in.
        let own = root_of(state, earlier) == to;
        if own && union.contains(&from) && !union.contains(&to) && apart(state, &union, to).is_none() {
            union.push(to);
            branches.push(Branch {
                one: (Vertex::Event(from), Some(later)),
                other: (Vertex::Event(to), Some(earlier)),
                tie: Tie::Pattern(stride),
            });
        }
    }
    also.sort_by(|a, b| b.score.total_cmp(&a.score));
    let also = also
        .into_iter()
        .take(Membership::ALSO)
        .map(super::edge::Edge::link)
        .collect();
    grow(state, &union, branches, also, related)
}

/// Where a complete pattern ties the alert to one attacker, and no more than what is ours to the event of another, it
/// belongs to the first: the pattern is one event.
fn prefer_pattern(state: &State, sides: &mut [Side]) {
    let Some(first) = sides
        .first()
        .filter(|side| side.ours_only())
        .map(|side| side.event)
    else {
        return;
    };
    let by_pattern = |side: &Side| side.edges.iter().any(|edge| matches!(edge.tie, Tie::Pattern(_)));
    let preferred = sides
        .iter()
        .position(|side| by_pattern(side) && !side.ours_only() && are_rivals(state, first, side.event));
    if let Some(place) = preferred {
        sides[..=place].rotate_right(1);
    }
}

fn are_rivals(state: &State, one: EventIx, other: EventIx) -> bool {
    differ(&state.events[one].facts, &state.events[other].facts)
}

fn root_of(state: &State, node: NodeIx) -> EventIx {
    state.root(state.nodes[node].event)
}

fn branch(state: &State, side: &Side) -> Branch {
    let (at, tie) = match (&side.home, side.edges.first()) {
        (None, Some(edge)) => (edge.to, edge.tie.clone()),
        (Some(tie), _) => (witness(state, side.event, tie), tie.clone()),
        (None, None) => unreachable!("a side has an edge or is home"),
    };
    Branch {
        one: (Vertex::New, None),
        other: (Vertex::Event(side.event), Some(at)),
        tie,
    }
}

/// The alert of the event that what ties the new one to all of it is true of: its opener may be of something else.
fn witness(state: &State, event: EventIx, tie: &Tie) -> NodeIx {
    let opener = state.opener_of(event);
    let Tie::SameAttacker(attacker) = tie else {
        return opener;
    };
    if state.nodes[opener]
        .profile
        .attackers()
        .any(|m| m.entity == *attacker)
    {
        return opener;
    }
    let mut newest = state.entities[*attacker].alerts.latest().copied();
    newest
        .find(|node| root_of(state, *node) == event)
        .unwrap_or(opener)
}

/// Lets the tree grow from the event that stays: the oldest, and rather one that is an event already.
fn grow(
    state: &State,
    union: &[EventIx],
    branches: Vec<Branch>,
    also: Vec<Link>,
    related: Vec<Near>,
) -> Place {
    let age = |event: &&EventIx| (state.events[**event].waits, state.events[**event].opener);
    let Some(survivor) = union.iter().min_by_key(age).copied() else {
        return Place::Opens;
    };
    let mut reached = vec![Vertex::Event(survivor)];
    let mut link = Link::Opened;
    let mut bridges = Vec::new();
    let mut branches: Vec<Branch> = branches;
    while let Some(next) = branches
        .iter()
        .position(|b| reached.contains(&b.one.0) != reached.contains(&b.other.0))
    {
        let Branch { one, other, tie } = branches.remove(next);
        let (near, far) = if reached.contains(&one.0) {
            (one, other)
        } else {
            (other, one)
        };
        reached.push(far.0);
        match far.0 {
            Vertex::New => link = near.1.map_or(Link::Opened, |to| Link::To { to, tie }),
            Vertex::Event(event) => bridges.push(Bridge {
                event,
                at: far.1.unwrap_or_else(|| state.opener_of(event)),
                link: Hook { to: near.1, tie },
            }),
        }
    }
    Place::Joins(Union {
        event: survivor,
        link,
        also,
        bridges,
        related,
    })
}

/// Why an event may not become one with those of the union, if there is a reason.
fn apart(state: &State, union: &[EventIx], event: EventIx) -> Option<Apart> {
    let all: Vec<EventIx> = union.iter().copied().chain([event]).collect();
    keeps_apart(state, &all)
}

/// Why these events may not become one, if there is a reason. The alert that ties them takes a place too.
pub(crate) fn keeps_apart(state: &State, all: &[EventIx]) -> Option<Apart> {
    let event = |event: &EventIx| &state.events[*event];
    let survivor = all.iter().min_by_key(|e| (event(e).waits, event(e).opener))?;
    let members: usize = all.iter().map(|e| event(e).members.len()).sum();
    let mut owners = all.iter().filter_map(|e| event(e).owner.as_ref());
    let first = owners.next();
    if all.iter().any(|e| !event(e).status.accepts_new_alerts()) {
        Some(Apart::Handled)
    } else if owners.any(|owner| Some(owner) != first) {
        Some(Apart::Owners)
    } else if all.iter().any(|e| e != survivor && event(e).chained) {
        Some(Apart::Continued)
    } else if members >= state.caps.of(event(survivor).method) {
        Some(Apart::Full)
    } else if state.taken_apart(all) {
        Some(Apart::ByHand)
    } else {
        None
    }
}
