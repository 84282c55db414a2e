//! The store against a real database file.
#![allow(clippy::unwrap_used)]

mod access;
mod audit;
mod configuration;
mod entity;
mod fixture;
mod intel;
mod lists;
mod open;
mod pattern;
mod pipeline;
mod response;
mod tuning;
