//! Finding rows by the hash of a value: open addressing, a third of the slots free, eight bytes a slot.

use super::row::Class;
use std::hash::Hasher as _;

/// Slots: the lower half of the hash and the row number plus one; 0 is free.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Vec<u64>,
}

/// The hash of a value of a class.
pub(super) fn hash(class: Class, value: &[u8]) -> u64 {
    // Keys are fixed, so that two snapshots of the same indicators are the same. Who wants to slow us down by choosing
    // colliding values has to be a feed, and can say worse things than that.
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write_u8(class as u8);
    hasher.write(value);
    hasher.finish()
}

impl Table {
    /// A table with place for `rows` rows.
    pub(super) fn for_rows(rows: usize) -> Self {
        Self {
            slots: vec![0; rows + rows / 2 + 1],
        }
    }

    /// The slot that a hash looks at first: its upper half spread over all of them.
    fn first(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    /// Adds a row.
    pub(super) fn insert(&mut self, hash: u64, row: u32) {
        let mut at = self.first(hash);
        while self.slots[at] != 0 {
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
        self.slots[at] = hash << 32 | u64::from(row + 1);
    }

    /// Gives every row that may have this hash.
    pub(super) fn candidates(&self, hash: u64, mut give: impl FnMut(u32)) {
        if self.slots.is_empty() {
            return;
        }
        let mut at = self.first(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return;
            }
            if (slot >> 32) as u32 == hash as u32 {
                give(slot as u32 - 1);
            }
            at = if at + 1 == self.slots.len() { 0 } else { at + 1 };
        }
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.slots.capacity() * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_and_the_end_wraps() {
        let mut table = Table::for_rows(1_000);
        // All at the last slots.
        let hash = |row: u32| u64::MAX << 32 | u64::from(row % 7);
        (0..1_000).for_each(|row| table.insert(hash(row), row));
        let mut found = Vec::new();
        table.candidates(hash(3), |row| found.push(row));
        assert_eq!(found, (0..1_000).filter(|row| row % 7 == 3).collect::<Vec<_>>());
        let mut none = 0;
        Table::default().candidates(5, |_| none += 1);
        assert_eq!(none, 0);
    }
}
