//! Connected log sources: what they are, how far they were read, and what came of their records.

use crate::{
    audit::{self, AuditEntry},
    column::{self, int},
    database::Store,
    deletion::Deletion,
    error::{Error, Result},
    insert::Insert,
};
use model::{ProductId, SourceId, TenantId, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

const COUNT: Insert = Insert {
    head: "INSERT INTO source_day (tenant, source, day, received, stored, duplicate, rejected, dead_letter, bytes)",
    tail: "ON CONFLICT (tenant, source, day) DO UPDATE SET received = received + excluded.received, \
           stored = stored + excluded.stored, duplicate = duplicate + excluded.duplicate, \
           rejected = rejected + excluded.rejected, dead_letter = dead_letter + excluded.dead_letter, \
           bytes = bytes + excluded.bytes",
};

/// A connected log source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its id.
    pub id: SourceId,
    /// The product whose log it is.
    pub product: ProductId,
    /// Its name for people.
    pub title: String,
    /// The connection it is read through; none where records are pushed to us.
    pub connection: Option<String>,
    /// The cloud account the records belong to.
    pub account: Option<String>,
    /// Where to read: project, logstore, file.
    pub config: Json,
    /// The time zone of times without one.
    pub utc_offset_minutes: i32,
    /// Whether it is read.
    pub enabled: bool,
    /// When it was connected.
    pub created: Time,
}

/// A source and how it is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// The source.
    pub source: Source,
    /// When records last came.
    pub last_seen: Option<Time>,
    /// What went wrong last, and when; none once reading works again.
    pub last_error: Option<(Time, String)>,
}

/// How far one shard of a source was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The shard.
    pub shard: String,
    /// The vendor's cursor.
    pub cursor: String,
    /// When it was written.
    pub changed: Time,
}

/// What happened to the records of a source on one day:
/// `received = stored + duplicate + rejected + dead_letter`, once nothing is in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCount {
    /// The source.
    pub source: SourceId,
    /// The day they were received: days since the epoch (UTC).
    pub day: i64,
    /// Records received.
    pub received: u64,
    /// Stored.
    pub stored: u64,
    /// Known already.
    pub duplicate: u64,
    /// Refused: too large, not allowed.
    pub rejected: u64,
    /// Not readable.
    pub dead_letter: u64,
    /// Bytes received: the unit of metering.
    pub bytes: u64,
}

/// A source's day.
pub type SourceDay = SourceCount;

pub(crate) async fn count_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    counts: &[SourceCount],
) -> Result<()> {
    COUNT
        .rows(txn, counts, |values, count| {
            values
                .push_bind(tenant.as_str())
                .push_bind(count.source.to_string())
                .push_bind(count.day)
                .push_bind(int(count.received))
                .push_bind(int(count.stored))
                .push_bind(int(count.duplicate))
                .push_bind(int(count.rejected))
                .push_bind(int(count.dead_letter))
                .push_bind(int(count.bytes));
        })
        .await
}

pub(crate) async fn seen_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    counts: &[SourceCount],
    now: Time,
) -> Result<()> {
    for count in counts.iter().filter(|count| count.received > 0) {
        sqlx::query("UPDATE source SET last_seen = max(ifnull(last_seen, 0), ?) WHERE tenant = ? AND id = ?")
            .bind(now.millis())
            .bind(tenant.as_str())
            .bind(count.source.to_string())
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Connects a source, or changes it; how it is doing stays.
    pub async fn source_save(&self, tenant: &TenantId, source: &Source, audit: &AuditEntry) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO source (tenant, id, product, title, connection, account, config, utc_offset_minutes, \
             enabled, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET \
             product = excluded.product, title = excluded.title, connection = excluded.connection, \
             account = excluded.account, config = excluded.config, \
             utc_offset_minutes = excluded.utc_offset_minutes, enabled = excluded.enabled",
        )
        .bind(tenant.as_str())
        .bind(source.id.to_string())
        .bind(source.product.to_string())
        .bind(&source.title)
        .bind(&source.connection)
        .bind(&source.account)
        .bind(source.config.to_string())
        .bind(source.utc_offset_minutes)
        .bind(source.enabled)
        .bind(source.created.millis())
        .execute(&mut *txn)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(e) if e.is_foreign_key_violation() => Error::NotFound {
                what: "connection",
                id: source.connection.clone().unwrap_or_default(),
            },
            _ => error.into(),
        })?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Forgets a source and how far it was read; what it sent stays.
    pub async fn source_delete(&self, tenant: &TenantId, id: SourceId, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "source",
            sql: "DELETE FROM source WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, &id.to_string(), audit).await
    }

    /// All sources, by product and title.
    pub async fn source_list(&self, tenant: &TenantId) -> Result<Vec<SourceStatus>> {
        sqlx::query("SELECT * FROM source WHERE tenant = ? ORDER BY product, title, id")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }

    /// One source.
    pub async fn source_fetch(&self, tenant: &TenantId, id: SourceId) -> Result<Option<SourceStatus>> {
        let row = sqlx::query("SELECT * FROM source WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Notes what went wrong reading a source; `None` once it works again.
    pub async fn source_set_error(
        &self,
        tenant: &TenantId,
        id: SourceId,
        error: Option<&str>,
        now: Time,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE source SET last_error = ?1, last_error_at = CASE WHEN ?1 IS NULL THEN NULL ELSE ?2 END \
             WHERE tenant = ?3 AND id = ?4 AND NOT (last_error IS NULL AND ?1 IS NULL)",
        )
        .bind(error)
        .bind(now.millis())
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// How far each shard of a source was read.
    pub async fn source_checkpoint_list(&self, tenant: &TenantId, id: SourceId) -> Result<Vec<Checkpoint>> {
        sqlx::query(
            "SELECT shard, cursor, changed FROM source_checkpoint WHERE tenant = ? AND source = ? ORDER BY shard",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(Checkpoint {
                shard: row.try_get("shard")?,
                cursor: row.try_get("cursor")?,
                changed: column::time(row, "changed")?,
            })
        })
        .collect()
    }

    /// Notes how far a shard was read. Only call it once the journal has what was read.
    pub async fn source_checkpoint_set(
        &self,
        tenant: &TenantId,
        id: SourceId,
        checkpoint: &Checkpoint,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO source_checkpoint (tenant, source, shard, cursor, changed) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (tenant, source, shard) DO UPDATE SET cursor = excluded.cursor, changed = excluded.changed",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .bind(&checkpoint.shard)
        .bind(&checkpoint.cursor)
        .bind(checkpoint.changed.millis())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Counts records that never reached the journal, such as those refused on arrival.
    pub async fn source_count_add(&self, tenant: &TenantId, counts: &[SourceCount]) -> Result<()> {
        let mut txn = self.begin().await?;
        count_in_txn(&mut txn, tenant, counts).await?;
        txn.commit().await?;
        Ok(())
    }

    /// The days `from` to `to` (both included) of all sources, by day and source.
    pub async fn source_day_list(&self, tenant: &TenantId, from: i64, to: i64) -> Result<Vec<SourceDay>> {
        sqlx::query("SELECT * FROM source_day WHERE tenant = ? AND day BETWEEN ? AND ? ORDER BY day, source")
            .bind(tenant.as_str())
            .bind(from)
            .bind(to)
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode_day)
            .collect()
    }
}

fn decode(row: &SqliteRow) -> Result<SourceStatus> {
    let error: Option<String> = row.try_get("last_error")?;
    let error_at = column::time_optional(row, "last_error_at")?;
    let source = Source {
        id: column::parse(row, "id")?,
        product: column::parse(row, "product")?,
        title: row.try_get("title")?,
        connection: row.try_get("connection")?,
        account: row.try_get("account")?,
        config: column::json(row, "config")?,
        utc_offset_minutes: row.try_get("utc_offset_minutes")?,
        enabled: row.try_get("enabled")?,
        created: column::time(row, "created")?,
    };
    Ok(SourceStatus {
        source,
        last_seen: column::time_optional(row, "last_seen")?,
        last_error: error_at.zip(error),
    })
}

fn decode_day(row: &SqliteRow) -> Result<SourceDay> {
    Ok(SourceDay {
        source: column::parse(row, "source")?,
        day: row.try_get("day")?,
        received: column::count(row, "received")?,
        stored: column::count(row, "stored")?,
        duplicate: column::count(row, "duplicate")?,
        rejected: column::count(row, "rejected")?,
        dead_letter: column::count(row, "dead_letter")?,
        bytes: column::count(row, "bytes")?,
    })
}
