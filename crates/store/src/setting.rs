//! Settings: named values as JSON, such as the pause switch; and the capability table, which is one of them.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::Result,
};
use model::{Capabilities, TenantId, Time};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use sqlx::Row;
use std::collections::BTreeMap;

const CAPABILITIES: &str = "capabilities";

impl Store {
    /// The value of a setting; none if it was never set.
    pub async fn setting_fetch<T: DeserializeOwned>(
        &self,
        tenant: &TenantId,
        name: &str,
    ) -> Result<Option<T>> {
        let row = sqlx::query("SELECT value FROM setting WHERE tenant = ? AND name = ?")
            .bind(tenant.as_str())
            .bind(name)
            .fetch_optional(self.reader())
            .await?;
        row.map(|row| column::json(&row, "value")).transpose()
    }

    /// Sets a setting.
    pub async fn setting_set<T: Serialize + Sync>(
        &self,
        tenant: &TenantId,
        name: &str,
        value: &T,
        now: Time,
        audit: &AuditEntry,
    ) -> Result<()> {
        let value = column::text(value)?;
        let mut txn = self.begin().await?;
        sqlx::query("INSERT OR REPLACE INTO setting (tenant, name, value, changed) VALUES (?, ?, ?, ?)")
            .bind(tenant.as_str())
            .bind(name)
            .bind(value)
            .bind(now.millis())
            .execute(&mut *txn)
            .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// All settings by name.
    pub async fn setting_list(&self, tenant: &TenantId) -> Result<BTreeMap<String, Json>> {
        sqlx::query("SELECT name, value FROM setting WHERE tenant = ?")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| Ok((row.try_get("name")?, column::json(row, "value")?)))
            .collect()
    }

    /// What the logs of each provider may lead to; the defaults until an administrator changes them.
    pub async fn capabilities_fetch(&self, tenant: &TenantId) -> Result<Capabilities> {
        Ok(self
            .setting_fetch(tenant, CAPABILITIES)
            .await?
            .unwrap_or_default())
    }

    /// Changes what the logs of providers may lead to.
    pub async fn capabilities_set(
        &self,
        tenant: &TenantId,
        capabilities: &Capabilities,
        now: Time,
        audit: &AuditEntry,
    ) -> Result<()> {
        self.setting_set(tenant, CAPABILITIES, capabilities, now, audit)
            .await
    }
}
