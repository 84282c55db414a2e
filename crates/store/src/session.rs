//! Sessions. Only a hash of the token is kept: who reads the database cannot log in with it.

use crate::{
    column,
    database::Store,
    error::Result,
    user::{self, User},
};
use model::{TenantId, Time};
use sqlx::Row;

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub tenant: TenantId,
    /// Who it is.
    pub user: User,
    /// When it began.
    pub created: Time,
    /// When it ends.
    pub expires_at: Time,
}

impl Store {
    /// Begins a session under the hash of its token.
    pub async fn session_insert(
        &self,
        tenant: &TenantId,
        token_hash: &[u8],
        user: &str,
        (created, expires_at): (Time, Time),
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO session (token_hash, tenant, user, created, expires_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(token_hash)
        .bind(tenant.as_str())
        .bind(user)
        .bind(created.millis())
        .bind(expires_at.millis())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The session under this hash, if it has not ended and its user may still log in.
    pub async fn session_find(&self, token_hash: &[u8], now: Time) -> Result<Option<Session>> {
        let row = sqlx::query(
            "SELECT u.*, s.created AS begun, s.expires_at FROM session s \
             JOIN user u ON u.tenant = s.tenant AND u.id = s.user \
             WHERE s.token_hash = ? AND s.expires_at > ? AND NOT u.disabled",
        )
        .bind(token_hash)
        .bind(now.millis())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| {
            Ok(Session {
                tenant: TenantId::new(row.try_get::<&str, _>("tenant")?),
                user: user::decode(&row)?,
                created: column::time(&row, "begun")?,
                expires_at: column::time(&row, "expires_at")?,
            })
        })
        .transpose()
    }

    /// Ends a session.
    pub async fn session_delete(&self, token_hash: &[u8]) -> Result<()> {
        sqlx::query("DELETE FROM session WHERE token_hash = ?")
            .bind(token_hash)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Forgets sessions that have ended: how many.
    pub async fn session_forget(&self, now: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM session WHERE expires_at <= ?")
            .bind(now.millis())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
