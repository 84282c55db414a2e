//! Hunts over files of every kind, as they should be and as they should not.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests read from the environment how long to run and where test data is, and say when there is none"
)]

mod bad_input;
mod correlations;
mod event_log;
mod flat;
mod folder;
mod formats;
mod fuzz;
mod fuzz_time;
mod oracle;
mod windows;
