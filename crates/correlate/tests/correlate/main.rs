//! The correlator from outside: alerts in, changes out, and what a reader of the changes then knows.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod adopt;
mod bad_input;
mod book;
mod build;
mod chain;
mod chain_properties;
mod events;
mod gates;
mod hand;
mod hosts;
mod late;
mod methods;
mod patterns;
mod properties;
mod unions;
