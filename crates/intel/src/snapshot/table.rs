//! Finding rows by the hash of a value: rows stand in the order of their hashes, each where its hash belongs if all were
//! spread evenly, or behind the row before it. A search begins there and ends at the first gap or greater hash: most often
//! on the line of cache it began on, and no index has to be read before.

use super::row::{Class, Row};
use std::hash::Hasher as _;

/// For how many rows there are how many places: with fewer, rows stand further from where they belong.
const ROWS: (usize, usize) = (7, 8);
/// Places behind the last that a hash belongs to, so that hardly ever more are asked for.
const SPARE: usize = 64;

/// Rows where they are found.
#[derive(Debug, Default)]
pub(super) struct Table {
    slots: Vec<Option<Row>>,
    /// Places that hashes belong to; there are a few more slots.
    homes: usize,
    rows: usize,
}

/// What hashes depend on beside the value: all values there are. So two snapshots of the same indicators are the same, and
/// yet nobody who writes a part of a feed can choose values that stand in one run, which every search beside it would go
/// through: he would have to know what all feeds say, until the next of them changes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Key(u64);

impl Key {
    /// The key of what there was and one value more.
    pub(super) fn with(self, class: Class, value: &[u8]) -> Self {
        Self(self.digest(class, value))
    }

    /// The hash of a value of a class: the upper half of 64 bits, which is what rows keep of it.
    pub(super) fn hash(self, class: Class, value: &[u8]) -> u32 {
        (self.digest(class, value) >> 32) as u32
    }

    fn digest(self, class: Class, value: &[u8]) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write_u64(self.0 ^ class as u64);
        hasher.write(value);
        hasher.finish()
    }
}

impl Table {
    /// Room for so many rows, made once: what grows is in memory twice while it does.
    pub(super) fn of(rows: usize) -> Self {
        let homes = rows * ROWS.1 / ROWS.0;
        Self {
            slots: vec![None; homes + SPARE],
            homes,
            rows: 0,
        }
    }

    /// Puts a row where it is found, behind those that equal it.
    pub(super) fn insert(&mut self, row: Row) {
        let later = |slot: &Option<Row>| slot.is_none_or(|other| other.hash > row.hash);
        let home = home(row.hash, self.homes);
        let place = self.slots[home..].iter().position(later);
        let place = place.map_or(self.slots.len(), |after| home + after);
        // Those behind it move on by one, up to the next gap.
        let mut moved = Some(row);
        for slot in &mut self.slots[place..] {
            std::mem::swap(slot, &mut moved);
            if moved.is_none() {
                break;
            }
        }
        if moved.is_some() {
            self.slots.push(moved);
        }
        self.rows += 1;
    }

    /// Every row of this hash, in the order they came.
    pub(super) fn candidates(&self, hash: u32) -> impl Iterator<Item = &Row> {
        let slots = self.slots.get(home(hash, self.homes)..).unwrap_or_default();
        slots
            .iter()
            .map_while(Option::as_ref)
            .skip_while(move |row| row.hash < hash)
            .take_while(move |row| row.hash == hash)
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.rows
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.slots.capacity() * size_of::<Option<Row>>()
    }
}

/// Where a hash belongs: hashes spread over all places in their order.
fn home(hash: u32, homes: usize) -> usize {
    ((u64::from(hash) * homes as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of rows that are told apart by their terms.
    fn table(hashes: &[u32]) -> Table {
        let mut table = Table::of(hashes.len());
        for (number, hash) in hashes.iter().enumerate() {
            let mut row = Row::new(Class::V4, &[]);
            row.hash = *hash;
            row.terms = number as u32;
            table.insert(row);
        }
        table
    }

    fn found(table: &Table, hash: u32) -> Vec<u32> {
        table.candidates(hash).map(|row| row.terms).collect()
    }

    #[test]
    fn every_row_is_found_in_the_order_it_came() {
        let hash = |number: u32| [0, 7, u32::MAX, 1 << 31, u32::MAX - 1][(number % 5) as usize];
        let table = table(&(0..1_000).map(hash).collect::<Vec<u32>>());
        for wanted in 0..5 {
            let expected: Vec<u32> = (0..1_000).filter(|number| number % 5 == wanted).collect();
            assert_eq!(found(&table, hash(wanted)), expected);
        }
        for absent in [1, 8, (1 << 31) - 1, u32::MAX - 2] {
            assert!(found(&table, absent).is_empty());
        }
        assert!(found(&Table::default(), 5).is_empty());
        assert_eq!(table.len(), 1_000);
    }

    #[test]
    fn rows_that_are_moved_on_are_found() {
        // Runs of neighbours among others, from behind: each of them moves those before it on.
        let mut hashes: Vec<u32> = (0..500).map(|n| n * (u32::MAX / 500)).collect();
        hashes.extend((1_000..1_200).rev());
        hashes.extend((u32::MAX - 200..u32::MAX).rev());
        let table = table(&hashes);
        for (number, hash) in hashes.iter().enumerate() {
            assert_eq!(found(&table, *hash), [number as u32], "{hash}");
        }
    }

    #[test]
    fn a_place_without_a_row_costs_no_more() {
        assert_eq!(size_of::<Option<Row>>(), 16);
    }
}
