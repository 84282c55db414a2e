//! Detection as others use it: rules and records in, alerts out.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests say why they fail, and when they find nothing to do"
)]

mod alerts;
mod chains;
mod content;
mod correlation_oracle;
mod correlations;
mod fixture;
mod metrics;
mod oracle;
mod recorded;
mod rules;
mod windows;
