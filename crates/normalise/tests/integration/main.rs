//! The sources of the content folder against their samples, recorded logs and arbitrary bytes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod any_bytes;
mod attack;
mod broken_content;
mod content;
mod dead_letters;
mod recorded;
mod samples;
