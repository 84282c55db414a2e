//! Correlations in a hunt: what the matches of rules add up to over time.
//!
//! A hunt reads all there is, in any order. So of each match that is counted only its time, its group, the values
//! that are looked at and its place are kept, and windows are decided when everything was read: files out of order
//! and threads make no difference. What a window adds up to is said by [`detect::counting`], as for the server.
//!
//! | file | what it holds |
//! |---|---|
//! | `names.rs` | which documents correlations are about |
//! | `compile.rs` | correlations in terms of the fields that the engine reads |
//! | `read.rs` | what a match contributes |
//! | `keep.rs` | what is kept of all matches, within a bound |
//! | `scan.rs` | the windows of one group |
//! | `decide.rs` | the windows of all groups, from the lowest correlation up |

pub mod compile;
pub mod decide;
mod keep;
pub mod names;
mod read;
mod scan;

pub use compile::Correlations;
pub use keep::{Found, Kept, MOST, Note};

use detect::counting::Counted;

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of its file, in the order of reading.
    pub file: u32,
    /// Its number in the file.
    pub record: u64,
}

/// A match that is counted.
#[derive(Clone, Debug)]
pub struct Hit {
    /// In milliseconds since 1970.
    pub time: i64,
    /// Which of the rules matched; 0 where that does not matter.
    pub member: u16,
    pub place: Place,
    /// Hashes of the values that are counted, or the bits of numbers.
    pub values: Box<[u64]>,
    /// The events of the window it stands for, if it is one of another correlation.
    pub behind: Option<Box<[Place]>>,
}

impl Counted for Hit {
    fn member(&self) -> u16 {
        self.member
    }

    fn values(&self) -> &[u64] {
        &self.values
    }
}
