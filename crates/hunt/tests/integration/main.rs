//! Hunts over files of every kind, as they should be and as they should not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod bad_input;
mod folder;
mod formats;
mod oracle;
