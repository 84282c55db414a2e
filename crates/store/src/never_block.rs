//! The never-block list: ranges and entities no action may touch.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::{Error, Result},
};
use model::{TenantId, Time};
use sqlx::{Row, sqlite::SqliteRow};

/// Something that is never blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeverBlock {
    /// Its id, a ULID.
    pub id: String,
    /// `cidr`, or the kind of an entity.
    pub kind: String,
    /// The range or the entity's value.
    pub value: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub author: String,
    /// Since when.
    pub created: Time,
}

impl Store {
    /// Adds to the list.
    pub async fn never_block_insert(
        &self,
        tenant: &TenantId,
        entry: &NeverBlock,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO never_block (tenant, id, kind, value, reason, author, created) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant.as_str())
        .bind(&entry.id)
        .bind(&entry.kind)
        .bind(&entry.value)
        .bind(&entry.reason)
        .bind(&entry.author)
        .bind(entry.created.millis())
        .execute(&mut *txn)
        .await
        .map_err(Error::of("never-block entry", &entry.value))?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Takes an entry off the list.
    pub async fn never_block_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "never-block entry",
            sql: "DELETE FROM never_block WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// The list, oldest first.
    pub async fn never_block_list(&self, tenant: &TenantId) -> Result<Vec<NeverBlock>> {
        sqlx::query("SELECT * FROM never_block WHERE tenant = ? ORDER BY created, id")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }
}

fn decode(row: &SqliteRow) -> Result<NeverBlock> {
    Ok(NeverBlock {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        value: row.try_get("value")?,
        reason: row.try_get("reason")?,
        author: row.try_get("author")?,
        created: column::time(row, "created")?,
    })
}
