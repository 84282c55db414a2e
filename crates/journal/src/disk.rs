//! The two calls durability hangs on, behind a trait so that tests can make them fail.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

/// Writing and syncing.
pub(crate) trait Disk: Send + Sync {
    /// Writes all of `bytes` at the file's cursor.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    /// Returns once the file's content and length are on the device.
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// The disk of the machine.
pub(crate) struct RealDisk;

impl Disk for RealDisk {}

/// Makes a directory's entries durable: a synced file whose name is lost is lost too.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
