//! Connections to providers: where, as whom, and, apart from everything else, the secret.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::Result,
    secret::{SecretBytes, SecretChange, Secrets},
};
use model::{Provider, TenantId, Time};
use serde_json::Value as Json;
use sqlx::{Row, sqlite::SqliteRow};

/// The secrets of connections.
const SECRETS: Secrets = Secrets {
    set: "INSERT OR REPLACE INTO connection_secret (tenant, connection, sealing, sealed) VALUES (?, ?, ?, ?)",
    forget: "DELETE FROM connection_secret WHERE tenant = ? AND connection = ?",
    fetch: "SELECT sealed FROM connection_secret WHERE tenant = ? AND connection = ? AND sealing = ?",
};

/// A connection to a provider. Its secret is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Its id.
    pub id: String,
    /// The provider.
    pub provider: Provider,
    /// Its name for people.
    pub title: String,
    /// The cloud account.
    pub account: String,
    /// Where to send requests; the provider's own address if absent.
    pub endpoint: Option<String>,
    /// Whose key it is. The key's secret is kept apart.
    pub access_key_id: String,
    /// Region, resource group and the like.
    pub config: Json,
    /// When it was made.
    pub created: Time,
    /// When it was last changed.
    pub changed: Time,
}

impl Store {
    /// Makes a connection or changes it.
    pub async fn connection_save(
        &self,
        tenant: &TenantId,
        connection: &Connection,
        secret: &SecretChange,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO connection (tenant, id, provider, title, account, endpoint, access_key_id, config, \
             created, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET \
             provider = excluded.provider, title = excluded.title, account = excluded.account, \
             endpoint = excluded.endpoint, access_key_id = excluded.access_key_id, config = excluded.config, \
             changed = excluded.changed",
        )
        .bind(tenant.as_str())
        .bind(&connection.id)
        .bind(connection.provider.as_str())
        .bind(&connection.title)
        .bind(&connection.account)
        .bind(&connection.endpoint)
        .bind(&connection.access_key_id)
        .bind(connection.config.to_string())
        .bind(connection.created.millis())
        .bind(connection.changed.millis())
        .execute(&mut *txn)
        .await?;
        SECRETS
            .change_in_txn(&mut txn, tenant, &connection.id, secret)
            .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Forgets a connection and its secret; refused while a source uses it.
    pub async fn connection_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "connection",
            sql: "DELETE FROM connection WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// All connections, by provider and title.
    pub async fn connection_list(&self, tenant: &TenantId) -> Result<Vec<Connection>> {
        sqlx::query("SELECT * FROM connection WHERE tenant = ? ORDER BY provider, title, id")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }

    /// One connection.
    pub async fn connection_fetch(&self, tenant: &TenantId, id: &str) -> Result<Option<Connection>> {
        let row = sqlx::query("SELECT * FROM connection WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// The secret of a connection.
    pub async fn connection_secret(&self, tenant: &TenantId, id: &str) -> Result<Option<SecretBytes>> {
        self.secret_fetch(&SECRETS, tenant, id).await
    }
}

fn decode(row: &SqliteRow) -> Result<Connection> {
    Ok(Connection {
        id: row.try_get("id")?,
        provider: column::code(row, "provider")?,
        title: row.try_get("title")?,
        account: row.try_get("account")?,
        endpoint: row.try_get("endpoint")?,
        access_key_id: row.try_get("access_key_id")?,
        config: column::json(row, "config")?,
        created: column::time(row, "created")?,
        changed: column::time(row, "changed")?,
    })
}
