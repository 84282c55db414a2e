//! What a match contributes to a correlation: the values that tell its group, and those that are looked at.

use super::compile::{Correlations, Counter, Feed, Member};
use detect::{
    counting::hash,
    matcher::{
        Slot,
        row::{Kind, Row},
    },
};
use sigma::Number;

/// The values that tell a group, and those that are looked at.
pub type Contribution = (Vec<String>, Box<[u64]>);

impl Correlations {
    /// What the event in `row` contributes; none if it lacks a field that is asked for.
    pub fn contribution(&self, feed: Feed, event: &str, row: &mut Row) -> Option<Contribution> {
        let counter = self.all.get(feed.correlation as usize)?;
        let Member::Events { group_by, values } = counter.members.get(usize::from(feed.member))? else {
            return None;
        };
        let group = group_by.iter().map(|slot| first_text(*slot, event, row));
        let group = group.collect::<Option<Vec<String>>>()?;
        Some((group, counter.values(values, event, row)?))
    }
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

    /// What a window of another correlation contributes.
    pub fn of_window(&self, member: u16, group: &[String]) -> Option<Contribution> {
        let Member::Windows { group_by, values } = self.members.get(usize::from(member))? else {
            return None;
        };
        let pick = |places: &[usize]| places.iter().map(|place| group.get(*place).cloned()).collect();
        let (group, texts): (Option<Vec<String>>, Option<Vec<String>>) = (pick(group_by), pick(values));
        let texts = texts?;
        let values = match texts.as_slice() {
            [] => Box::default(),
            texts if self.condition.ask.is_numeric() => {
                some(texts.iter().filter_map(|text| bits(text)).collect())?
            }
            texts => Box::new([hash(texts)]),
        };
        Some((group?, values))
    }

    fn values(&self, fields: &[Slot], event: &str, row: &mut Row) -> Option<Box<[u64]>> {
        match fields {
            [] => Some(Box::default()),
            // With one field, each of its values counts; with several, the first of each, taken together.
            [field] => {
                let mut values = Vec::new();
                let mut next = row.first(*field);
                while let Some(cell) = next {
                    let kind = row.kind(cell);
                    let text = row.text(event, cell);
                    if self.condition.ask.is_numeric() {
                        let is_number = matches!(kind, Kind::Number | Kind::Text);
                        values.extend(is_number.then(|| bits(text)).flatten());
                    } else if !text.is_empty() {
                        values.push(hash(&[text]));
                    }
                    next = row.next(cell);
                }
                some(values)
            }
            fields => {
                let texts = fields.iter().map(|field| first_text(*field, event, row));
                Some(Box::new([hash(&texts.collect::<Option<Vec<String>>>()?)]))
            }
        }
    }
}

/// The first value of a field as text, if it is not null or empty.
fn first_text(slot: Slot, event: &str, row: &mut Row) -> Option<String> {
    let cell = row.first(slot)?;
    let text = row.text(event, cell);
    (!text.is_empty()).then(|| text.to_owned())
}

fn bits(text: &str) -> Option<u64> {
    Some(Number::parse(text)?.as_f64().to_bits())
}

fn some(values: Vec<u64>) -> Option<Box<[u64]>> {
    (!values.is_empty()).then(|| values.into())
}
