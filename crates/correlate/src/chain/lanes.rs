//! The alerts of a chain in lanes, one per ATT&CK tactic.

use super::Node;
use model::{AlertId, Tactic};
use serde::Serialize;
use std::collections::BTreeSet;

/// The alerts of one tactic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// The tactic; none for alerts without one.
    pub tactic: Option<Tactic>,
    /// Its alerts by time; empty for a gap. An alert with several tactics is in the lane of each.
    pub alerts: Vec<AlertId>,
}

/// The lanes of these nodes, from the first tactic seen to the last.
pub(super) fn of(nodes: &[Node], order: &[Tactic]) -> Vec<Lane> {
    let pick = |wanted: &dyn Fn(&Node) -> bool| -> Vec<AlertId> {
        let picked = nodes.iter().filter(|node| wanted(node));
        picked.map(|node| node.alert).collect()
    };
    let lane = |tactic: &Tactic| Lane {
        tactic: Some(tactic.clone()),
        alerts: pick(&|node| node.tactics.contains(tactic)),
    };
    let mut lanes: Vec<Lane> = order.iter().map(lane).collect();
    let first = lanes.iter().position(|lane| !lane.alerts.is_empty());
    let last = lanes.iter().rposition(|lane| !lane.alerts.is_empty());
    lanes = match (first, last) {
        (Some(first), Some(last)) => lanes.drain(first..=last).collect(),
        _ => Vec::new(),
    };
    let unknown: BTreeSet<&Tactic> = nodes
        .iter()
        .flat_map(|node| &node.tactics)
        .filter(|tactic| !order.contains(tactic))
        .collect();
    lanes.extend(unknown.into_iter().map(lane));
    let without = pick(&|node| node.tactics.is_empty());
    if !without.is_empty() {
        lanes.push(Lane {
            tactic: None,
            alerts: without,
        });
    }
    lanes
}
