//! The store against a real database file.
#![allow(clippy::unwrap_used)]

mod access;
mod audit;
mod configuration;
mod fixture;
mod lists;
mod open;
mod pipeline;
mod response;
mod tuning;
