//! One row that somebody deletes, with the entry in the audit log in the same transaction.

use crate::{
    audit::{self, AuditEntry},
    database::Store,
    error::{Error, Result},
};
use model::TenantId;

/// A kind of row that people delete by its id.
pub(crate) struct Deletion {
    /// What it is called in errors.
    pub what: &'static str,
    /// Deletes the row of a tenant and an id.
    pub sql: &'static str,
}

impl Store {
    /// Deletes a row; an error if there is none, or if others refer to it.
    pub(crate) async fn delete_one(
        &self,
        row: &Deletion,
        tenant: &TenantId,
        id: &str,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        let gone = sqlx::query(row.sql)
            .bind(tenant.as_str())
            .bind(id)
            .execute(&mut *txn)
            .await
            .map_err(Error::of(row.what, &id))?;
        if gone.rows_affected() == 0 {
            return Err(Error::NotFound {
                what: row.what,
                id: id.to_owned(),
            });
        }
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }
}
