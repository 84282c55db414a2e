//! Which fields a log can have at all: those its mapping fills, whatever a record holds. A rule that asks a log for
//! another one asks in vain, and this is how its author gets to know.

use crate::catalogue::{LogInfo, Product};
use model::Slot;
use std::collections::BTreeSet;

impl Product {
    /// The kinds of log it writes, each with the fields its mapping may fill.
    pub fn filled(&self) -> impl Iterator<Item = (&LogInfo, BTreeSet<Slot>)> {
        self.logs.iter().zip(&self.plans).map(|(log, plan)| {
            let mapped = plan.fields.iter().map(|field| field.slot);
            (log, mapped.chain(plan.time_slot).collect())
        })
    }
}
