//! The real connectors against the fake cloud, end to end over sockets: signatures, pulling, the firewall, faults,
//! and the people who visit the site behind it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod actors;
mod admin;
mod faults;
mod firewall;
mod flow_log;
mod pull;
mod setup;
mod signatures;
mod vendor_sdk;
