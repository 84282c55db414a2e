//! The real binary, from outside: its commands over files, its server against a cloud that behaves like the vendor's.
//!
//! Nothing here knows the inside of the server: it is started, called, attacked, lied to, killed and looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod access_log;
mod bad_input;
mod crash;
mod custom_rules;
mod document;
mod hunt;
mod main_job;
mod pattern;
mod program;
mod replay;
mod replay_alerts;
mod rule;
mod stage;
mod whitelist;
