//! What a group remembers of a match, and what matches contribute to an alert.

use super::aggregate::Counted;
use model::{Entity, Evidence, ProductId, RecordId, Side, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// Different sets of entities one group remembers.
const MAX_PROFILES: usize = 256;

/// What a record contributes beside its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The entities it mentions.
    pub entities: Vec<Entity>,
    /// The product that wrote it.
    pub product: ProductId,
    /// The cloud account it belongs to.
    pub account: Option<String>,
    /// The side of the device that wrote it.
    pub side: Side,
    /// Whether the device blocked it.
    pub defended: Option<bool>,
}

/// A match, as a window sees it.
#[derive(Debug)]
pub struct Seen {
    /// Which of the rules matched; 0 where that does not matter.
    pub member: u16,
    /// The record's id, or one that stands for the window of another correlation.
    pub record: RecordId,
    /// When it happened.
    pub time: Time,
    /// Hashes of the values that are counted, or the bits of numbers; empty if records are counted.
    pub values: Vec<u64>,
    /// What it contributes.
    pub profiles: Vec<Profile>,
    /// The records of the window it stands for.
    pub records: Option<Vec<RecordId>>,
}

/// A match in a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    pub time: Time,
    pub record: RecordId,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub member: u16,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<u64>,
    /// Position in the profiles; none if there was no room.
    pub profile: Option<u16>,
    /// When its session began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Time>,
    /// For the window of another correlation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chained: Option<Box<Chained>>,
}

/// What stands behind a match that is the window of another correlation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Chained {
    pub records: Vec<RecordId>,
    /// Positions in the profiles, beside the first.
    pub profiles: Vec<u16>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}

impl Counted for Entry {
    fn member(&self) -> u16 {
        self.member
    }

    fn values(&self) -> &[u64] {
        &self.values
    }
}

impl Entry {
    /// Where it stands among the others.
    pub const fn key(&self) -> (Time, u16, RecordId) {
        (self.time, self.member, self.record)
    }

    /// Its records.
    pub fn records(&self) -> &[RecordId] {
        match &self.chained {
            Some(chained) => &chained.records,
            None => std::slice::from_ref(&self.record),
        }
    }

    /// The positions of its profiles.
    pub fn profiles(&self) -> impl Iterator<Item = u16> {
        let more = self.chained.iter().flat_map(|chained| &chained.profiles);
        self.profile.into_iter().chain(more.copied())
    }
}

/// A raw record kept for the alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sample {
    pub member: u16,
    pub evidence: Evidence,
}

/// What the matches of a group contribute, each once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Profiles(Vec<Profile>);

impl Profiles {
    /// The position of a profile; none if there is no room.
    pub fn intern(&mut self, profile: Profile, entries: &mut VecDeque<Entry>) -> Option<u16> {
        if let Some(known) = self.0.iter().position(|p| *p == profile) {
            return Some(known as u16);
        }
        if self.0.len() == MAX_PROFILES {
            self.forget_unused(entries);
        }
        (self.0.len() < MAX_PROFILES).then(|| {
            self.0.push(profile);
            (self.0.len() - 1) as u16
        })
    }

    /// Those of some matches, each once.
    pub fn of<'e>(&self, entries: impl Iterator<Item = &'e Entry>) -> Vec<Profile> {
        let numbers: BTreeSet<u16> = entries.flat_map(Entry::profiles).collect();
        let known = numbers.into_iter().map(|number| &self.0[usize::from(number)]);
        known.cloned().collect()
    }

    fn forget_unused(&mut self, entries: &mut VecDeque<Entry>) {
        let used: BTreeSet<u16> = entries.iter().flat_map(Entry::profiles).collect();
        let renumbered: HashMap<u16, u16> = used.iter().zip(0..).map(|(old, new)| (*old, new)).collect();
        let kept = used.iter().map(|number| self.0[usize::from(*number)].clone());
        self.0 = kept.collect();
        let renumber = |old: u16| renumbered.get(&old).copied();
        for entry in entries {
            entry.profile = entry.profile.and_then(renumber);
            if let Some(chained) = &mut entry.chained {
                chained.profiles = chained.profiles.iter().filter_map(|old| renumber(*old)).collect();
            }
        }
    }
}
