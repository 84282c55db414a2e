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
        id: &uuid()?,
        file: file.as_deref().unwrap_or("my_rule.yml"),
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

/// A random UUID (version 4, RFC 9562).
fn uuid() -> Result<String, Failure> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("cannot make an id: {error}"))?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}
