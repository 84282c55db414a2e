//! Dead letters: records that could not be read, with their bytes. The newest of each source are kept.

use crate::{
    column,
    database::Store,
    error::Result,
    insert::Insert,
    page::{Listing, Order, Page, PageRequest},
};
use model::{SourceId, TenantId, Time};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeSet;

/// Dead letters kept of one source; the counters count them all.
const KEPT: i64 = 1_000;
/// Bytes kept of one dead letter.
const RAW: usize = 64 * 1024;
const LETTER: Insert = Insert {
    head: "INSERT INTO dead_letter (tenant, source, received, reason, detail, byte_offset, raw, raw_length)",
    tail: "",
};

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The source it came through.
    pub source: SourceId,
    /// When it was received.
    pub received: Time,
    /// The code of the reason.
    pub reason: String,
    /// What exactly was wrong.
    pub detail: String,
    /// The byte where it went wrong.
    pub offset: Option<u64>,
    /// The record.
    pub raw: Vec<u8>,
}

/// A dead letter that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterRow {
    /// Its number; grows over time.
    pub id: i64,
    /// The letter; of a long record, the first 64 KiB.
    pub letter: DeadLetter,
    /// How long the record was.
    pub raw_length: u64,
}

pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    letters: &[DeadLetter],
) -> Result<()> {
    LETTER
        .rows(txn, letters, |values, letter| {
            let kept = &letter.raw[..letter.raw.len().min(RAW)];
            values
                .push_bind(tenant.as_str())
                .push_bind(letter.source.to_string())
                .push_bind(letter.received.millis())
                .push_bind(&letter.reason)
                .push_bind(&letter.detail)
                .push_bind(letter.offset.map(column::int))
                .push_bind(kept)
                .push_bind(letter.raw.len() as i64);
        })
        .await?;
    let sources: BTreeSet<_> = letters.iter().map(|letter| letter.source).collect();
    for source in sources {
        sqlx::query(
            "DELETE FROM dead_letter WHERE tenant = ?1 AND source = ?2 AND id <= (SELECT id FROM dead_letter \
             WHERE tenant = ?1 AND source = ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
        )
        .bind(tenant.as_str())
        .bind(source.to_string())
        .bind(KEPT)
        .execute(&mut *txn)
        .await?;
    }
    Ok(())
}

impl Store {
    /// The dead letters that were kept, newest first.
    pub async fn dead_letter_list(
        &self,
        tenant: &TenantId,
        source: Option<SourceId>,
        page: &PageRequest,
    ) -> Result<Page<DeadLetterRow>> {
        let listing = Listing {
            columns: "id, source, received, reason, detail, byte_offset, raw, raw_length",
            order: Order {
                name: "dead_letter",
                columns: &["id"],
            },
            source: |query: &mut sqlx::QueryBuilder<sqlx::Sqlite>| {
                query
                    .push(" FROM dead_letter WHERE tenant = ")
                    .push_bind(tenant.as_str());
                if let Some(source) = source {
                    query.push(" AND source = ").push_bind(source.to_string());
                }
            },
        };
        listing.read(self.reader(), page, decode).await
    }
}

fn decode(row: &SqliteRow) -> Result<DeadLetterRow> {
    let offset: Option<i64> = row.try_get("byte_offset")?;
    let letter = DeadLetter {
        source: column::parse(row, "source")?,
        received: column::time(row, "received")?,
        reason: row.try_get("reason")?,
        detail: row.try_get("detail")?,
        offset: offset.map(i64::unsigned_abs),
        raw: row.try_get("raw")?,
    };
    Ok(DeadLetterRow {
        id: row.try_get("id")?,
        letter,
        raw_length: column::count(row, "raw_length")?,
    })
}
