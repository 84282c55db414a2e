//! Finding rows by the hash of a value: rows stand in the order of their hashes, and an index says where those begin that
//! share their first bits. A byte of index a row, and nothing beside it.

use super::row::{Class, Row};
use std::hash::Hasher as _;

/// Rows of a bucket on average: they lie together, so looking at a few costs no more than looking at one.
const BUCKET: usize = 4;

/// Where each bucket of rows begins; one entry more than there are buckets.
#[derive(Debug, Default)]
pub(super) struct Table {
    starts: Vec<u32>,
}

/// The hash of a value of a class: the upper half of 64 bits, which is what rows keep of it.
pub(super) fn hash(class: Class, value: &[u8]) -> u32 {
    // Keys are fixed, so that two snapshots of the same indicators are the same. Who wants to slow us down by choosing
    // colliding values has to be a feed, and can say worse things than that.
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write_u8(class as u8);
    hasher.write(value);
    (hasher.finish() >> 32) as u32
}

impl Table {
    /// Puts rows into the order of their hashes, equal ones as they came, and notes where buckets begin.
    pub(super) fn of(rows: &mut [Row]) -> Self {
        if rows.is_empty() {
            return Self::default();
        }
        // Values are written one after the other, so the later row has the later value.
        rows.sort_unstable_by_key(|row| (row.hash, row.start()));
        let buckets = rows.len().div_ceil(BUCKET);
        let mut starts = vec![0; buckets + 1];
        for row in &*rows {
            starts[bucket(row.hash, buckets) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts }
    }

    /// Gives every row that may have this hash, in order.
    pub(super) fn candidates(&self, hash: u32, rows: &[Row], mut give: impl FnMut(u32)) {
        let Some(buckets) = self.starts.len().checked_sub(1) else {
            return;
        };
        let at = bucket(hash, buckets);
        for number in self.starts[at]..self.starts[at + 1] {
            if rows[number as usize].hash == hash {
                give(number);
            }
        }
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.starts.capacity() * size_of::<u32>()
    }
}

/// The bucket of a hash: hashes spread over all of them in their order.
fn bucket(hash: u32, buckets: usize) -> usize {
    ((u64::from(hash) * buckets as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_in_the_order_it_came() {
        let hash = |number: u32| [0, 7, u32::MAX, 1 << 31, u32::MAX - 1][(number % 5) as usize];
        let mut rows: Vec<Row> = (0..1_000).map(|number| Row::at(hash(number), number)).collect();
        let table = Table::of(&mut rows);
        for wanted in 0..5 {
            let mut found = Vec::new();
            table.candidates(hash(wanted), &rows, |row| found.push(rows[row as usize].start()));
            let expected: Vec<u32> = (0..1_000).filter(|number| number % 5 == wanted).collect();
            assert_eq!(found, expected);
        }
        let mut none = 0;
        table.candidates(8, &rows, |_| none += 1);
        Table::default().candidates(5, &[], |_| none += 1);
        assert_eq!(none, 0);
    }
}
