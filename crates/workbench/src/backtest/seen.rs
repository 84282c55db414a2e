//! Which records came before: the newest ids, in bounded memory. A record that comes again after a million others is
//! counted again.

use model::RecordId;
use std::collections::{HashSet, VecDeque};

/// Ids that are remembered.
const KEPT: usize = 1 << 20;

/// The newest ids.
#[derive(Debug, Default)]
pub struct Seen {
    known: HashSet<RecordId>,
    order: VecDeque<RecordId>,
}

impl Seen {
    /// Remembers an id; false if it was known.
    pub fn insert(&mut self, id: RecordId) -> bool {
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}
