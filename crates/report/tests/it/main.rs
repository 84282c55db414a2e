//! Documents from outside: a story in, text out, and what must hold of it.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod readers;
mod scene;
mod stix;
