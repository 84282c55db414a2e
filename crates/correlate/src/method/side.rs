//! What ties an alert to the events there are, one side for each event that takes new alerts.

use super::edge::Edge;
use crate::{
    event::{EventIx, Tie},
    state::{State, Target},
    weights,
};
use std::cmp::Reverse;

/// What ties the alert to one event that takes new alerts.
pub(super) struct Side {
    pub event: EventIx,
    pub edges: Vec<Edge>,
    /// It belongs there by its attacker, or by what it is similar to, whatever alerts there are.
    pub home: Option<Tie>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Sides {
    pub open: Vec<Side>,
    /// The best of the events that take none, by the last of its chain.
    pub shut: Option<(f64, EventIx)>,
    considered: Vec<EventIx>,
}

impl Sides {
    /// Notes that the decision depends on an event.
    pub(super) fn consider(&mut self, event: EventIx) {
        self.considered.push(event);
    }

    /// The events the decision depends on.
    pub(super) fn considered(mut self) -> Vec<EventIx> {
        self.considered.sort_unstable();
        self.considered.dedup();
        self.considered
    }

    /// Whether nothing ties the alert to any event.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.shut.is_none()
    }

    /// Adds an edge to an alert of the event `own`.
    pub(super) fn edge(&mut self, state: &State, own: EventIx, edge: Edge) {
        if let Some(side) = self.side(state, own, edge.score) {
            side.edges.push(edge);
        }
    }

    /// Adds the event that the alert belongs to whatever alerts it has.
    pub(super) fn home(&mut self, state: &State, own: EventIx, tie: Tie) {
        if let Some(side) = self.side(state, own, f64::INFINITY) {
            side.home.get_or_insert(tie);
        }
    }

    fn side(&mut self, state: &State, own: EventIx, score: f64) -> Option<&mut Side> {
        self.consider(own);
        match state.resolve(own) {
            Target::Open(event) => {
                self.consider(event);
                let known = self.open.iter().position(|side| side.event == event);
                let place = known.unwrap_or_else(|| {
                    self.open.push(Side {
                        event,
                        edges: Vec::new(),
                        home: None,
                    });
                    self.open.len() - 1
                });
                self.open.get_mut(place)
            }
            Target::Shut(last) => {
                self.consider(last);
                let age = |event: EventIx| state.events[event].opener;
                let better = |(known, event): &(f64, EventIx)| {
                    score.total_cmp(known).then(age(*event).cmp(&age(last))).is_gt()
                };
                if self.shut.as_ref().is_none_or(better) {
                    self.shut = Some((score, last));
                }
                None
            }
        }
    }
}

impl Side {
    pub(super) fn score(&self) -> f64 {
        let edges = self.edges.iter().map(|edge| edge.score).fold(0.0, f64::max);
        if self.home.is_some() { f64::INFINITY } else { edges }
    }

    /// Whether all that ties it is ours.
    pub(super) fn ours_only(&self) -> bool {
        self.home.is_none() && self.edges.iter().all(|edge| edge.ours_only)
    }

    /// Whether the bridge to this event carries a merge: one strong edge, or two that share nothing.
    pub(super) fn is_strong(&self) -> bool {
        let edges = self.edges.iter().enumerate();
        self.score() >= weights::BRIDGE
            || edges
                .into_iter()
                .any(|(i, one)| self.edges[i + 1..].iter().any(|two| one.is_independent_of(two)))
    }

    /// Puts the edge that explains the link first: into the event itself rather than into one it continues, then the
    /// heaviest, then the newest.
    pub(super) fn sort(&mut self, state: &State) {
        let event = self.event;
        self.edges.sort_by(|a, b| {
            let own = |edge: &Edge| state.root(state.nodes[edge.to].event) == event;
            let newest = |edge: &Edge| {
                let node = &state.nodes[edge.to];
                (node.period.last, Reverse(node.alert))
            };
            let by_score = own(b).cmp(&own(a)).then(b.score.total_cmp(&a.score));
            by_score.then_with(|| newest(b).cmp(&newest(a)))
        });
    }
}
