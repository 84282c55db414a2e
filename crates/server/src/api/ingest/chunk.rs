//! Lines of a stream → entries of the journal, a chunk at a time: what is held in memory does not grow with the body.

use connectors::{
    Line, LineReader,
    decompress::{Bounded, DecompressError, Encoding, Limits},
};
use journal::{Entry, EntryKind};
use model::{SourceId, Time};
use normalise::Catalogue;
use serde::Serialize;
use std::{
    collections::HashMap,
    io::{self, BufReader, Read},
};
use utoipa::ToSchema;

/// Bytes of entries in one append.
const CHUNK: usize = 4 << 20;
/// What an entry takes in memory beside its line: a body of nothing but short lines must not take a hundred times its
/// size.
const ENTRY: usize = 192;

/// A line that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Rejected {
    /// Its number in the body, from 1.
    line: u64,
    /// Why.
    reason: String,
}

/// Why the rest of a body was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It cannot be decompressed, or is too large when it is.
    #[error(transparent)]
    Content(#[from] DecompressError),
    /// It broke off.
    #[error("the body broke off")]
    Cut(#[source] io::Error),
    /// The journal refuses.
    #[error("the journal refuses")]
    Journal(#[from] journal::Error),
}

/// What became of a body.
#[derive(Debug, Default)]
pub struct Taken {
    /// Lines received, those that were rejected included.
    pub received: u64,
    /// Lines that were not taken in.
    pub rejected: Vec<Rejected>,
    /// Their bytes.
    pub rejected_bytes: u64,
    /// Why it was not read to its end; lines that were taken in before stay.
    pub refusal: Option<Refusal>,
}

/// Lines that wait to be appended together.
#[derive(Default)]
struct Chunk {
    entries: Vec<Entry>,
    bytes: usize,
    /// How often each line came so far, by its hash.
    seen: HashMap<[u8; 16], u32>,
}

impl Chunk {
    fn push(&mut self, source: SourceId, line: Vec<u8>, received: Time) {
        self.bytes += line.len() + ENTRY;
        let position = self.position(&line);
        self.entries.push(Entry {
            kind: EntryKind::Record { source, position },
            received,
            body: line,
        });
    }

    /// Where a line stands: the hash of what it says, and how often it was said before.
    fn position(&mut self, line: &[u8]) -> Vec<u8> {
        let mut hash = [0; 16];
        hash.copy_from_slice(&blake3::hash(line).as_bytes()[..16]);
        let seen = self.seen.entry(hash).or_default();
        let position = [&hash[..], &seen.to_be_bytes()].concat();
        *seen += 1;
        position
    }
}

/// How a body is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// How it is compressed.
    pub encoding: Encoding,
    /// What it may cost.
    pub limits: Limits,
    /// The source its lines belong to.
    pub source: SourceId,
}

/// Reads `input` to its end and appends its lines; `append` returns once they are on disk.
pub fn take_in(
    input: impl Read,
    reading: Reading,
    now: impl Fn() -> Time,
    append: impl Fn(Vec<Entry>) -> Result<(), journal::Error>,
) -> Taken {
    let mut taken = Taken::default();
    taken.refusal = read(input, reading, &mut taken, now, append).err();
    taken
}

fn read(
    input: impl Read,
    reading: Reading,
    taken: &mut Taken,
    now: impl Fn() -> Time,
    append: impl Fn(Vec<Entry>) -> Result<(), journal::Error>,
) -> Result<(), Refusal> {
    let stream = Bounded::new(reading.encoding, input, reading.limits).map_err(broken)?;
    let mut lines = LineReader::new(BufReader::new(stream), Catalogue::MAX_RECORD_BYTES);
    let mut chunk = Chunk::default();
    while let Some(line) = lines.next() {
        match line.map_err(broken)? {
            Line::Record(line) => chunk.push(reading.source, line, now()),
            Line::TooLong { length, .. } => {
                taken.rejected_bytes += length;
                let reason = format!(
                    "{length} bytes with its end; at most {} are read",
                    Catalogue::MAX_RECORD_BYTES
                );
                taken.rejected.push(Rejected {
                    line: lines.number(),
                    reason,
                });
            }
        }
        taken.received += 1;
        // The same body always ends its chunks at the same lines, so that positions are the same when it comes again.
        if chunk.bytes >= CHUNK {
            append(std::mem::take(&mut chunk).entries)?;
        }
    }
    if chunk.entries.is_empty() {
        return Ok(());
    }
    Ok(append(chunk.entries)?)
}

fn broken(error: io::Error) -> Refusal {
    DecompressError::of(&error)
        .cloned()
        .map_or_else(|| Refusal::Cut(error), Refusal::Content)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::{cell::RefCell, collections::HashSet};

    fn reading() -> Reading {
        Reading {
            encoding: Encoding::Identity,
            limits: Limits::network(64 << 20),
            source: SourceId::from_bits(1),
        }
    }

    /// What became of a body, and what was appended, by append.
    fn take(body: &[u8], reading: Reading) -> (Taken, Vec<Vec<Entry>>) {
        let appended = RefCell::new(Vec::new());
        let taken = take_in(
            body,
            reading,
            || Time::from_secs(1),
            |entries| {
                appended.borrow_mut().push(entries);
                Ok(())
            },
        );
        (taken, appended.into_inner())
    }

    fn positions(appended: &[Vec<Entry>]) -> Vec<Vec<u8>> {
        let position = |entry: &Entry| match &entry.kind {
            EntryKind::Record { position, .. } => position.clone(),
            EntryKind::Action => Vec::new(),
        };
        appended.iter().flatten().map(position).collect()
    }

    #[test]
    fn lines_become_entries_and_too_long_ones_do_not() {
        let long = "x".repeat(Catalogue::MAX_RECORD_BYTES + 1);
        let body = format!("a\n\n{long}\nb");
        let (taken, appended) = take(body.as_bytes(), reading());
        assert!(taken.refusal.is_none());
        assert_eq!((taken.received, taken.rejected_bytes), (3, long.len() as u64 + 1));
        let expected = Rejected {
            line: 3,
            reason: "1048578 bytes with its end; at most 1048576 are read".to_owned(),
        };
        assert_eq!(taken.rejected, [expected]);
        let bodies: Vec<&[u8]> = appended
            .iter()
            .flatten()
            .map(|entry| entry.body.as_slice())
            .collect();
        assert_eq!(bodies, [b"a", b"b"]);
    }

    #[test]
    fn a_batch_that_comes_again_gives_the_same_positions_and_equal_lines_different_ones() {
        let body = b"a\nb\na\na\n";
        let (first, second) = (take(body, reading()).1, take(body, reading()).1);
        assert_eq!(positions(&first), positions(&second));
        let distinct: HashSet<_> = positions(&first).into_iter().collect();
        assert_eq!(distinct.len(), 4);
        let alone = positions(&take(b"b", reading()).1);
        assert!(distinct.contains(&alone[0]), "whatever comes around it");
    }

    #[test]
    fn a_large_body_is_appended_in_chunks() {
        let line = "x".repeat(1 << 20);
        let body = format!("{line}\n").repeat(17);
        let (taken, appended) = take(body.as_bytes(), reading());
        assert_eq!(taken.received, 17);
        assert_eq!(appended.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 4, 4, 1]);
        let (_, appended) = take(&b"x\n".repeat(40_000), reading());
        assert!(
            appended
                .iter()
                .all(|entries| entries.len() * ENTRY <= CHUNK + ENTRY + 1),
            "short lines count too"
        );
    }

    #[test]
    fn a_bomb_ends_the_reading_and_a_full_journal_too() {
        let bomb = zstd::encode_all(&vec![b'x'; 16 << 20][..], 3).unwrap();
        let (refused, appended) = take(
            &bomb,
            Reading {
                encoding: Encoding::Zstd,
                ..reading()
            },
        );
        assert!(matches!(
            refused.refusal,
            Some(Refusal::Content(DecompressError::Ratio { .. }))
        ));
        assert!(appended.is_empty());
        let full = || journal::Error::Full(journal::Full::Queue);
        let refused = take_in(&b"a"[..], reading(), || Time::from_secs(1), |_| Err(full()));
        assert!(matches!(
            refused.refusal,
            Some(Refusal::Journal(journal::Error::Full(_)))
        ));
        let (empty, appended) = take(b"\n", reading());
        assert!(empty.refusal.is_none() && empty.received == 0 && appended.is_empty());
    }
}
