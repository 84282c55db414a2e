//! Settings: named values as JSON, such as the pause switch; and the capability table and
//! the settings of correlation, which are some of them.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
};
use model::{Capabilities, CorrelationSettings, TenantId, Time};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;
use sqlx::Row;
use std::collections::BTreeMap;

const CAPABILITIES: &str = "capabilities";
const CORRELATION: &str = "correlation";

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

    /// How alerts are put together, and the version of that; version 0 until an administrator says something.
    pub async fn correlation_settings_fetch(&self, tenant: &TenantId) -> Result<(CorrelationSettings, u32)> {
        let row = sqlx::query("SELECT value, version FROM setting WHERE tenant = ? AND name = ?")
            .bind(tenant.as_str())
            .bind(CORRELATION)
            .fetch_optional(self.reader())
            .await?;
        let read = |row: sqlx::sqlite::SqliteRow| {
            Ok((column::json(&row, "value")?, column::small(&row, "version")?))
        };
        row.map_or_else(|| Ok((CorrelationSettings::default(), 0)), read)
    }

    /// Changes how alerts are put together. `version` is the version it was changed from; the new one.
    pub async fn correlation_settings_save(
        &self,
        tenant: &TenantId,
        settings: &CorrelationSettings,
        version: u32,
        audit: &AuditEntry,
    ) -> Result<u32> {
        let mut txn = self.begin().await?;
        let current: Option<u32> =
            sqlx::query_scalar("SELECT version FROM setting WHERE tenant = ? AND name = ?")
                .bind(tenant.as_str())
                .bind(CORRELATION)
                .fetch_optional(&mut *txn)
                .await?;
        let current = current.unwrap_or(0);
        if current != version {
            return Err(Error::Conflict {
                what: "setting",
                id: CORRELATION.to_owned(),
                version: current,
            });
        }
        sqlx::query(
            "INSERT OR REPLACE INTO setting (tenant, name, value, changed, version) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(tenant.as_str())
        .bind(CORRELATION)
        .bind(column::text(settings)?)
        .bind(audit.at.millis())
        .bind(version + 1)
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(version + 1)
    }
}
