//! `cargo xtask bench`: each stage against a floor in the same run, the rule engine beside a peer, and the quality of
//! correlation, see `bench/`.

use crate::run;
use clap::Args;

/// What to measure.
#[derive(Args)]
pub struct Arguments {
    /// Only the rows with this in their name, such as `detect` or `nginx`; `commit` measures a quarter of a million alerts
    /// through the store as well.
    row: Option<String>,
}

/// Builds with optimisation and prints the table.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    run::step("benchmarks");
    let mut command = vec![
        "bench",
        "--quiet",
        "--package",
        "bench",
        "--bench",
        "ratios",
        "--",
    ];
    command.extend(arguments.row.as_deref());
    run::command("cargo", &command)?;
    if arguments.row.as_deref().is_none_or(|row| row == "detect") {
        peer()?;
    }
    if arguments.row.as_deref().is_none_or(|row| row == "correlate") {
        quality()?;
    }
    if arguments.row.as_deref() == Some("commit") {
        run::step("alerts until they stand in events on the disk");
        run::command(
            "cargo",
            &["bench", "--quiet", "--package", "bench", "--bench", "committed"],
        )?;
    }
    Ok(())
}

/// What the correlator makes of alerts whose truth is known; the tables are a page of the documentation.
fn quality() -> anyhow::Result<()> {
    const PAGE: &str = "docs/correlation-quality.md";
    run::step("quality of correlation");
    // The benchmark runs in its package's folder.
    let page = crate::root::path().join(PAGE);
    let out = page.display().to_string();
    let command = [
        "bench",
        "--quiet",
        "--package",
        "bench",
        "--bench",
        "quality",
        "--",
        "--out",
    ];
    run::command("cargo", &[&command[..], &[out.as_str()]].concat())?;
    println!("{}", std::fs::read_to_string(page)?);
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
