//! Where things are, seen from the project's root.

use std::path::{Path, PathBuf};

/// The project's root folder.
pub fn path() -> PathBuf {
    // This crate stands one folder below the root, wherever the checkout is.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_owned)
}

/// The folder cargo builds into.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| path().join("target"), PathBuf::from)
}

/// All files git tracks or would track, relative to the root.
pub fn files() -> anyhow::Result<Vec<PathBuf>> {
    let listing = crate::run::output("git", &["ls-files", "--cached", "--others", "--exclude-standard"])?;
    let root = path();
    Ok(listing
        .lines()
        .map(PathBuf::from)
        .filter(|file| root.join(file).is_file())
        .collect())
}
