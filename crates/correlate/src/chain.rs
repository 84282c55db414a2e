//! The attack chain of an event: its alerts in lanes, one per ATT&CK tactic in matrix order, and the entry point.
//!
//! A tactic between the first and the last one seen that has no alert is an empty lane: a gap in what we saw, not
//! in what the attacker did.

use model::{Alert, AlertId, LocalText, Side, Tactic, Time};
use std::collections::BTreeSet;

/// The alerts of one tactic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The tactic; none for alerts without one.
    pub tactic: Option<Tactic>,
    /// Its alerts by time; empty for a gap. An alert with several tactics is in the lane of each.
    pub alerts: Vec<AlertId>,
}

/// Where the attack began, as far as its alerts show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The alert.
    pub alert: AlertId,
    /// Why this one.
    pub reason: LocalText,
}

/// An attack chain.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Chain {
    /// In matrix order; tactics the matrix does not know come after it, alerts without a tactic last.
    pub lanes: Vec<Lane>,
    /// Absent only if there are no alerts.
    pub entry: Option<EntryPoint>,
}

impl Chain {
    /// The chain of these alerts, for tactics in this order.
    pub fn new<'a>(alerts: impl IntoIterator<Item = &'a Alert>, order: &[Tactic]) -> Self {
        let mut alerts: Vec<&Alert> = alerts.into_iter().collect();
        alerts.sort_unstable_by_key(|alert| (alert.time, alert.id));
        let with = |tactic: &Tactic| -> Vec<AlertId> {
            alerts
                .iter()
                .filter(|a| a.tactics.contains(tactic))
                .map(|a| a.id)
                .collect()
        };
        let lane = |tactic: &Tactic| Lane {
            tactic: Some(tactic.clone()),
            alerts: with(tactic),
        };
        let mut lanes: Vec<Lane> = order.iter().map(lane).collect();
        let first = lanes.iter().position(|lane| !lane.alerts.is_empty());
        let last = lanes.iter().rposition(|lane| !lane.alerts.is_empty());
        lanes = match (first, last) {
            (Some(first), Some(last)) => lanes.drain(first..=last).collect(),
            _ => Vec::new(),
        };
        let unknown: BTreeSet<&Tactic> = alerts
            .iter()
            .flat_map(|alert| &alert.tactics)
            .filter(|tactic| !order.contains(tactic))
            .collect();
        lanes.extend(unknown.into_iter().map(lane));
        let without: Vec<AlertId> = alerts
            .iter()
            .filter(|a| a.tactics.is_empty())
            .map(|a| a.id)
            .collect();
        if !without.is_empty() {
            lanes.push(Lane {
                tactic: None,
                alerts: without,
            });
        }
        Self {
            entry: entry(&alerts, order),
            lanes,
        }
    }
}

/// The earliest alert of the earliest tactic, on a host if anything was seen on one: that is where the attacker
/// came in, what the network saw before were attempts.
fn entry(alerts: &[&Alert], order: &[Tactic]) -> Option<EntryPoint> {
    let on_host = alerts.iter().any(|alert| alert.side == Side::Host);
    let stage = |alert: &Alert| {
        let known = alert
            .tactics
            .iter()
            .filter_map(|tactic| order.iter().position(|t| t == tactic));
        known.min().unwrap_or(order.len())
    };
    let rank = |alert: &&&Alert| -> (usize, Time, AlertId) { (stage(alert), alert.time, alert.id) };
    let candidates = alerts.iter().filter(|alert| !on_host || alert.side == Side::Host);
    let alert = candidates.min_by_key(rank)?;
    let (side_en, side_zh) = if on_host {
        (" on a host", "主机侧")
    } else {
        ("", "")
    };
    let reason = if stage(alert) < order.len() {
        LocalText::new(
            format!("It is the earliest alert{side_en} of the earliest tactic seen."),
            format!("它是已见最早战术中最早的{side_zh}告警。"),
        )
    } else {
        LocalText::new(
            format!("It is the earliest alert{side_en}."),
            format!("它是最早的{side_zh}告警。"),
        )
    };
    Some(EntryPoint {
        alert: alert.id,
        reason,
    })
}
