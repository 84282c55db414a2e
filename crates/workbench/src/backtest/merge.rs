//! Several logs as one, in the order of event times: an attack that shows in two of them must come in the order it
//! happened.

use crate::read::{self, Feed};
use model::{RecordView, Time};
use normalise::Catalogue;
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

/// A raw record on its way in.
#[derive(Clone, Copy, Debug)]
pub struct RawRecord<'r> {
    /// Through which source it comes.
    pub feed: &'r Feed,
    /// Where it stands in its log: its id where it carries none of its own.
    pub position: &'r [u8],
    /// When it was received: gives a year to times that carry none.
    pub received: Time,
    /// Its bytes.
    pub raw: &'r [u8],
}

/// Where the records of one log come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Through which source they come.
    pub feed: Feed,
    /// When the log was received.
    pub received: Time,
}

struct Input<I> {
    origin: Origin,
    lines: I,
    number: u64,
    next: Option<Vec<u8>>,
    /// The time of the last record, for lines that have none.
    clock: Time,
}

/// Bits of a line's place that are its number: a trillion lines.
const LINE_BITS: u32 = 40;

/// Where a line stands: the first lines of two files of one product are not the same record.
fn position(log: usize, line: u64) -> [u8; 8] {
    ((log as u64) << LINE_BITS | line).to_be_bytes()
}

/// Reads logs side by side, the oldest next record first. Within a log, records stay in its order.
pub struct Merged<I> {
    catalogue: Arc<Catalogue>,
    inputs: Vec<Input<I>>,
    heads: BinaryHeap<Reverse<(Time, usize)>>,
}

impl<I, E> Merged<I>
where
    I: Iterator<Item = Result<Vec<u8>, E>>,
{
    /// Starts to read logs; an error of one of them ends it all.
    pub fn new(catalogue: &Arc<Catalogue>, logs: Vec<(Origin, I)>) -> Result<Self, E> {
        let inputs = logs.into_iter().map(|(origin, lines)| Input {
            origin,
            lines,
            number: 0,
            next: None,
            clock: Time::default(),
        });
        let mut merged = Self {
            catalogue: Arc::clone(catalogue),
            inputs: inputs.collect(),
            heads: BinaryHeap::new(),
        };
        for number in 0..merged.inputs.len() {
            merged.fill(number)?;
        }
        Ok(merged)
    }

    /// Hands the oldest next record to `take`; false at the end of all logs.
    pub fn next(&mut self, take: impl FnOnce(&RawRecord<'_>)) -> Result<bool, E> {
        let Some(Reverse((_, number))) = self.heads.pop() else {
            return Ok(false);
        };
        let input = &mut self.inputs[number];
        if let Some(raw) = input.next.take() {
            take(&RawRecord {
                feed: &input.origin.feed,
                position: &position(number, input.number),
                received: input.origin.received,
                raw: &raw,
            });
        }
        self.fill(number)?;
        Ok(true)
    }

    /// Reads the next line of a log. A single log is in its own order whatever its times, so they are not read.
    fn fill(&mut self, number: usize) -> Result<(), E> {
        let alone = self.inputs.len() == 1;
        let input = &mut self.inputs[number];
        let Some(line) = input.lines.next() else {
            return Ok(());
        };
        let raw = line?;
        input.number += 1;
        if !alone {
            let Origin { feed, received } = &input.origin;
            if let Ok(record) = read::record(&self.catalogue, feed, *received, &[], &raw) {
                input.clock = record.meta().time;
            }
        }
        input.next = Some(raw);
        self.heads.push(Reverse((input.clock, number)));
        Ok(())
    }
}
