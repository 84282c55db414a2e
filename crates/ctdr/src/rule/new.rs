//! `ctdr rule new`.

use super::{arguments::NewArguments, print, tell};
use crate::exit::Failure;
use anyhow::anyhow;
use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write as _},
    path::Path,
};
use workbench::{Bench, SkeletonError, Wanted, skeleton};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &NewArguments) -> Result<(), Failure> {
    let file = arguments.out.as_ref().map(|path| path.display().to_string());
    let wanted = Wanted {
        product: &arguments.product,
        sample: arguments.sample.as_deref(),
        title: &arguments.title,
        id: &server::uuid::random().map_err(anyhow::Error::from)?,
        file: Some(file.as_deref().unwrap_or("my_rule.yml")),
    };
    let text = skeleton(bench, &wanted).map_err(|error| match error {
        SkeletonError::UnknownProduct { .. } | SkeletonError::UnknownSample { .. } => Failure::usage(error),
        SkeletonError::NothingToStartFrom(_) => Failure::from(error),
    })?;
    match &arguments.out {
        None => print(&text),
        Some(path) => {
            write(path, &text)?;
            tell(&format!(
                "wrote {0}; next: change it, then `ctdr rule test {0}`",
                path.display()
            ));
            Ok(())
        }
    }
}

/// Writes a file that must not be there yet.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        let exists = error.kind() == ErrorKind::AlreadyExists;
        let error = anyhow!("cannot write `{}`: {error}", path.display());
        if exists {
            Failure::conflict(error)
        } else {
            error.into()
        }
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)
}
