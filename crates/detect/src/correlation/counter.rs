//! A compiled correlation, and what it reads from records and from the windows of other correlations.

use super::window::Condition;
use crate::field::Address;
use model::{RecordView, id::ContentHash};

/// What a counting rule counts.
#[derive(Debug)]
pub struct Counter {
    /// What it is called in Sigma.
    pub kind: &'static str,
    /// The window and its condition.
    pub condition: Condition,
    /// The condition as people read it.
    pub text: String,
    /// It is asked for what is absent, so its windows are looked at when they are over.
    pub waits: bool,
    /// The fields, or aliases, that tell one count from another.
    pub group_by: Vec<String>,
    /// The rules it is about, by the names it gives them.
    pub rules: Vec<String>,
    /// Where they have the fields.
    pub members: Vec<Member>,
}

/// Where the matches of one rule have the fields.
#[derive(Debug)]
pub enum Member {
    /// In their records.
    Records {
        /// Those that tell one count from another.
        group_by: Vec<Address>,
        /// Those whose values are looked at.
        values: Vec<Address>,
    },
    /// Among the values of the group of another correlation, by their place there.
    Windows {
        /// Those that tell one count from another.
        group_by: Vec<usize>,
        /// Those whose values are looked at.
        values: Vec<usize>,
    },
}

impl Counter {
    /// How a match of a member is told from those of others; 0 where it need not be.
    pub const fn place_of(&self, member: u16) -> u16 {
        if self.condition.ask.tells_rules_apart() {
            member
        } else {
            0
        }
    }

    /// The values that tell the group of a record; none if it lacks one of them: it belongs to no group then.
    pub fn group_of(&self, member: u16, record: &impl RecordView) -> Option<Vec<String>> {
        match self.members.get(usize::from(member))? {
            Member::Records { group_by, .. } => {
                group_by.iter().map(|field| field.first_text(record)).collect()
            }
            Member::Windows { .. } => None,
        }
    }

    /// The values that tell the group of a window of another correlation.
    pub fn group_in(&self, member: u16, group: &[String]) -> Option<Vec<String>> {
        match self.members.get(usize::from(member))? {
            Member::Windows { group_by, .. } => {
                group_by.iter().map(|place| group.get(*place).cloned()).collect()
            }
            Member::Records { .. } => None,
        }
    }

    /// The values of a record that are looked at; none if it lacks one of the fields.
    pub fn values_of(&self, member: u16, record: &impl RecordView) -> Option<Vec<u64>> {
        let Member::Records { values, .. } = self.members.get(usize::from(member))? else {
            return None;
        };
        match values.as_slice() {
            [] => Some(Vec::new()),
            [field] if self.condition.ask.is_numeric() => {
                let numbers = field.values(record).iter().filter_map(|v| v.value.to_number());
                some(numbers.filter(|n| n.is_finite()).map(f64::to_bits))
            }
            // With one field, each of its values counts; with several, the first of each, taken together.
            [field] => {
                let texts = field.values(record).iter().map(|v| v.value.to_text());
                some(texts.filter(|text| !text.is_empty()).map(|text| hash(&[&text])))
            }
            fields => {
                let texts = fields.iter().map(|field| field.first_text(record));
                Some(vec![hash(&texts.collect::<Option<Vec<String>>>()?)])
            }
        }
    }

    /// The values of a window of another correlation that are looked at.
    pub fn values_in(&self, member: u16, group: &[String]) -> Option<Vec<u64>> {
        let Member::Windows { values, .. } = self.members.get(usize::from(member))? else {
            return None;
        };
        let texts = values.iter().map(|place| group.get(*place));
        let texts: Vec<&String> = texts.collect::<Option<_>>()?;
        if texts.is_empty() {
            return Some(Vec::new());
        }
        if self.condition.ask.is_numeric() {
            let numbers = texts.iter().filter_map(|text| text.trim().parse::<f64>().ok());
            return some(numbers.filter(|n| n.is_finite()).map(f64::to_bits));
        }
        Some(vec![hash(&texts)])
    }

    /// The value of a field in a group, if it is one of those that tell it.
    pub fn value_in(&self, address: &Address, group: &[String]) -> Option<String> {
        let mut members = self.members.iter();
        members.find_map(|member| match member {
            Member::Records { group_by, .. } => {
                let place = group_by.iter().position(|known| known == address)?;
                group.get(place).cloned()
            }
            Member::Windows { .. } => None,
        })
    }
}

fn some(values: impl Iterator<Item = u64>) -> Option<Vec<u64>> {
    let values: Vec<u64> = values.collect();
    (!values.is_empty()).then_some(values)
}

/// A value, or several taken together, as what is counted.
pub fn hash(texts: &[impl AsRef<str>]) -> u64 {
    let hash = ContentHash::new("value");
    let parts = texts.iter().fold(hash, |hash, text| hash.part(text.as_ref()));
    (parts.finish() >> 64) as u64
}
