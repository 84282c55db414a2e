//! Everything a document says about an event.

use correlate::Chain;
use model::{
    Alert, AlertId, Entity, EntityKey, EventStatus, LocalText, Membership, SecurityEvent, Tactic, Time,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A tactic of ATT&CK.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TacticName {
    /// Such as `TA0001`.
    pub id: String,
    /// Such as `initial-access`.
    pub short: Tactic,
    /// What it is called.
    pub name: LocalText,
}

/// A technique of ATT&CK.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Technique {
    /// Such as `T1059.004`.
    pub id: String,
    /// What it is called, a sub-technique with its parent's name before its own.
    pub name: String,
    /// The tactics it serves.
    pub tactics: Vec<Tactic>,
}

/// The ATT&CK matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The version of ATT&CK.
    pub version: String,
    /// In matrix order.
    pub tactics: Vec<TacticName>,
    /// By id.
    pub techniques: BTreeMap<String, Technique>,
}

impl Matrix {
    /// What a tactic is called; its short name if the matrix does not know it.
    pub fn tactic(&self, tactic: &Tactic) -> LocalText {
        self.known(tactic)
            .map_or_else(|| LocalText::same(tactic.as_str()), |known| known.name.clone())
    }

    pub(crate) fn known(&self, tactic: &Tactic) -> Option<&TacticName> {
        self.tactics.iter().find(|known| known.short == *tactic)
    }

    /// `T1190 Exploit Public-Facing Application`; the id alone if the matrix does not know it.
    pub(crate) fn technique(&self, id: &str) -> String {
        match self.techniques.get(id) {
            Some(technique) => format!("{id} {}", technique.name),
            None => id.to_owned(),
        }
    }
}

/// A place an action was done in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionTask {
    /// Cloud account and instance.
    pub place: String,
    /// Where it stands.
    pub status: LocalText,
    /// More than that.
    pub detail: LocalText,
}

/// What was done about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What was handled.
    pub entity: EntityKey,
    /// What was done to it.
    pub operation: LocalText,
    /// By which playbook.
    pub playbook: LocalText,
    /// Where it stands.
    pub status: LocalText,
    /// From when.
    pub from: Time,
    /// Until when.
    pub until: Time,
    /// Where.
    pub tasks: Vec<ActionTask>,
}

/// Something that happened to an event, or that someone wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Time,
    /// Who.
    pub actor: String,
    /// What, as a sentence.
    pub text: LocalText,
    /// What someone wrote.
    pub comment: Option<String>,
}

/// An event near this one.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbour {
    /// The other event.
    pub event: SecurityEvent,
    /// Since when they are known to be near.
    pub at: Time,
    /// Why.
    pub reason: LocalText,
}

/// Everything a document says about an event.
#[derive(Clone, Debug)]
pub struct Story<'a> {
    /// The event, at the level that holds, with all its entities.
    pub event: &'a SecurityEvent,
    /// Where its handling stands.
    pub status: EventStatus,
    /// An analyst chose the level.
    pub level_chosen: bool,
    /// Who handles it.
    pub owner: Option<&'a str>,
    /// Its alerts, each with why it is there.
    pub members: &'a [(&'a Alert, &'a Membership)],
    /// What led to what.
    pub chain: &'a Chain,
    /// Its entities, attackers first, each with how many alerts mention it.
    pub entities: &'a [(Entity, u64)],
    /// Events near it that were not merged.
    pub related: &'a [Neighbour],
    /// What was done.
    pub actions: &'a [Action],
    /// What happened to it, oldest first.
    pub notes: &'a [Note],
    /// Names of tactics and techniques.
    pub matrix: &'a Matrix,
    /// When the document is written.
    pub now: Time,
}

impl<'a> Story<'a> {
    /// The alerts by id.
    pub(crate) fn alerts(&self) -> BTreeMap<AlertId, (&'a Alert, &'a Membership)> {
        self.members
            .iter()
            .map(|(alert, membership)| (alert.id, (*alert, *membership)))
            .collect()
    }
}
