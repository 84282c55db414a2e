//! Secrets of connections and feeds: how they are wrapped, and the one way they are kept, apart from what they belong to.

use crate::{database::Store, error::Result};
use model::TenantId;
use sqlx::{Sqlite, Transaction};
use std::fmt;

/// How secrets are sealed: not at all yet, beyond the database file being its owner's alone.
const PLAIN: &str = "plain";

/// A secret that does not show itself: not when printed, not when serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Wraps a secret.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The secret itself, for signing a request.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(…)")
    }
}

/// What to do with the secret of something that is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretChange {
    /// It stays as it is.
    Keep,
    /// It is forgotten.
    Forget,
    /// It is this one.
    Set(SecretBytes),
}

/// A table of secrets, one for each owner at most.
pub(crate) struct Secrets {
    /// Writes one, or another in its place: tenant, owner, sealing, secret.
    pub set: &'static str,
    /// Forgets that of an owner: tenant, owner.
    pub forget: &'static str,
    /// Reads that of an owner: tenant, owner, sealing.
    pub fetch: &'static str,
}

impl Secrets {
    /// Does to the secret of `owner` what was asked for.
    pub async fn change_in_txn(
        &self,
        txn: &mut Transaction<'static, Sqlite>,
        tenant: &TenantId,
        owner: &str,
        change: &SecretChange,
    ) -> Result<()> {
        let query = match change {
            SecretChange::Keep => return Ok(()),
            SecretChange::Forget => sqlx::query(self.forget).bind(tenant.as_str()).bind(owner),
            SecretChange::Set(secret) => sqlx::query(self.set)
                .bind(tenant.as_str())
                .bind(owner)
                .bind(PLAIN)
                .bind(secret.expose()),
        };
        query.execute(&mut **txn).await?;
        Ok(())
    }
}

impl Store {
    /// The secret of `owner`, if it has one.
    pub(crate) async fn secret_fetch(
        &self,
        secrets: &Secrets,
        tenant: &TenantId,
        owner: &str,
    ) -> Result<Option<SecretBytes>> {
        let sealed: Option<Vec<u8>> = sqlx::query_scalar(secrets.fetch)
            .bind(tenant.as_str())
            .bind(owner)
            .bind(PLAIN)
            .fetch_optional(self.reader())
            .await?;
        Ok(sealed.map(SecretBytes))
    }
}
