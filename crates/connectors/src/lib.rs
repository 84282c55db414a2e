//! Everything that talks to the outside: log sources to read from, devices to act on, files.
//!
//! One folder per provider, one file per API. Every HTTP request leaves through [`egress`], which decides what may be
//! reached. Nothing here decides what to detect or to block, and nothing keeps state that has to survive a restart:
//! positions and leases belong to the caller.

pub mod alibaba;
mod backoff;
pub mod decompress;
pub mod egress;
pub mod file;
pub mod intel;
mod lines;
mod pace;
#[cfg(test)]
mod scripted;
mod secret;

pub use backoff::backoff;
pub use lines::{Line, LineReader};
pub use pace::Pace;
pub use secret::Secret;
