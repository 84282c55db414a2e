//! What the journal holds: entries, and the positions between them.

use model::{SourceId, Time};
use std::fmt;

/// A place in a tenant's log, between two entries. Only ever grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

impl Position {
    /// Before the first entry ever written.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One input of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// When we received it: the pipeline's only clock.
    pub received: Time,
    /// The raw record, or the action as its writer encoded it.
    pub body: Vec<u8>,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A raw log record.
    Record {
        /// The source it came through.
        source: SourceId,
        /// Where it stood in that source; part of the record's id where it has none of its own.
        position: Vec<u8>,
    },
    /// What an analyst did; events depend on it, so it has its place in the order of inputs.
    Action,
}

/// The first byte of an encoded entry.
const RECORD: u8 = 1;
const ACTION: u8 = 2;

impl Entry {
    /// Bytes the entry takes when encoded.
    pub(crate) fn encoded_len(&self) -> usize {
        let kind = match &self.kind {
            EntryKind::Record { position, .. } => 16 + 4 + position.len(),
            EntryKind::Action => 0,
        };
        1 + 8 + kind + self.body.len()
    }

    /// Appends the encoded entry to `out`.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let start = out.len();
        match &self.kind {
            EntryKind::Record { source, position } => {
                out.push(RECORD);
                out.extend_from_slice(&self.received.millis().to_le_bytes());
                out.extend_from_slice(&source.bits().to_le_bytes());
                out.extend_from_slice(&(position.len() as u32).to_le_bytes());
                out.extend_from_slice(position);
            }
            EntryKind::Action => {
                out.push(ACTION);
                out.extend_from_slice(&self.received.millis().to_le_bytes());
            }
        }
        out.extend_from_slice(&self.body);
        debug_assert_eq!(out.len() - start, self.encoded_len());
    }

    /// The entry these bytes encode.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&kind, rest) = bytes.split_first()?;
        let (received, rest) = rest.split_first_chunk::<8>()?;
        let received = Time::from_millis(i64::from_le_bytes(*received));
        let (kind, body) = match kind {
            RECORD => {
                let (source, rest) = rest.split_first_chunk::<16>()?;
                let (length, rest) = rest.split_first_chunk::<4>()?;
                let (position, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
                let kind = EntryKind::Record {
                    source: SourceId::from_bits(u128::from_le_bytes(*source)),
                    position: position.to_vec(),
                };
                (kind, body)
            }
            ACTION => (EntryKind::Action, rest),
            _ => return None,
        };
        Some(Self {
            kind,
            received,
            body: body.to_vec(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn any_entry() -> impl Strategy<Value = Entry> {
        let bytes = |most| prop::collection::vec(any::<u8>(), 0..most);
        let kind = prop_oneof![
            (any::<u128>(), bytes(40)).prop_map(|(source, position)| EntryKind::Record {
                source: SourceId::from_bits(source),
                position,
            }),
            Just(EntryKind::Action),
        ];
        (kind, 0..4_000_000_000_000i64, bytes(200)).prop_map(|(kind, received, body)| Entry {
            kind,
            received: Time::from_millis(received),
            body,
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn decodes_what_it_encodes(entry in any_entry()) {
            let mut bytes = Vec::new();
            entry.encode(&mut bytes);
            prop_assert_eq!(Entry::decode(&bytes), Some(entry));
        }

        #[test]
        fn decoding_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Entry::decode(&bytes);
        }
    }
}
