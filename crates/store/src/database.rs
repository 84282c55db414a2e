//! Opening the database: one writing connection, a few reading ones, and the migrations.

use crate::error::{Error, Result};
use sqlx::{
    SqlSafeStr, Sqlite, SqlitePool, Transaction,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    time::Duration,
};

/// The migrations by number, in order; a released one never changes.
const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "pipeline", include_str!("../migrations/0001_pipeline.sql")),
    (2, "detection", include_str!("../migrations/0002_detection.sql")),
    (3, "response", include_str!("../migrations/0003_response.sql")),
    (4, "access", include_str!("../migrations/0004_access.sql")),
    (5, "intel", include_str!("../migrations/0005_intel.sql")),
    (6, "entity", include_str!("../migrations/0006_entity.sql")),
    (7, "tuning", include_str!("../migrations/0007_tuning.sql")),
    (8, "links", include_str!("../migrations/0008_links.sql")),
    (9, "pattern", include_str!("../migrations/0009_pattern.sql")),
];
/// Reads that run at once.
const READERS: u32 = 4;
/// How long a statement waits for a lock of another process, such as a backup.
const BUSY: Duration = Duration::from_secs(10);
/// Bytes of a page of a new database; an older one keeps its own. An alert's row is longer than half of SQLite's usual
/// page, so that one alone filled it; and the fewer pages, the fewer writes.
const PAGE: u32 = 16_384;
/// SQLite's `application_id`: says whose file this is (`CTDR`).
const APPLICATION_ID: i64 = 0x4354_4452;

/// Everything that is remembered. Cheap to clone; clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    path: PathBuf,
}

impl Store {
    /// Opens the database at `path`, creating or migrating it as needed; a newer one is refused.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        create_private(&path).map_err(|source| Error::Create {
            path: path.clone(),
            source,
        })?;
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .foreign_keys(true)
            .busy_timeout(BUSY);
        let writing = options
            .clone()
            .page_size(PAGE)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("application_id", APPLICATION_ID.to_string())
            // A batch changes thousands of pages: what it changes twice should still be here, and not be written twice.
            .pragma("cache_size", "-65536")
            // Pages that several batches change go to the database once: checkpoint after 8,000 pages, which are 128 MB,
            // and give back what a burst made the log grow.
            .pragma("wal_autocheckpoint", "8000")
            .pragma("journal_size_limit", "134217728")
            // Each statement of the pipeline is prepared once.
            .statement_cache_capacity(512);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(writing)
            .await?;
        migrate(&writer).await?;
        // What a statement needs to take itself back is gone with it: not worth a file. Only now, because a migration may
        // change more than there is memory.
        sqlx::query("PRAGMA temp_store = MEMORY").execute(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, reader, path })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is left to write and closes the connections.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// For reads.
    pub(crate) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// For a single statement that writes.
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// For several.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Creates the file so that only its owner may read it: it holds credentials.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn migrate(pool: &SqlitePool) -> Result<()> {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(
            *version,
            (*name).into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    let known = MIGRATIONS.iter().map(|(version, ..)| *version).max().unwrap_or(0);
    match Migrator::with_migrations(migrations.collect()).run(pool).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(found)) if found > known => {
            Err(Error::NewerDatabase { found, known })
        }
        Err(error) => Err(Error::Migrate(error.into())),
    }
}
