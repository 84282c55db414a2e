//! Whitelists and how often each was hit; the pipeline counts the hits.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::Result,
};
use model::{TenantId, Time, whitelist::Whitelist};
use sqlx::sqlite::SqliteRow;

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
}

impl Store {
    /// Makes a whitelist or changes it; its hits stay.
    pub async fn whitelist_save(
        &self,
        tenant: &TenantId,
        whitelist: &Whitelist,
        now: Time,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO whitelist (tenant, id, scope, body, created) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (tenant, id) DO UPDATE SET scope = excluded.scope, body = excluded.body",
        )
        .bind(tenant.as_str())
        .bind(&whitelist.id)
        .bind(column::name(&whitelist.scope)?)
        .bind(column::text(whitelist)?)
        .bind(now.millis())
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Removes a whitelist.
    pub async fn whitelist_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "whitelist",
            sql: "DELETE FROM whitelist WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// All whitelists, oldest first.
    pub async fn whitelist_list(&self, tenant: &TenantId) -> Result<Vec<WhitelistRow>> {
        sqlx::query(
            "SELECT body, created, hits, last_hit FROM whitelist WHERE tenant = ? ORDER BY created, id",
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
    })
}
