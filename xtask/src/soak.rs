//! `cargo xtask soak`: the tests that `cargo xtask test` runs a few times, run many times.

mod properties;

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
    /// Seconds of each fuzz harness.
    #[arg(long, default_value_t = 300)]
    fuzz_seconds: u32,
    /// Only the properties of correlation.
    #[arg(long)]
    correlate: bool,
}

/// Runs the long versions.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.correlate {
        return properties::run("correlate", arguments.property_cases);
    }
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
        "--exclude",
        "correlate",
    ];
    run::command_in(&root::path(), "cargo", &properties, &environment)?;
    properties::run("correlate", arguments.property_cases)?;
    fuzz(arguments.fuzz_seconds)?;
    run::step("every recorded event by the reference evaluator, all public rules");
    hunt_tests("oracle::", &[("CTDR_ORACLE_ALL", "1")])
}

/// Runs each fuzz harness so long.
pub fn fuzz(seconds: u32) -> anyhow::Result<()> {
    run::step(&format!("fuzz harnesses, {seconds} s each"));
    let seconds = seconds.to_string();
    hunt_tests("fuzz::", &[("CTDR_FUZZ_SECONDS", &seconds)])
}

fn hunt_tests(name: &str, environment: &[(&str, &str)]) -> anyhow::Result<()> {
    let tests = [
        "test",
        "--release",
        "--package",
        "hunt",
        "--test",
        "integration",
        name,
    ];
    run::command_in(&root::path(), "cargo", &tests, environment)
}
