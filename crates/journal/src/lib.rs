//! The journal: one durable, ordered log of inputs per tenant, between ingest and the pipeline.
//!
//! Everything the pipeline works from passes through here first: raw records as they arrived and what
//! analysts did. An append resolves only after its bytes are on disk, so whoever answers a sender after it
//! may promise that nothing is lost; the pipeline reads from a position and can read it all again.
//!
//! [`Journal`] is the seam where another engine (Kafka) will stand; [`LocalJournal`] is files on a disk.
//! On disk, each tenant is a directory of segments:
//!
//! ```text
//! <directory>/LOCK
//! <directory>/tenant-<name>/00000000000000000000.log      header, frame, frame, …
//! <directory>/tenant-<name>/00000000000067108864.log      named after its first position
//! ```
//!
//! A position counts the bytes of frames since the log began, so it never goes back, survives trimming, and
//! leads straight to a byte of a file.

mod disk;
mod entry;
mod error;
mod frame;
mod journal;
mod local;
mod log;
mod segment;

pub use entry::{Entry, EntryKind, Position};
pub use error::{Error, Full};
pub use journal::{Journal, Pending, Retention, Trimmed};
pub use local::{LocalJournal, Options};
