//! Log files → the engine, merged by event time.

use super::{ReplayError, result::Results};
use crate::pipeline::{Engine, Outcome, RawRecord, SourceCount, SourceInfo};
use connectors::file::{Line, Lines};
use model::{ProductId, RecordId, RecordView, SourceId, TenantId, Time};
use std::{collections::HashSet, path::PathBuf};

/// Lines read ahead of each file: how far out of order the files may be against each other at no cost.
const READ_AHEAD: usize = 8192;

/// Bits of a line's place that are its number; above them stands the number of the file, because the first lines of two
/// files of one product are not the same record.
const LINE_BITS: u32 = 40;

/// A log file being read.
struct LogFile {
    place: u64,
    source: SourceInfo,
    path: PathBuf,
    lines: Lines,
    number: u64,
    /// Lines read and not yet run, in file order.
    ahead: Vec<Ahead>,
    done: bool,
    /// The time of the last record, for lines that have none.
    clock: Time,
}

struct Ahead {
    position: [u8; 8],
    raw: Vec<u8>,
}

/// Runs all files through the engine.
pub(super) fn replay(
    engine: &mut Engine,
    files: &[(ProductId, PathBuf)],
    results: &mut Results,
    progress: &dyn Fn(u64),
) -> Result<(), ReplayError> {
    let mut files = files
        .iter()
        .zip(0..)
        .map(|((product, path), number)| open(engine, product, path, number))
        .collect::<Result<Vec<_>, _>>()?;
    let mut seen = HashSet::new();
    loop {
        for file in &mut files {
            file.fill(results, progress)?;
        }
        if files.iter().all(|file| file.ahead.is_empty()) {
            break;
        }
        round(engine, &mut files, &mut seen, results);
    }
    let newest = files.iter().map(|file| file.clock).max().unwrap_or_default();
    let mut outcome = Outcome::default();
    engine.finish(newest, &mut outcome);
    results.add(outcome);
    Ok(())
}

fn open(engine: &Engine, product: &ProductId, path: &PathBuf, number: u64) -> Result<LogFile, ReplayError> {
    let catalogue = &engine.content().catalogue;
    if catalogue.product(product).is_none() {
        let known: Vec<String> = catalogue
            .products()
            .map(|known| format!("`{}`", known.id()))
            .collect();
        return Err(ReplayError::UnknownProduct {
            product: product.clone(),
            known: known.join(", "),
        });
    }
    let lines = Lines::open(path).map_err(ReplayError::read(path))?;
    let id = SourceId::from_parts([
        TenantId::default().as_str().as_bytes(),
        product.to_string().as_bytes(),
        b"replay",
    ]);
    let source = SourceInfo {
        id,
        product: product.clone(),
        account: None,
        utc_offset_minutes: 0,
    };
    Ok(LogFile {
        place: number << LINE_BITS,
        source,
        path: path.clone(),
        lines,
        number: 0,
        ahead: Vec::new(),
        done: false,
        clock: Time::default(),
    })
}

impl LogFile {
    /// Reads ahead.
    fn fill(&mut self, results: &mut Results, progress: &dyn Fn(u64)) -> Result<(), ReplayError> {
        let before = self.lines.bytes_read();
        while !self.done && self.ahead.len() < READ_AHEAD {
            let Some(line) = self.lines.next() else {
                self.done = true;
                break;
            };
            self.number += 1;
            match line.map_err(ReplayError::read(&self.path))? {
                Line::Record(raw) => self.ahead.push(Ahead {
                    position: (self.place | self.number).to_be_bytes(),
                    raw,
                }),
                Line::TooLong { .. } => {
                    let count = results.counter(&self.source.product);
                    count.received += 1;
                    count.rejected += 1;
                }
            }
        }
        progress(self.lines.bytes_read() - before);
        Ok(())
    }
}

/// Runs everything that no file can still come before, in the order of event times.
fn round(engine: &mut Engine, files: &mut [LogFile], seen: &mut HashSet<RecordId>, results: &mut Results) {
    let arrived = crate::clock::now();
    let mut batch = Vec::new();
    // Up to here every file has been read: beyond it an unread line might come first.
    let mut safe = None;
    let mut clocks = Vec::with_capacity(files.len());
    for (number, file) in files.iter().enumerate() {
        let mut clock = file.clock;
        for (index, line) in file.ahead.iter().enumerate() {
            let raw = RawRecord {
                source: &file.source,
                position: &line.position,
                received: arrived,
                raw: &line.raw,
            };
            let normalised = engine.normalise(&raw);
            if let Ok(record) = &normalised {
                clock = record.meta().time;
            }
            batch.push((clock, number, index, raw, normalised));
        }
        if !file.done {
            safe = Some(safe.map_or(clock, |time: Time| time.min(clock)));
        }
        clocks.push(clock);
    }
    batch.sort_by_key(|(time, number, index, ..)| (*time, *number, *index));
    // A file whose clock stands still, or runs backwards, must not stop the rest: one full read-ahead is enough.
    let (ready, later): (Vec<_>, Vec<_>) = batch
        .into_iter()
        .partition(|(time, ..)| safe.is_none_or(|safe| *time <= safe));
    let mut keep: Vec<HashSet<usize>> = vec![HashSet::new(); files.len()];
    for (_, number, index, ..) in &later {
        keep[*number].insert(*index);
    }
    drop(later);
    let mut outcome = Outcome::default();
    let inputs = ready
        .into_iter()
        .map(|(time, _, _, raw, normalised)| {
            (
                RawRecord {
                    received: time,
                    ..raw
                },
                normalised,
            )
        })
        .collect();
    engine.run(inputs, seen, &mut outcome);
    seen.extend(outcome.records.iter().copied());
    count(files, &outcome, results);
    results.add(outcome);
    for ((file, keep), clock) in files.iter_mut().zip(keep).zip(clocks) {
        let mut index = 0;
        file.ahead.retain(|_| {
            index += 1;
            keep.contains(&(index - 1))
        });
        file.clock = clock;
    }
}

/// Adds the batch's counters to those of its products.
fn count(files: &[LogFile], outcome: &Outcome, results: &mut Results) {
    let mut counted = HashSet::new();
    for file in files {
        if !counted.insert(file.source.id) {
            continue;
        }
        for ((_, _), batch) in outcome
            .sources
            .iter()
            .filter(|((source, _), _)| *source == file.source.id)
        {
            let total: &mut SourceCount = results.counter(&file.source.product);
            total.received += batch.received;
            total.stored += batch.stored;
            total.duplicate += batch.duplicate;
            total.dead_letter += batch.dead_letter;
        }
    }
}
