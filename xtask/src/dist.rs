//! `cargo xtask dist`: the console, then the release binary that carries it.

use crate::{console, root, run};
use std::path::PathBuf;

/// Builds what is not up to date and returns the binary's path.
pub fn run() -> anyhow::Result<PathBuf> {
    console::build()?;
    run::step("release binary");
    run::command(
        "cargo",
        &["build", "--release", "--package", "ctdr", "--features", "console"],
    )?;
    let binary = root::target().join("release/ctdr");
    let size = std::fs::metadata(&binary)?.len();
    eprintln!("   {} ({:.1} MB)", binary.display(), size as f64 / 1e6);
    Ok(binary)
}
