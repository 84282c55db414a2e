//! Matches as JSON lines, in the order of the input.

use crate::{
    correlation::{Found, Kept},
    rules::RuleFile,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::{self, Write},
    sync::Arc,
};

/// One match.
#[derive(Serialize)]
pub struct Line<'m> {
    pub rule: RuleLine<'m>,
    pub file: &'m str,
    pub record: u64,
    pub time: Option<&'m str>,
    pub fields: &'m BTreeMap<String, String>,
}

/// The rule of a match.
#[derive(Serialize)]
pub struct RuleLine<'m> {
    pub id: &'m str,
    pub title: &'m str,
    pub level: &'m str,
}

impl<'m> RuleLine<'m> {
    pub fn of(rule: &'m RuleFile) -> Self {
        Self {
            id: &rule.id,
            title: &rule.title,
            level: rule.level,
        }
    }
}

/// A window of a correlation: the line of the event that completed it, and what it adds up to.
#[derive(Serialize)]
pub struct WindowLine<'m> {
    #[serde(flatten)]
    pub line: Line<'m>,
    pub value: serde_json::Value,
    pub records: Vec<RecordLine<'m>>,
}

/// Where an event stands.
#[derive(Serialize)]
pub struct RecordLine<'m> {
    pub file: &'m str,
    pub record: u64,
}

/// What a block came to.
#[derive(Debug)]
pub struct Done {
    pub file: Arc<str>,
    /// Lines of matches.
    pub text: Vec<u8>,
    /// What correlations count.
    pub found: Vec<Found>,
}

/// Takes in what blocks came to in the order of their numbers, whenever they come.
pub struct Ordered<W> {
    out: W,
    kept: Kept,
    next: u64,
    waiting: BTreeMap<u64, Done>,
}

impl<W: Write> Ordered<W> {
    pub const fn new(out: W, kept: Kept) -> Self {
        Self {
            out,
            kept,
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes what a block came to, and writes all that is complete.
    pub fn put(&mut self, number: u64, done: Done) -> io::Result<()> {
        if let Entry::Vacant(place) = self.waiting.entry(number) {
            place.insert(done);
        }
        while let Some(done) = self.waiting.remove(&self.next) {
            self.out.write_all(&done.text)?;
            self.kept.admit(&done.file, done.found);
            self.next += 1;
        }
        Ok(())
    }

    /// Where lines go behind those of blocks, and what was kept for correlations.
    pub fn finish(self) -> (W, Kept) {
        (self.out, self.kept)
    }
}
