//! Networks by their first address: of those an address may be in, one is the last that starts before it, and the others
//! are around that one, because networks contain each other or do not meet.

use super::row::{Class, Row, network};
use ipnet::IpNet;

/// No network around this one.
const NONE: u32 = u32::MAX;
/// The upper bits of an address by which a search begins.
const UPPER: u32 = 16;

/// All networks.
#[derive(Debug, Default)]
pub(super) struct Networks {
    pub v4: Ranges<u32>,
    pub v6: Ranges<u128>,
}

/// A network: its first and last address, the one around it, and its row.
#[derive(Clone, Copy, Debug)]
struct Range<A> {
    start: A,
    end: A,
    around: u32,
    row: u32,
}

/// The networks of a family, by first address, the wider of two first.
#[derive(Debug, Default)]
pub(super) struct Ranges<A> {
    ranges: Vec<Range<A>>,
    /// How many networks start before each block of addresses with the same upper bits.
    before: Vec<u32>,
}

/// An address as a number.
pub(super) trait Address: Copy + Ord {
    /// Its upper bits.
    fn upper(self) -> usize;
}

impl Address for u32 {
    fn upper(self) -> usize {
        (self >> (32 - UPPER)) as usize
    }
}

impl Address for u128 {
    fn upper(self) -> usize {
        (self >> (128 - UPPER)) as usize
    }
}

impl Networks {
    /// The networks among the rows.
    pub(super) fn new(rows: &[Row], bytes: &[u8]) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for (number, row) in rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.class == Class::Network)
        {
            let row_number = number as u32;
            match network(row.value(bytes)) {
                IpNet::V4(net) => v4.push((net.network().into(), net.broadcast().into(), row_number)),
                IpNet::V6(net) => v6.push((net.network().into(), net.broadcast().into(), row_number)),
            }
        }
        Self {
            v4: Ranges::new(v4),
            v6: Ranges::new(v6),
        }
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.v4.size() + self.v6.size()
    }
}

impl<A: Address> Ranges<A> {
    fn new(mut networks: Vec<(A, A, u32)>) -> Self {
        networks.sort_unstable_by(|a, b| (a.0, b.1, a.2).cmp(&(b.0, a.1, b.2)));
        let mut ranges: Vec<Range<A>> = Vec::with_capacity(networks.len());
        let mut open: Vec<u32> = Vec::new();
        for (start, end, row) in networks {
            while open.last().is_some_and(|last| ranges[*last as usize].end < start) {
                open.pop();
            }
            let around = open.last().copied().unwrap_or(NONE);
            open.push(ranges.len() as u32);
            ranges.push(Range {
                start,
                end,
                around,
                row,
            });
        }
        let mut before = Vec::new();
        if !ranges.is_empty() {
            before = vec![0; (1 << UPPER) + 1];
            for range in &ranges {
                before[range.start.upper() + 1] += 1;
            }
            for at in 1..before.len() {
                before[at] += before[at - 1];
            }
        }
        Self { ranges, before }
    }

    /// Gives the rows of all networks an address is in, narrowest first.
    pub(super) fn covering(&self, address: A, mut give: impl FnMut(u32)) {
        if self.ranges.is_empty() {
            return;
        }
        let upper = address.upper();
        let (low, high) = (self.before[upper] as usize, self.before[upper + 1] as usize);
        let starts = low + self.ranges[low..high].partition_point(|range| range.start <= address);
        let mut at = (starts as u32).wrapping_sub(1);
        while at != NONE {
            let range = &self.ranges[at as usize];
            if range.end >= address {
                give(range.row);
            }
            at = range.around;
        }
    }

    fn size(&self) -> usize {
        self.ranges.capacity() * size_of::<Range<A>>() + self.before.capacity() * size_of::<u32>()
    }
}
