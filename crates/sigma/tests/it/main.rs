//! Rules as authors write them: what each word means, what errors say, and what no rule may do.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "tests read the folder of test data from the environment, and say when there is none"
)]

mod bounds;
mod correlations;
mod errors;
mod filters;
mod fixture;
mod lint;
mod modifiers;
mod public;
