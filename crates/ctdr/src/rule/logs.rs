//! Log files from disk, read side by side.

use crate::{exit::Failure, input, progress};
use anyhow::anyhow;
use connectors::file::{Line, Lines};
use indicatif::ProgressBar;
use model::ProductId;
use std::{
    io,
    path::{Path, PathBuf},
};
use workbench::{Bench, Feed, Merged, Origin};

/// The lines of a log file, and how far it is read.
pub struct LogLines {
    path: PathBuf,
    lines: Lines,
    bar: ProgressBar,
    told: u64,
}

impl LogLines {
    /// Opens a log file; `-` is standard input.
    pub fn open(path: &Path, bar: ProgressBar) -> Result<Self, Failure> {
        let file = if input::is_standard(path) {
            Path::new("/dev/stdin")
        } else {
            path
        };
        let lines = Lines::open(file).map_err(|error| {
            let missing = error.kind() == io::ErrorKind::NotFound;
            let error = anyhow!("cannot read `{}`: {error}", path.display());
            if missing {
                Failure::not_found(error)
            } else {
                error.into()
            }
        })?;
        Ok(Self {
            path: path.to_owned(),
            lines,
            bar,
            told: 0,
        })
    }
}

impl Iterator for LogLines {
    type Item = Result<Vec<u8>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.next()?;
            let read = self.lines.bytes_read();
            self.bar.inc(read - self.told);
            self.told = read;
            return Some(match line {
                Ok(Line::Record(raw)) if raw.trim_ascii().is_empty() => continue,
                Ok(Line::Record(raw)) => Ok(raw),
                Ok(Line::TooLong { length, .. }) => {
                    let place = format!("{}:{}", self.path.display(), self.lines.number());
                    super::tell(&format!("{place}: the line has {length} bytes and is left out"));
                    continue;
                }
                Err(error) => Err(anyhow!("cannot read `{}`: {error}", self.path.display()).into()),
            });
        }
    }
}

/// Opens log files to be read side by side, with a bar that shows how far they are read.
pub fn open(
    bench: &Bench,
    logs: &[(ProductId, PathBuf)],
) -> Result<(Merged<LogLines>, ProgressBar), Failure> {
    for (product, _) in logs {
        known(bench, product)?;
    }
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    let bar = progress::bytes(logs.iter().map(|(_, path)| size(path)).sum());
    let received = server::now();
    let mut inputs = Vec::with_capacity(logs.len());
    for (product, path) in logs {
        let origin = Origin {
            feed: Feed::of(product.clone()),
            received,
        };
        inputs.push((origin, LogLines::open(path, bar.clone())?));
    }
    Ok((Merged::new(&bench.catalogue, inputs)?, bar))
}

/// A product nobody can read is a mistake in the command.
pub fn known(bench: &Bench, product: &ProductId) -> Result<(), Failure> {
    if bench.catalogue.product(product).is_some() {
        return Ok(());
    }
    let known: Vec<String> = bench
        .catalogue
        .products()
        .map(|known| format!("`{}`", known.id()))
        .collect();
    Err(Failure::usage(anyhow!(
        "no source reads logs of `{product}`; known are {}",
        known.join(", ")
    )))
}
