//! The setup token: whoever holds it makes the first account, once.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
    user::User,
};
use model::{TenantId, Time};

impl Store {
    /// Puts a new token in place of one that was not used; refused once there is a user. Whether it was put.
    pub async fn setup_token_set(&self, tenant: &TenantId, token_hash: &[u8], now: Time) -> Result<bool> {
        let done = sqlx::query(
            "INSERT OR REPLACE INTO setup_token (tenant, token_hash, created) SELECT ?1, ?2, ?3 \
             WHERE NOT EXISTS (SELECT 1 FROM user WHERE tenant = ?1)",
        )
        .bind(tenant.as_str())
        .bind(token_hash)
        .bind(now.millis())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Whether the first account is still to be made.
    pub async fn setup_needed(&self, tenant: &TenantId) -> Result<bool> {
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM user WHERE tenant = ?")
            .bind(tenant.as_str())
            .fetch_one(self.reader())
            .await?;
        Ok(users == 0)
    }

    /// Uses the token to make the first account; a second use, or another token, is refused.
    pub async fn setup_complete(
        &self,
        tenant: &TenantId,
        token_hash: &[u8],
        user: &User,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        let claimed = sqlx::query(
            "UPDATE setup_token SET used_at = ?1 WHERE tenant = ?2 AND token_hash = ?3 AND used_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM user WHERE tenant = ?2)",
        )
        .bind(user.created.millis())
        .bind(tenant.as_str())
        .bind(token_hash)
        .execute(&mut *txn)
        .await?;
        if claimed.rows_affected() == 0 {
            return Err(Error::NotFound {
                what: "unused setup token of tenant",
                id: tenant.to_string(),
            });
        }
        sqlx::query(
            "INSERT INTO user (tenant, id, name, password_hash, role, disabled, created) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(tenant.as_str())
        .bind(&user.id)
        .bind(&user.name)
        .bind(&user.password_hash)
        .bind(column::name(&user.role)?)
        .bind(user.disabled)
        .bind(user.created.millis())
        .execute(&mut *txn)
        .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }
}
