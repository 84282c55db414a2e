//! What follows from what, as one row of bits per node.
//!
//! Nodes are numbered by time and edges go forward, so a pass in order of number sees every ancestor before its
//! descendants. n² / 8 bytes: half a megabyte for two thousand nodes.

use super::{fold::Fold, links::Link};

/// One bit for each pair of nodes.
pub(super) struct Relation {
    words: usize,
    bits: Vec<u64>,
}

impl Relation {
    fn new(nodes: usize) -> Self {
        let words = nodes.div_ceil(64);
        Self {
            words,
            bits: vec![0; words * nodes],
        }
    }

    fn set(&mut self, row: usize, column: usize) {
        self.bits[row * self.words + column / 64] |= 1 << (column % 64);
    }

    /// Whether `column` is in the row.
    pub(super) fn has(&self, row: usize, column: usize) -> bool {
        self.bits[row * self.words + column / 64] >> (column % 64) & 1 == 1
    }

    /// Adds the other node and its row to a row.
    fn add(&mut self, row: usize, other: usize) {
        for word in 0..self.words {
            let bits = self.bits[other * self.words + word];
            self.bits[row * self.words + word] |= bits;
        }
        self.set(row, other);
    }

    /// How many nodes a row holds.
    pub(super) fn count(&self, row: usize) -> usize {
        let row = &self.bits[row * self.words..(row + 1) * self.words];
        row.iter().map(|word| word.count_ones() as usize).sum()
    }
}

/// Leaves out each edge that a path of others makes needless (transitive reduction). `links` are ordered by their
/// later node.
pub(super) fn thin(nodes: usize, mut links: Vec<Link>) -> Vec<Link> {
    let mut ancestors = Relation::new(nodes);
    // The nearest first: what a nearer one reaches need not be drawn again.
    links.sort_by_key(|link| (link.to, std::cmp::Reverse(link.from)));
    links.retain(|link| {
        let needed = !ancestors.has(link.to, link.from);
        if needed {
            ancestors.add(link.to, link.from);
        }
        needed
    });
    links
}

/// What follows from each node.
pub(super) struct Descent {
    /// By edges of both strengths.
    pub all: Relation,
    /// By causal edges alone: whether anything on a host does.
    pub reaches_host: Vec<bool>,
}

impl Descent {
    /// Of these folds and edges, which are ordered by their later node.
    pub(super) fn of(folds: &[Fold<'_>], links: &[Link]) -> Self {
        let mut all = Relation::new(folds.len());
        let mut reaches_host: Vec<bool> = folds
            .iter()
            .map(|fold| fold.alert.side == model::Side::Host)
            .collect();
        // By the earlier node, backwards: what a node leads to is complete before the node is asked.
        let mut backwards: Vec<&Link> = links.iter().collect();
        backwards.sort_by_key(|link| std::cmp::Reverse(link.from));
        for link in backwards {
            all.add(link.from, link.to);
            if link.is_causal() && reaches_host[link.to] {
                reaches_host[link.from] = true;
            }
        }
        Self { all, reaches_host }
    }
}
