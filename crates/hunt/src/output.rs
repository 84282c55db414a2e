//! Matches as JSON lines, in the order of the input.

use serde::Serialize;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::{self, Write},
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

/// Writes blocks of output in the order of their numbers, whenever they come.
pub struct Ordered<W> {
    out: W,
    next: u64,
    waiting: BTreeMap<u64, Vec<u8>>,
}

impl<W: Write> Ordered<W> {
    pub const fn new(out: W) -> Self {
        Self {
            out,
            next: 0,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes the output of a block, and writes all that is complete.
    pub fn put(&mut self, number: u64, text: Vec<u8>) -> io::Result<()> {
        if let Entry::Vacant(place) = self.waiting.entry(number) {
            place.insert(text);
        }
        while let Some(text) = self.waiting.remove(&self.next) {
            self.out.write_all(&text)?;
            self.next += 1;
        }
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}
