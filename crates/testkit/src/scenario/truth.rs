//! What is true of the generated alerts: which incident or which source of noise each is of.

use model::{AlertId, TenantId};
use std::collections::HashMap;

/// An incident, or a source of noise: one attacker at work, one scanner, one nightly job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The kind, which is the name of the file that tells its story.
    pub kind: &'static str,
    /// Whose estate it is in, by number.
    pub tenant: usize,
    /// It is an attack; otherwise its alerts are noise.
    pub attack: bool,
}

/// What is true of one alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its place in [`Truth::sources`].
    pub source: usize,
    /// The phase of the attack, or what the noise is.
    pub phase: &'static str,
}

/// What is true of all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// Incidents and sources of noise.
    pub sources: Vec<Source>,
    /// Of each alert. Ids may repeat across tenants.
    pub labels: HashMap<(TenantId, AlertId), Label>,
}

impl Truth {
    /// What is true of an alert.
    pub fn of(&self, tenant: &TenantId, alert: AlertId) -> Option<(&Source, Label)> {
        let label = *self.labels.get(&(tenant.clone(), alert))?;
        Some((&self.sources[label.source], label))
    }
}
