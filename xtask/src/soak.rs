//! `cargo xtask soak`: the tests that `cargo xtask test` runs a few times, run many times.

use crate::{root, run};
use clap::Args;

/// How long.
#[derive(Args)]
pub struct Arguments {
    /// Rounds of the crash test; each kills the server at another point.
    #[arg(long, default_value_t = 100)]
    crash_rounds: u32,
    /// Cases of each property test.
    #[arg(long, default_value_t = 50_000)]
    property_cases: u32,
}

/// Runs the long versions.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (rounds, cases) = (
        arguments.crash_rounds.to_string(),
        arguments.property_cases.to_string(),
    );
    let environment = [
        ("CTDR_CRASH_ROUNDS", rounds.as_str()),
        ("PROPTEST_CASES", cases.as_str()),
    ];
    run::step(&format!("crash test, {rounds} rounds"));
    let crash = [
        "test",
        "--release",
        "--package",
        "ctdr",
        "--test",
        "integration",
        "--",
        "crash",
        "--nocapture",
    ];
    run::command_in(&root::path(), "cargo", &crash, &environment)?;
    run::step(&format!("property tests, {cases} cases each"));
    let properties = [
        "test",
        "--release",
        "--workspace",
        "--exclude",
        "ctdr",
        "--exclude",
        "xtask",
    ];
    run::command_in(&root::path(), "cargo", &properties, &environment)
}
