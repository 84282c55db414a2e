//! Users and their roles.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
};
use model::{TenantId, Time};
use serde::{Deserialize, Serialize};
use sqlx::{Row, sqlite::SqliteRow};
use std::fmt;

/// What a user may do; each role may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Look.
    Viewer,
    /// Handle events and block.
    Responder,
    /// Configure.
    Admin,
}

/// A user.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Their id, a ULID.
    pub id: String,
    /// The name they log in with; upper and lower case are the same.
    pub name: String,
    /// The argon2 hash of their password.
    pub password_hash: String,
    /// What they may do.
    pub role: UserRole,
    /// They may not log in.
    pub disabled: bool,
    /// Since when there is the account.
    pub created: Time,
}

impl fmt::Debug for User {
    /// Without the hash of the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("role", &self.role)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Makes an account or changes it. A changed password and a disabled account end the user's sessions.
    pub async fn user_save(&self, tenant: &TenantId, user: &User, audit: &AuditEntry) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "DELETE FROM session WHERE tenant = ?1 AND user = ?2 AND EXISTS (SELECT 1 FROM user \
             WHERE tenant = ?1 AND id = ?2 AND (password_hash <> ?3 OR ?4))",
        )
        .bind(tenant.as_str())
        .bind(&user.id)
        .bind(&user.password_hash)
        .bind(user.disabled)
        .execute(&mut *txn)
        .await?;
        sqlx::query(
            "INSERT INTO user (tenant, id, name, password_hash, role, disabled, created) \
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, \
             password_hash = excluded.password_hash, role = excluded.role, disabled = excluded.disabled",
        )
        .bind(tenant.as_str())
        .bind(&user.id)
        .bind(&user.name)
        .bind(&user.password_hash)
        .bind(column::name(&user.role)?)
        .bind(user.disabled)
        .bind(user.created.millis())
        .execute(&mut *txn)
        .await
        .map_err(Error::of("user", &user.name))?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// The user of a name.
    pub async fn user_find(&self, tenant: &TenantId, name: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM user WHERE tenant = ? AND name = ?")
            .bind(tenant.as_str())
            .bind(name)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// The user of an id.
    pub async fn user_fetch(&self, tenant: &TenantId, id: &str) -> Result<Option<User>> {
        let row = sqlx::query("SELECT * FROM user WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// All users by name.
    pub async fn user_list(&self, tenant: &TenantId) -> Result<Vec<User>> {
        sqlx::query("SELECT * FROM user WHERE tenant = ? ORDER BY name")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode)
            .collect()
    }
}

pub(crate) fn decode(row: &SqliteRow) -> Result<User> {
    Ok(User {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        role: column::code(row, "role")?,
        disabled: row.try_get("disabled")?,
        created: column::time(row, "created")?,
    })
}
