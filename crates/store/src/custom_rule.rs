//! Rules people write: every version is kept, and nobody overwrites what they have not seen.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
};
use model::{TenantId, Time};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// One version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomRule {
    /// The rule's id.
    pub id: String,
    /// Counts from 1.
    pub version: u32,
    /// The rule.
    pub text: String,
    /// Who wrote this version.
    pub author: String,
    /// When.
    pub changed: Time,
    /// This version says that the rule is gone.
    pub deleted: bool,
}

impl Store {
    /// Saves a new version; `rule.version` is the one it was made from (0 for a new rule). The new version.
    pub async fn custom_rule_save(
        &self,
        tenant: &TenantId,
        rule: &CustomRule,
        audit: &AuditEntry,
    ) -> Result<u32> {
        let mut txn = self.begin().await?;
        let version = version_in_txn(&mut txn, tenant, &rule.id).await?;
        if version != rule.version {
            return Err(Error::Conflict {
                what: "rule",
                id: rule.id.clone(),
                version,
            });
        }
        sqlx::query(
            "INSERT INTO custom_rule (tenant, id, version, text, author, changed, deleted) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant.as_str())
        .bind(&rule.id)
        .bind(version + 1)
        .bind(&rule.text)
        .bind(&rule.author)
        .bind(rule.changed.millis())
        .bind(rule.deleted)
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(version + 1)
    }

    /// The newest version of every rule that is not deleted, by id.
    pub async fn custom_rule_list(&self, tenant: &TenantId) -> Result<Vec<CustomRule>> {
        sqlx::query(
            "SELECT * FROM custom_rule c WHERE tenant = ? AND NOT deleted AND version = \
             (SELECT max(version) FROM custom_rule WHERE tenant = c.tenant AND id = c.id) ORDER BY id",
        )
        .bind(tenant.as_str())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// All versions of a rule, newest first.
    pub async fn custom_rule_history(&self, tenant: &TenantId, id: &str) -> Result<Vec<CustomRule>> {
        sqlx::query("SELECT * FROM custom_rule WHERE tenant = ? AND id = ? ORDER BY version DESC")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }
}

async fn version_in_txn(txn: &mut SqliteConnection, tenant: &TenantId, id: &str) -> Result<u32> {
    let version: Option<u32> =
        sqlx::query_scalar("SELECT max(version) FROM custom_rule WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_one(txn)
            .await?;
    Ok(version.unwrap_or(0))
}

fn decode(row: &SqliteRow) -> Result<CustomRule> {
    Ok(CustomRule {
        id: row.try_get("id")?,
        version: column::small(row, "version")?,
        text: row.try_get("text")?,
        author: row.try_get("author")?,
        changed: column::time(row, "changed")?,
        deleted: row.try_get("deleted")?,
    })
}
