//! The console's packages and build, done again only when their inputs changed.

use crate::{root, run};
use anyhow::bail;
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The console's folder.
pub fn folder() -> PathBuf {
    root::path().join("console")
}

/// Installs the packages of the lock file.
pub fn install() -> anyhow::Result<()> {
    let folder = folder();
    let (lock, stamp) = (
        folder.join("package-lock.json"),
        folder.join("node_modules/.package-lock.json"),
    );
    if modified(&stamp) >= modified(&lock) && stamp.exists() {
        return Ok(());
    }
    if !run::exists("npm") {
        bail!("`npm` is needed to build the console; install Node.js 20 or newer");
    }
    run::step("console packages");
    run::command_in(&folder, "npm", &["ci", "--no-audit", "--no-fund"], &[])
}

/// Builds the console into `console/dist`.
pub fn build() -> anyhow::Result<()> {
    install()?;
    let built = folder().join("dist/index.html");
    if built.exists() && modified(&built) >= newest_input()? {
        return Ok(());
    }
    run::step("console");
    run::command_in(&folder(), "npm", &["run", "--silent", "build"], &[])
}

/// Runs one of the console's scripts.
pub fn script(name: &str) -> anyhow::Result<()> {
    run::step(&format!("console {name}"));
    run::command_in(&folder(), "npm", &["run", "--silent", name], &[])
}

fn newest_input() -> anyhow::Result<SystemTime> {
    let files = root::files()?;
    let inputs = files.iter().filter(|file| file.starts_with("console"));
    Ok(inputs
        .map(|file| modified(&root::path().join(file)))
        .max()
        .unwrap_or(SystemTime::UNIX_EPOCH))
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .unwrap_or(SystemTime::UNIX_EPOCH)
}
