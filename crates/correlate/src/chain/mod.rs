//! The attack chain of an event: what led to what, in lanes by ATT&CK tactic, and where the attack began.
//!
//! Nodes are folded alerts in order of time; an edge goes from an alert to a later one that it explains and says by
//! which entity ([`links`]). What a longer path says already is left out ([`reach`]). [`entry`] finds where the attack
//! began. A tactic between the first and the last one seen that has no alert is a gap in what we saw, not in what
//! the attacker did.
//!
//! For n nodes that mention e entities in all: O(n log n + e) to find the edges, O(e · n / 64) to thin them out and
//! to know what follows from what. Two thousand nodes take a few milliseconds.

mod cause;
mod entry;
mod fold;
mod lanes;
mod links;
mod process;
mod reach;

pub use cause::{Cause, EdgeKind};
pub use entry::EntryPoint;
pub use lanes::Lane;

use fold::Fold;
use model::{Alert, AlertId, Level, LocalText, Membership, Side, Tactic, Time};
use serde::Serialize;

/// A folded alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The first alert of the fold, or the oldest that is still kept.
    pub alert: AlertId,
    /// When it happened.
    pub time: Time,
    /// When the last one of the fold happened.
    pub last_time: Time,
    /// Alerts in the fold.
    pub count: u64,
    /// How bad.
    pub level: Level,
    /// The side that saw it.
    pub side: Side,
    /// Its tactics.
    pub tactics: Vec<Tactic>,
    /// Reconnaissance, or an attempt from the network that led to nothing on a host.
    pub attempt: bool,
}

/// An alert leads to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The earlier one.
    pub from: AlertId,
    /// The later one.
    pub to: AlertId,
    /// How, the strongest first; never empty.
    pub causes: Vec<Cause>,
    /// Whether one explains the other; otherwise they only follow each other in one place.
    pub causal: bool,
    /// The strongest cause as a sentence.
    pub text: LocalText,
}

/// An attack chain.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize)]
pub struct Chain {
    /// The folded alerts by time.
    pub nodes: Vec<Node>,
    /// What led to what; no edge that a path of others makes needless. By the later alert, then the earlier one.
    pub edges: Vec<Edge>,
    /// In matrix order; tactics the matrix does not know come after it, alerts without a tactic last.
    pub lanes: Vec<Lane>,
    /// Absent only if there are no alerts.
    pub entry: Option<EntryPoint>,
}

impl Chain {
    /// The chain of an event's alerts, in whatever order they come, for tactics in the order of the matrix.
    pub fn new<'a>(members: impl IntoIterator<Item = (&'a Alert, &'a Membership)>, order: &[Tactic]) -> Self {
        let folds = fold::folds(members);
        let links = links::find(&folds);
        let descent = reach::Descent::of(&folds, &links);
        let aside = entry::aside(&folds, &descent, order);
        let nodes: Vec<Node> = folds
            .iter()
            .zip(&aside)
            .map(|(fold, aside)| fold.node(*aside))
            .collect();
        Self {
            lanes: lanes::of(&nodes, order),
            entry: entry::find(&folds, &links, &descent, &aside),
            edges: links.iter().map(|link| link.edge(&folds)).collect(),
            nodes,
        }
    }

    /// Tactics between the first and the last one seen of which nothing was seen.
    pub fn gaps(&self) -> impl Iterator<Item = &Tactic> {
        self.lanes
            .iter()
            .filter(|lane| lane.alerts.is_empty())
            .filter_map(|lane| lane.tactic.as_ref())
    }
}

impl Fold<'_> {
    fn node(&self, attempt: bool) -> Node {
        Node {
            alert: self.alert.id,
            time: self.alert.time,
            last_time: self.last_time,
            count: self.count,
            level: self.alert.level,
            side: self.alert.side,
            tactics: self.alert.tactics.clone(),
            attempt,
        }
    }
}
