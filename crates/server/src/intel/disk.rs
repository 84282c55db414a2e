//! What feeds said last, as they said it: a file for each, packed. A restart reads these and asks nobody.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

/// How hard texts are packed: fast, and a fifth of their size.
const LEVEL: i32 = 3;

/// The folder of these files.
#[derive(Clone, Debug)]
pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, feed: &str) -> PathBuf {
        self.folder.join(format!("{feed}.zst"))
    }

    /// What a feed said last; nothing if it never did.
    pub(super) fn read(&self, feed: &str) -> io::Result<Option<Vec<u8>>> {
        let file = match fs::File::open(self.path(feed)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut text = Vec::new();
        zstd::Decoder::new(file)?.read_to_end(&mut text)?;
        Ok(Some(text))
    }

    /// Keeps what a feed said instead of what it said before: all of it, or nothing.
    pub(super) fn write(&self, feed: &str, text: &[u8]) -> io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let (path, draft) = (self.path(feed), self.folder.join(format!("{feed}.new")));
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        let mut packer = zstd::Encoder::new(file, LEVEL)?;
        packer.write_all(text)?;
        packer.finish()?.sync_all()?;
        fs::rename(&draft, &path)
    }

    /// Forgets what a feed said.
    pub(super) fn remove(&self, feed: &str) {
        match fs::remove_file(self.path(feed)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the file of a removed feed stays behind");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path().join("intel"));
        assert_eq!(disk.read("f").unwrap(), None);
        disk.write("f", b"one").unwrap();
        disk.write("f", b"two").unwrap();
        assert_eq!(disk.read("f").unwrap().as_deref(), Some(&b"two"[..]));
        disk.remove("f");
        disk.remove("f");
        assert_eq!(disk.read("f").unwrap(), None);
    }
}
