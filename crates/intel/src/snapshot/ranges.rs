//! Networks by their first address: of those an address may be in, one is the last that starts before it, and the others
//! are around that one, because networks contain each other or do not meet.
//!
//! Addresses are cut into blocks by their upper bits, the more the more networks there are. A block knows where its networks
//! begin, and which of its 32 parts have part of any network: for most addresses nothing else is read.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// No network around this one.
const NONE: u32 = u32::MAX;
/// The upper bits by which a search begins: so many that few networks start in a block, within these bounds.
const UPPER: (u32, u32) = (6, 19);
/// The bits after those, by which a block has parts.
const PARTS: u32 = 5;

/// All networks.
#[derive(Debug, Default)]
pub(super) struct Networks {
    pub v4: Ranges<u32>,
    pub v6: Ranges<u128>,
}

/// A network: its first and last address, the one around it, and the number of its terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range<A> {
    start: A,
    end: A,
    around: u32,
    pub terms: u32,
}

/// The networks of a family: as they came, then by first address, the wider of two first.
#[derive(Debug, Default)]
pub(super) struct Ranges<A> {
    all: Vec<Range<A>>,
    /// The upper bits of an address by which a search begins.
    upper: u32,
    /// One more than there are upper bits.
    blocks: Vec<Block>,
}

/// Addresses with the same upper bits.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    /// How many networks start before it.
    before: u32,
    /// A bit for each of its parts: whether any address is in a network.
    met: u32,
}

/// Where networks are that an address may be in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// Those that start in its block.
    low: u32,
    high: u32,
    met: bool,
}

/// An address as a number.
pub(super) trait Address: Copy + Ord {
    /// Its upper bits, of which there is at least one.
    fn upper(self, bits: u32) -> usize;
}

impl Address for u32 {
    fn upper(self, bits: u32) -> usize {
        (self >> (Self::BITS - bits)) as usize
    }
}

impl Address for u128 {
    fn upper(self, bits: u32) -> usize {
        (self >> (Self::BITS - bits)) as usize
    }
}

impl Networks {
    /// Adds a network by the number of its terms; none if there is no room.
    pub(super) fn push(&mut self, network: IpNet, terms: u32) -> Option<()> {
        match network {
            IpNet::V4(net) => self.v4.push(net.network().into(), net.broadcast().into(), terms),
            IpNet::V6(net) => self.v6.push(net.network().into(), net.broadcast().into(), terms),
        }
    }

    /// Puts them in order.
    pub(super) fn order(&mut self) {
        self.v4.order();
        self.v6.order();
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.v4.all.len() + self.v6.all.len()
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.v4.size() + self.v6.size()
    }
}

impl Range<u32> {
    /// The network.
    pub(super) fn network(&self) -> IpNet {
        let prefix = (self.start ^ self.end).leading_zeros() as u8;
        IpNet::V4(Ipv4Net::new_assert(self.start.into(), prefix))
    }
}

impl Range<u128> {
    /// The network.
    pub(super) fn network(&self) -> IpNet {
        let prefix = (self.start ^ self.end).leading_zeros() as u8;
        IpNet::V6(Ipv6Net::new_assert(self.start.into(), prefix))
    }
}

impl<A: Address> Ranges<A> {
    fn push(&mut self, start: A, end: A, terms: u32) -> Option<()> {
        if self.all.len() >= NONE as usize {
            return None;
        }
        self.all.push(Range {
            start,
            end,
            around: NONE,
            terms,
        });
        Some(())
    }

    fn order(&mut self) {
        if self.all.is_empty() {
            return;
        }
        // Equal ones stay as they came.
        self.all.sort_by(|a, b| (a.start, b.end).cmp(&(b.start, a.end)));
        self.all.shrink_to_fit();
        self.nest();
        let bits = self.all.len().next_power_of_two().ilog2();
        self.upper = bits.clamp(UPPER.0, UPPER.1);
        self.blocks = vec![Block::default(); (1 << self.upper) + 1];
        self.count();
        self.mark();
    }

    /// Notes which network is around which.
    fn nest(&mut self) {
        let mut open: Vec<u32> = Vec::new();
        for number in 0..self.all.len() {
            let start = self.all[number].start;
            while open
                .last()
                .is_some_and(|last| self.all[*last as usize].end < start)
            {
                open.pop();
            }
            self.all[number].around = open.last().copied().unwrap_or(NONE);
            open.push(number as u32);
        }
    }

    fn count(&mut self) {
        for range in &self.all {
            self.blocks[range.start.upper(self.upper) + 1].before += 1;
        }
        let mut before = 0;
        for block in &mut self.blocks {
            before += block.before;
            block.before = before;
        }
    }

    fn mark(&mut self) {
        let bits = self.upper + PARTS;
        for range in self.all.iter().filter(|range| range.around == NONE) {
            for part in range.start.upper(bits)..=range.end.upper(bits) {
                self.blocks[part >> PARTS].met |= bit(part);
            }
        }
    }

    /// Where networks are that an address may be in. Decides nothing, so that the processor can go on to something else
    /// while it waits for the block.
    pub(super) fn place(&self, address: A) -> Place {
        if self.all.is_empty() {
            return Place::default();
        }
        let part = address.upper(self.upper + PARTS);
        let block = self.blocks[part >> PARTS];
        Place {
            low: block.before,
            high: self.blocks[(part >> PARTS) + 1].before,
            met: block.met & bit(part) != 0,
        }
    }

    /// All networks an address is in, narrowest first.
    pub(super) fn covering(&self, place: Place, address: A) -> impl Iterator<Item = &Range<A>> {
        let range = |number: u32| self.all.get(number as usize);
        std::iter::successors(self.nearest(place, address).and_then(range), move |inner| {
            range(inner.around)
        })
        .filter(move |range| range.end >= address)
    }

    /// The last network that starts before an address.
    fn nearest(&self, place: Place, address: A) -> Option<u32> {
        if !place.met {
            return None;
        }
        let (low, high) = (place.low as usize, place.high as usize);
        let starts = self.all[low..high].partition_point(|range| range.start <= address);
        (place.low + starts as u32).checked_sub(1)
    }

    fn size(&self) -> usize {
        self.all.capacity() * size_of::<Range<A>>() + self.blocks.capacity() * size_of::<Block>()
    }
}

/// The bit of a part.
fn bit(part: usize) -> u32 {
    1 << (part % (1 << PARTS))
}
