//! Answers to journalled actions: the pipeline works them in order, whoever asked picks up the answer.

use crate::{column, database::Store, error::Result, insert::Insert};
use model::{TenantId, Time};
use serde_json::Value as Json;
use sqlx::SqliteConnection;

const RESULT: Insert = Insert {
    head: "INSERT INTO action_result (tenant, action, at, result)",
    tail: "ON CONFLICT DO NOTHING",
};

/// The answer to one action.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionResult {
    /// The action's id, as its writer chose it.
    pub action: String,
    /// What came of it.
    pub result: Json,
}

pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    results: &[ActionResult],
    now: Time,
) -> Result<()> {
    RESULT
        .rows(txn, results, |values, row| {
            values
                .push_bind(tenant.as_str())
                .push_bind(&row.action)
                .push_bind(now.millis())
                .push_bind(row.result.to_string());
        })
        .await
}

impl Store {
    /// The answer to an action; none while it has not been worked.
    pub async fn action_result_fetch(&self, tenant: &TenantId, action: &str) -> Result<Option<Json>> {
        let row = sqlx::query("SELECT result FROM action_result WHERE tenant = ? AND action = ?")
            .bind(tenant.as_str())
            .bind(action)
            .fetch_optional(self.reader())
            .await?;
        row.map(|row| column::json(&row, "result")).transpose()
    }

    /// Forgets answers given before `before`: how many.
    pub async fn action_result_forget(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM action_result WHERE tenant = ? AND at < ?")
            .bind(tenant.as_str())
            .bind(before.millis())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
