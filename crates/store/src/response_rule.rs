//! Automatic response rules, by priority. What is in one is `respond`'s to say; here it is JSON.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::{Error, Result},
};
use model::{TenantId, Time};
use serde_json::Value as Json;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// An automatic response rule.
#[derive(Clone, Debug, PartialEq)]
pub struct ResponseRule {
    /// Its id, a ULID.
    pub id: String,
    /// Counts from 1.
    pub version: u32,
    /// Its name for people.
    pub title: String,
    /// Whether it works.
    pub enabled: bool,
    /// Smaller comes first.
    pub priority: i64,
    /// Trigger, conditions, actions.
    pub body: Json,
    /// When it was last changed.
    pub changed: Time,
}

impl Store {
    /// Saves a rule; `rule.version` is the version it was made from (0 for a new rule). The new version.
    pub async fn response_rule_save(
        &self,
        tenant: &TenantId,
        rule: &ResponseRule,
        audit: &AuditEntry,
    ) -> Result<u32> {
        let mut txn = self.begin().await?;
        let version = version_in_txn(&mut txn, tenant, &rule.id).await?;
        if version != rule.version {
            return Err(Error::Conflict {
                what: "response rule",
                id: rule.id.clone(),
                version,
            });
        }
        sqlx::query(
            "INSERT OR REPLACE INTO response_rule (tenant, id, version, title, enabled, priority, body, changed) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant.as_str())
        .bind(&rule.id)
        .bind(version + 1)
        .bind(&rule.title)
        .bind(rule.enabled)
        .bind(rule.priority)
        .bind(rule.body.to_string())
        .bind(rule.changed.millis())
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(version + 1)
    }

    /// Removes a rule.
    pub async fn response_rule_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "response rule",
            sql: "DELETE FROM response_rule WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// All rules in the order they are asked.
    pub async fn response_rule_list(&self, tenant: &TenantId) -> Result<Vec<ResponseRule>> {
        sqlx::query("SELECT * FROM response_rule WHERE tenant = ? ORDER BY priority, id")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }

    /// One rule.
    pub async fn response_rule_fetch(&self, tenant: &TenantId, id: &str) -> Result<Option<ResponseRule>> {
        let row = sqlx::query("SELECT * FROM response_rule WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }
}

async fn version_in_txn(txn: &mut SqliteConnection, tenant: &TenantId, id: &str) -> Result<u32> {
    let version: Option<u32> =
        sqlx::query_scalar("SELECT version FROM response_rule WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(txn)
            .await?;
    Ok(version.unwrap_or(0))
}

fn decode(row: &SqliteRow) -> Result<ResponseRule> {
    Ok(ResponseRule {
        id: row.try_get("id")?,
        version: column::small(row, "version")?,
        title: row.try_get("title")?,
        enabled: row.try_get("enabled")?,
        priority: row.try_get("priority")?,
        body: column::json(row, "body")?,
        changed: column::time(row, "changed")?,
    })
}
