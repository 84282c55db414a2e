//! Rule files from disk, found as a hunt finds them.

use crate::exit::Failure;
use anyhow::anyhow;
use std::path::{Path, PathBuf};
use workbench::{Bench, RuleSource, custom, predefined};

/// The rules under `paths`; those of the product if there are none.
pub fn or_predefined(bench: &Bench, paths: &[PathBuf], shipped: bool) -> Result<Vec<RuleSource>, Failure> {
    if paths.is_empty() {
        return Ok(bench.predefined.clone());
    }
    load(paths, shipped)
}

/// The rules under `paths`: files as they are, folders with all their YAML files.
pub fn load(paths: &[PathBuf], shipped: bool) -> Result<Vec<RuleSource>, Failure> {
    let source = if shipped { predefined } else { custom };
    let texts = texts(paths, "rule")?.into_iter();
    Ok(texts.map(|(name, text)| source(name, text)).collect())
}

/// The YAML files under `paths`, each once, with their texts; `what` is in them.
pub fn texts(paths: &[PathBuf], what: &str) -> Result<Vec<(String, String)>, Failure> {
    let files = hunt::rules::files(paths).map_err(|error| {
        if error.is_not_found() {
            Failure::not_found(error)
        } else {
            Failure::from(error)
        }
    })?;
    if files.is_empty() {
        let paths: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        return Err(Failure::not_found(anyhow!(
            "no {what} files (`.yml`, `.yaml`) in {}",
            paths.join(", ")
        )));
    }
    let mut texts: Vec<(String, String)> = Vec::with_capacity(files.len());
    for file in files {
        let name = file.display().to_string();
        // The same file may be named, and be in a folder that is named.
        if texts.iter().all(|(known, _)| *known != name) {
            texts.push((name, read(&file)?));
        }
    }
    Ok(texts)
}

fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| anyhow!("cannot read `{}`: {error}", file.display()).into())
}
