//! The newest of something that linking looks at, in canonical order: pushed as alerts are decided, popped as they
//! are taken back, and trimmed only where no undo can bring a dropped one back into view.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many of the newest linking looks at.
pub(crate) const LOOK_BACK: usize = 32;

/// The newest items.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Newest<T> {
    items: VecDeque<T>,
    /// How many of them, from the front, can no longer be taken back.
    settled: usize,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            settled: 0,
        }
    }
}

impl<T> Newest<T> {
    pub(crate) fn push(&mut self, item: T) {
        self.items.push_back(item);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.items.pop_back()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Newest first.
    pub(crate) fn latest(&self) -> impl Iterator<Item = &T> {
        self.items.iter().rev().take(LOOK_BACK)
    }

    /// The oldest that is not settled yet is so from now on.
    pub(crate) fn settle(&mut self) {
        self.settled += 1;
        if self.settled > LOOK_BACK {
            self.items.pop_front();
            self.settled -= 1;
        }
    }

    /// Drops settled items.
    pub(crate) fn forget(&mut self, which: impl Fn(&T) -> bool) {
        let before = self.items.len();
        self.items.retain(|item| !which(item));
        self.settled -= (before - self.items.len()).min(self.settled);
    }
}
