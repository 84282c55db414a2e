//! What can go wrong with the journal, each case as its caller has to treat it.

use crate::entry::Position;
use std::{io, path::PathBuf};

/// Why the journal refuses.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Try again later; an HTTP caller answers 429.
    #[error("the journal is full: {0}")]
    Full(Full),
    /// The disk is full; nothing of the append was kept. An HTTP caller answers 503.
    #[error("no space left on the disk of `{}`", .path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// A write or fsync failed earlier. What the disk holds is unknown, so nothing is accepted until a restart.
    #[error("the journal accepts nothing since a write failed: {0}")]
    Failed(String),
    /// A file does not hold what was acknowledged.
    #[error("`{}` is damaged at byte {offset}: {what}", .file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// The first byte that is wrong.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Another process has the journal open.
    #[error("the journal `{}` is in use by another process", .directory.display())]
    Locked {
        /// The journal's directory.
        directory: PathBuf,
    },
    /// What is asked for was removed by retention.
    #[error("position {from} is gone: the oldest kept is {oldest}")]
    Gone {
        /// What was asked for.
        from: Position,
        /// The oldest that can be read.
        oldest: Position,
    },
    /// What is asked for was never written.
    #[error("position {from} is beyond the end {head}")]
    Beyond {
        /// What was asked for.
        from: Position,
        /// The end of the log.
        head: Position,
    },
    /// One entry is larger than the journal takes.
    #[error("an entry of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The journal was closed before the append was done.
    #[error("the journal is closed")]
    Closed,
    /// The file system refused.
    #[error("cannot {action} `{}`", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Which limit was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// More appends wait for the disk than the queue holds.
    #[error("too many appends are waiting for the disk")]
    Queue,
    /// The log has reached its size limit and retention could not make room.
    #[error("the log holds {bytes} bytes of at most {limit}")]
    Log {
        /// Its size with the append.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
}

impl Error {
    /// An I/O error with what was tried; a full disk becomes its own case.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { action, path, source },
        }
    }
}
