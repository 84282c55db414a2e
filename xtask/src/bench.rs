//! `cargo xtask bench`: each stage against a floor in the same run, see `bench/`.

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
    run::command("cargo", &command)
}
