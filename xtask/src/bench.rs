//! `cargo xtask bench`: each stage against a floor in the same run, and the rule engine beside a peer, see `bench/`.

use crate::run;
use clap::Args;

/// What to measure.
#[derive(Args)]
pub struct Arguments {
    /// Only the rows with this in their name, such as `detect` or `nginx`.
    row: Option<String>,
}

/// Builds with optimisation and prints the table.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    run::step("benchmarks");
    let mut command = vec!["bench", "--quiet", "--package", "bench", "--"];
    command.extend(arguments.row.as_deref());
    run::command("cargo", &command)?;
    if arguments.row.as_deref().is_none_or(|row| row == "detect") {
        peer()?;
    }
    Ok(())
}

/// The rule engine beside another one; a workspace of its own, so that the product needs none of it.
fn peer() -> anyhow::Result<()> {
    run::step("rule engine, peer and JSON parsers");
    if std::env::var_os("CTDR_TEST_DATA").is_none() {
        println!("skipped: CTDR_TEST_DATA is not set");
        return Ok(());
    }
    // The peer's parser names a newer compiler than it needs.
    let command = ["run", "--quiet", "--release", "--ignore-rust-version", "--locked"];
    run::command(
        "cargo",
        &[&command[..], &["--manifest-path", "bench/peer/Cargo.toml"]].concat(),
    )
}
