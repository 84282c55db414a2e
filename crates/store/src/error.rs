//! What can go wrong with the store, each case as its caller has to treat it.

use std::path::PathBuf;

/// What the database says, without saying which database it is.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The result of every function of the store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database was written by a newer version.
    #[error("the database is of version {found}, but this program knows versions up to {known}")]
    NewerDatabase {
        /// Its version.
        found: i64,
        /// The newest we know.
        known: i64,
    },
    /// The database could not be brought to this version.
    #[error("the database cannot be migrated")]
    Migrate(#[source] Cause),
    /// The disk is full; nothing was changed.
    #[error("no space left on the disk of the database")]
    DiskFull,
    /// The file system refused.
    #[error("cannot create `{}`", .path.display())]
    Create {
        /// The database file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The database refused.
    #[error("the database refused a statement")]
    Database(#[source] Cause),
    /// A stored value is not what its column holds.
    #[error("`{value}` in column `{column}` is not valid: {reason}")]
    Stored {
        /// The column.
        column: &'static str,
        /// The value, shortened.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value cannot be written as JSON.
    #[error("a value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The cursor is not one this list gave.
    #[error("`{0}` is not a cursor of this list")]
    Cursor(String),
    /// The batch does not follow the last one committed: another pipeline writes, or one batch was left out.
    #[error("a batch after position {after} cannot follow position {committed}")]
    Gap {
        /// What the batch says it follows.
        after: u64,
        /// What was committed last.
        committed: u64,
    },
    /// Someone else changed it first.
    #[error("{what} `{id}` was changed by someone else: it is at version {version}")]
    Conflict {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
        /// Its version now; 0 if it is not there.
        version: u32,
    },
    /// There is already one.
    #[error("{what} `{id}` is already there")]
    Exists {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// There is no such thing.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// It is still used.
    #[error("{what} `{id}` is still in use")]
    InUse {
        /// What.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// The worker held the run too long: another one has it now.
    #[error("run `{0}` is no longer leased to this worker")]
    LeaseLost(model::RunId),
}

/// SQLite's code for a full disk.
const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(inner) if inner.code().as_deref() == Some(SQLITE_FULL) => Self::DiskFull,
            _ => Self::Database(error.into()),
        }
    }
}

impl Error {
    /// A conflict of keys becomes [`Error::Exists`], a foreign key that holds on [`Error::InUse`].
    pub(crate) fn of(what: &'static str, id: &impl ToString) -> impl FnOnce(sqlx::Error) -> Self {
        let id = id.to_string();
        move |error| match error.as_database_error() {
            Some(e) if e.is_unique_violation() => Self::Exists { what, id },
            Some(e) if e.is_foreign_key_violation() => Self::InUse { what, id },
            _ => error.into(),
        }
    }
}
