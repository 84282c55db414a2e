//! Frames: how one entry stands in a segment, and how to tell a torn tail from damage.
//!
//! ```text
//! marker 4 | length 4 | crc32 4 | payload …
//! ```
//!
//! The checksum also covers the position and the segment's random salt, so neither a stale disk block nor
//! bytes copied by an attacker into a log line can pass for a frame. The marker says whether the frame
//! opens a group. A group is written only after the one before it was synced, hence the rule for recovery:
//! what is unreadable may be cut off unless a group starts after it; then it was acknowledged, and is lost.

use crate::entry::{Entry, Position};

/// Bytes before the payload.
pub(crate) const HEADER: usize = 12;
/// No payload is longer; a greater length is damage, not a frame.
pub(crate) const LONGEST: usize = 64 << 20;
/// Marks the first frame of a group.
const GROUP: [u8; 4] = *b"CTDG";
/// Marks any other frame.
const REST: [u8; 4] = *b"CTDF";

/// Writes and checks the frames of one segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// The segment's salt.
    pub salt: u64,
}

/// The fixed part of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    marker: [u8; 4],
    crc: u32,
    /// Bytes of the payload.
    pub length: usize,
}

impl Header {
    /// The header these bytes hold, unless they cannot be one.
    pub(crate) fn parse(bytes: &[u8; HEADER]) -> Option<Self> {
        let word = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let header = Self {
            marker: word(0),
            length: u32::from_le_bytes(word(4)) as usize,
            crc: u32::from_le_bytes(word(8)),
        };
        let known = header.marker == GROUP || header.marker == REST;
        (known && (1..=LONGEST).contains(&header.length)).then_some(header)
    }
}

impl Framing {
    /// Appends the frame of `entry`, which will stand at `at`.
    pub(crate) fn write(self, out: &mut Vec<u8>, at: Position, opens_group: bool, entry: &Entry) {
        let marker = if opens_group { GROUP } else { REST };
        let start = out.len();
        out.extend_from_slice(&marker);
        out.extend_from_slice(&(entry.encoded_len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        entry.encode(out);
        let crc = self.checksum(at, marker, &out[start + HEADER..]);
        out[start + 8..start + HEADER].copy_from_slice(&crc.to_le_bytes());
    }

    /// Whether `payload` is what was written under `header` at `at`.
    pub(crate) fn holds(self, header: Header, at: Position, payload: &[u8]) -> bool {
        header.length == payload.len() && header.crc == self.checksum(at, header.marker, payload)
    }

    /// The frame at the start of `bytes`, if it is whole and right: its payload.
    pub(crate) fn read(self, bytes: &[u8], at: Position) -> Option<&[u8]> {
        let (head, rest) = bytes.split_first_chunk::<HEADER>()?;
        let header = Header::parse(head)?;
        let payload = rest.get(..header.length)?;
        self.holds(header, at, payload).then_some(payload)
    }

    /// Whether a group starts anywhere in `bytes`, the first of which stands at `at`.
    pub(crate) fn group_follows(self, bytes: &[u8], at: Position) -> bool {
        bytes
            .windows(GROUP.len())
            .enumerate()
            .filter(|(_, window)| *window == GROUP)
            .any(|(offset, _)| {
                self.read(&bytes[offset..], Position(at.0 + offset as u64))
                    .is_some()
            })
    }

    fn checksum(self, at: Position, marker: [u8; 4], payload: &[u8]) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.salt.to_le_bytes());
        hasher.update(&at.0.to_le_bytes());
        hasher.update(&marker);
        hasher.update(&(payload.len() as u32).to_le_bytes());
        hasher.update(payload);
        hasher.finalize()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::entry::{EntryKind, tests::any_entry};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_changed_byte_is_noticed(entry in any_entry(), at in 0..1u64 << 40, place in any::<prop::sample::Index>(), flip in 1..=255u8) {
            let framing = Framing { salt: 7 };
            let mut bytes = Vec::new();
            framing.write(&mut bytes, Position(at), true, &entry);
            prop_assert_eq!(framing.read(&bytes, Position(at)).and_then(Entry::decode), Some(entry));
            prop_assert!(framing.read(&bytes, Position(at + 1)).is_none(), "at another position");
            prop_assert!(Framing { salt: 8 }.read(&bytes, Position(at)).is_none(), "in another segment");
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            prop_assert!(framing.read(&bytes, Position(at)).is_none());
        }
    }

    #[test]
    fn a_group_is_found_behind_damage() {
        let framing = Framing { salt: 1 };
        let entry = Entry {
            kind: EntryKind::Action,
            received: model::Time::from_secs(1),
            body: b"CTDG".to_vec(),
        };
        let mut bytes = b"damage CTDG ".to_vec();
        let start = bytes.len();
        framing.write(&mut bytes, Position(100 + start as u64), false, &entry);
        assert!(
            !framing.group_follows(&bytes, Position(100)),
            "a frame inside a group proves nothing"
        );
        bytes.truncate(start);
        framing.write(&mut bytes, Position(100 + start as u64), true, &entry);
        assert!(framing.group_follows(&bytes, Position(100)));
        bytes.pop();
        assert!(!framing.group_follows(&bytes, Position(100)), "it is not whole");
    }
}
