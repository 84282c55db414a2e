//! `cargo xtask tidy`: what the architecture promises and no compiler checks.
//!
//! Arrows between crates, sizes of files, a head comment in each, names that say nothing, words that do not
//! belong. Banned calls are in `clippy.toml`, function length is clippy's `too_many_lines`.

mod arrows;
mod files;
mod words;

use anyhow::bail;

/// One thing that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where: a file, a line of it, or a crate.
    pub place: String,
    /// What.
    pub message: String,
}

impl Finding {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }
}

/// Runs all checks and fails with everything they found.
pub fn run() -> anyhow::Result<()> {
    crate::run::step("tidy");
    let files = crate::root::files()?;
    let mut findings = arrows::check()?;
    findings.extend(files::check(&files)?);
    findings.extend(words::check(&files)?);
    for finding in &findings {
        eprintln!("{}: {}", finding.place, finding.message);
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("tidy found {count} things"),
    }
}
