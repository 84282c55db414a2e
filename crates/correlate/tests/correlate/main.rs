//! The correlator from outside: alerts in, changes out, and what a reader of the changes then knows.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod book;
mod build;
mod chain;
mod gates;
mod late;
mod methods;
mod properties;
