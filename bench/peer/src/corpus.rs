//! Rules and events to run over, from the folder with the test data.

use anyhow::Context as _;
use flate2::read::GzDecoder;
use std::{
    fs::File,
    io::{Read, Write as _},
    path::{Path, PathBuf},
};

/// The public rules, unpacked.
pub struct Rules {
    folder: tempfile::TempDir,
}

impl Rules {
    /// Unpacks an archive.
    pub fn unpack(archive: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = File::open(archive).with_context(|| archive.display().to_string())?;
        tar::Archive::new(GzDecoder::new(file)).unpack(folder.path())?;
        Ok(Self { folder })
    }

    /// Where the stable ones are.
    pub fn stable(&self) -> PathBuf {
        self.folder.path().join("rules")
    }
}

/// Events, one JSON object a line.
pub struct Corpus {
    /// What it is called.
    pub name: &'static str,
    /// Product and service of all of them; none if each event says so.
    pub log: Option<(&'static str, &'static str)>,
    /// How many there are.
    pub events: u64,
    text: String,
    file: tempfile::NamedTempFile,
}

impl Corpus {
    /// Reads a compressed file, its events `times` one after the other.
    pub fn read(
        path: &Path,
        name: &'static str,
        log: Option<(&'static str, &'static str)>,
        times: usize,
    ) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        let mut text = String::new();
        GzDecoder::new(file).read_to_string(&mut text)?;
        let text = text.repeat(times);
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(text.as_bytes())?;
        Ok(Self {
            name,
            log,
            events: text.lines().count() as u64,
            text,
            file,
        })
    }

    /// The events in memory: bytes, as files hold them, so that everybody has to see that they are UTF-8.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.text.lines().map(str::as_bytes)
    }

    /// The events in a file.
    pub fn path(&self) -> PathBuf {
        self.file.path().to_owned()
    }

    /// How large they are.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }
}
