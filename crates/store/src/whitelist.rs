//! Whitelists and how often each was hit; the pipeline counts the hits.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::{Error, Result},
};
use model::{TenantId, Time, whitelist::Whitelist};
use sqlx::{Row, sqlite::SqliteRow};

const WHAT: &str = "whitelist";

/// A whitelist and its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhitelistRow {
    /// The whitelist.
    pub whitelist: Whitelist,
    /// When it was made.
    pub created: Time,
    /// Alerts it kept out of events.
    pub hits: u64,
    /// When it last did.
    pub last_hit: Option<Time>,
    /// It is kept, and hides nothing until somebody resumes it.
    pub paused: bool,
    /// Counts from 1.
    pub version: u32,
}

impl WhitelistRow {
    /// Whether it hides anything at `now`.
    pub fn holds(&self, now: Time) -> bool {
        !self.paused && self.whitelist.expires_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// Makes a whitelist.
    pub async fn whitelist_insert(
        &self,
        tenant: &TenantId,
        whitelist: &Whitelist,
        now: Time,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query("INSERT INTO whitelist (tenant, id, scope, body, created) VALUES (?, ?, ?, ?, ?)")
            .bind(tenant.as_str())
            .bind(&whitelist.id)
            .bind(column::name(&whitelist.scope)?)
            .bind(column::text(whitelist)?)
            .bind(now.millis())
            .execute(&mut *txn)
            .await
            .map_err(Error::of(WHAT, &whitelist.id))?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Changes a whitelist, pauses or resumes it; its hits stay. `row.version` is the version it was changed from; the
    /// new one.
    pub async fn whitelist_update(
        &self,
        tenant: &TenantId,
        row: &WhitelistRow,
        audit: &AuditEntry,
    ) -> Result<u32> {
        let whitelist = &row.whitelist;
        let mut txn = self.begin().await?;
        let version: Option<u32> =
            sqlx::query_scalar("SELECT version FROM whitelist WHERE tenant = ? AND id = ?")
                .bind(tenant.as_str())
                .bind(&whitelist.id)
                .fetch_optional(&mut *txn)
                .await?;
        let version = version.ok_or_else(|| Error::NotFound {
            what: WHAT,
            id: whitelist.id.clone(),
        })?;
        if version != row.version {
            return Err(Error::Conflict {
                what: WHAT,
                id: whitelist.id.clone(),
                version,
            });
        }
        sqlx::query(
            "UPDATE whitelist SET scope = ?, body = ?, paused = ?, version = version + 1 \
             WHERE tenant = ? AND id = ?",
        )
        .bind(column::name(&whitelist.scope)?)
        .bind(column::text(whitelist)?)
        .bind(row.paused)
        .bind(tenant.as_str())
        .bind(&whitelist.id)
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(version + 1)
    }

    /// Removes a whitelist.
    pub async fn whitelist_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: WHAT,
            sql: "DELETE FROM whitelist WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// All whitelists, oldest first.
    pub async fn whitelist_list(&self, tenant: &TenantId) -> Result<Vec<WhitelistRow>> {
        sqlx::query(
            "SELECT body, created, hits, last_hit, paused, version FROM whitelist WHERE tenant = ? ORDER BY created, id",
        )
        .bind(tenant.as_str())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }
}

fn decode(row: &SqliteRow) -> Result<WhitelistRow> {
    Ok(WhitelistRow {
        whitelist: column::json(row, "body")?,
        created: column::time(row, "created")?,
        hits: column::count(row, "hits")?,
        last_hit: column::time_optional(row, "last_hit")?,
        paused: row.try_get("paused")?,
        version: column::small(row, "version")?,
    })
}
