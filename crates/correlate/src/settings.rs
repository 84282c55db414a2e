//! What an administrator, the content and the tests may set.

use crate::pattern::Patterns;
use model::{Aggregation, Alert, Capabilities, CorrelationSettings, Infrastructure, Tactic, limits};
use std::collections::{BTreeMap, BTreeSet};

/// How many folded alerts an event may hold (S9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// For the graph method.
    pub graph: usize,
    /// For every other method.
    pub other: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            graph: limits::GRAPH_EVENT_ALERTS,
            other: limits::OTHER_EVENT_ALERTS,
        }
    }
}

impl Caps {
    /// The cap of an event of this method.
    pub const fn of(self, method: Aggregation) -> usize {
        match method {
            Aggregation::GraphCompute => self.graph,
            _ => self.other,
        }
    }
}

/// What the correlator is told from outside.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What each provider's logs may lead to (S16).
    pub capabilities: Capabilities,
    /// The tactics in matrix order: data, because ATT&CK adds and renames them.
    pub tactic_order: Vec<Tactic>,
    /// Addresses, hosts and hashes that everything shares: NAT, load balancer, back-to-origin, scanner, golden image.
    /// They are shown and never link, and are nobody's attacker.
    pub infrastructure: Infrastructure,
    /// Rules that count as noisy (true) or not (false) whatever they do, by id.
    pub noisy: BTreeMap<String, bool>,
    /// The expert patterns that are off, by id.
    pub patterns_off: BTreeSet<String>,
    /// How large an event may grow.
    pub caps: Caps,
    /// The expert patterns.
    pub patterns: Patterns,
}

impl Settings {
    /// The steps of expert patterns that an alert may take.
    pub(crate) fn steps_of(&self, alert: &Alert) -> Vec<(usize, usize)> {
        let off = |pattern| {
            self.patterns
                .get(pattern)
                .is_some_and(|p| self.patterns_off.contains(&p.id))
        };
        let steps = self.patterns.steps_of(alert).into_iter();
        let on = steps.filter(|(pattern, _)| !off(*pattern));
        on.map(|(pattern, step)| (pattern.0, step.0)).collect()
    }

    /// The same with what an administrator says of correlation.
    pub fn with(self, said: &CorrelationSettings) -> Self {
        Self {
            infrastructure: said.infrastructure(),
            noisy: said.noisy.clone(),
            patterns_off: said.patterns_off.clone(),
            ..self
        }
    }

    /// The position of the furthest of these tactics in the matrix.
    pub(crate) fn progress(&self, tactics: &[Tactic]) -> Option<usize> {
        tactics
            .iter()
            .filter_map(|tactic| self.tactic_order.iter().position(|t| t == tactic))
            .max()
    }
}
