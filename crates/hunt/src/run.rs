//! A hunt: threads that each take a block of events, match it, and hand over what it came to.

use crate::{
    correlation::{self, Kept, Note},
    input::{Block, Input, Problem},
    output::{Done, Ordered},
    rules::Loaded,
    worker::Worker,
};
use detect::matcher::Log;
use serde::Serialize;
use std::{
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// How the kind of log of an event is known.
#[derive(Clone, Debug)]
pub enum LogMode {
    /// All events are of this log.
    Fixed(Log),
    /// Each event says so, in `product`, `service` and `category`.
    Fields,
    /// It is not: all rules are asked.
    Any,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Events that were read.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Matches and windows that were written.
    pub matches: u64,
    /// Records that are no events.
    pub unreadable: u64,
    /// Files that could not be read to their end.
    pub files_cut: u64,
    /// Matches that correlations would count, but whose events say no time.
    pub matches_without_time: u64,
    /// Matches that correlations would count, but there was no room for.
    pub matches_left_out: u64,
}

/// Why a hunt ended early: its output cannot be written. What cannot be read stops nothing.
#[derive(Debug, thiserror::Error)]
#[error("cannot write matches: {0}")]
pub struct HuntError(#[source] io::Error);

/// What is told while a hunt goes on, from any thread.
pub trait Told: Sync {
    /// So many bytes of events were matched.
    fn matched(&self, bytes: u64);
    /// Something could not be read.
    fn unreadable(&self, problem: &Problem);
    /// Something people should know of the matches that correlations count, when all is read.
    fn noted(&self, note: &Note);
}

/// Hunts for rules in files.
pub fn hunt(
    loaded: &Loaded,
    files: Vec<PathBuf>,
    mode: &LogMode,
    threads: usize,
    out: impl Write + Send,
    told: &impl Told,
) -> Result<Summary, HuntError> {
    let input = Mutex::new(Input::new(files, matches!(mode, LogMode::Fields)));
    let correlations = &loaded.correlations;
    let kept = Kept::new(correlations.count(), correlation::MOST);
    let output = Mutex::new(Ordered::new(out, kept));
    let work = || {
        let mut worker = Worker::new(loaded, mode);
        let mut block = Block::default();
        loop {
            let filled = lock(&input).next(&mut block);
            if !filled {
                return Ok(worker.summary);
            }
            worker.block(&block, told);
            told.matched(block.text.len() as u64);
            let done = Done {
                file: Arc::clone(&block.file),
                text: std::mem::take(&mut worker.text),
                found: std::mem::take(&mut worker.found),
            };
            lock(&output).put(block.number, done).map_err(HuntError)?;
        }
    };
    let mut summary = thread::scope(|scope| {
        let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut total: Result<Summary, HuntError> = work();
        for other in others {
            let summary = other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            total = total.and_then(|total| Ok(total.plus(summary?)));
        }
        total
    })?;
    let output = output.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (mut out, kept) = output.finish();
    for note in kept.notes(correlations) {
        told.noted(&note);
    }
    summary.matches_without_time = kept.untimed();
    summary.matches_left_out = kept.left_out();
    let written = correlation::decide::write(correlations, kept, &mut out);
    summary.matches += written
        .and_then(|windows| out.flush().map(|()| windows))
        .map_err(HuntError)?;
    Ok(summary)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Summary {
    const fn plus(self, other: Self) -> Self {
        Self {
            events: self.events + other.events,
            bytes: self.bytes + other.bytes,
            matches: self.matches + other.matches,
            unreadable: self.unreadable + other.unreadable,
            files_cut: self.files_cut + other.files_cut,
            matches_without_time: self.matches_without_time + other.matches_without_time,
            matches_left_out: self.matches_left_out + other.matches_left_out,
        }
    }
}
