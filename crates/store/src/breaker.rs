//! What automatic actions were aimed at lately: the circuit breaker counts it, the silence window looks it up.

use crate::{column, database::Store, error::Result, insert::Insert};
use model::{TenantId, Time};
use sqlx::{Row as _, SqliteConnection};

const TARGET: Insert = Insert {
    head: "INSERT INTO breaker_target (tenant, breaker, target, at)",
    tail: "ON CONFLICT (tenant, breaker, target) DO UPDATE SET at = max(at, excluded.at)",
};

pub(crate) async fn record_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    targets: &[(String, String)],
    now: Time,
) -> Result<()> {
    TARGET
        .rows(txn, targets, |values, (breaker, target)| {
            values
                .push_bind(tenant.as_str())
                .push_bind(breaker)
                .push_bind(target)
                .push_bind(now.millis());
        })
        .await
}

impl Store {
    /// How many different targets a breaker (such as a response rule) was aimed at since `since`.
    pub async fn breaker_count(&self, tenant: &TenantId, breaker: &str, since: Time) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM breaker_target WHERE tenant = ? AND breaker = ? AND at >= ?",
        )
        .bind(tenant.as_str())
        .bind(breaker)
        .bind(since.millis())
        .fetch_one(self.reader())
        .await?;
        Ok(count.unsigned_abs())
    }

    /// When a breaker was last aimed at a target.
    pub async fn breaker_last(&self, tenant: &TenantId, breaker: &str, target: &str) -> Result<Option<Time>> {
        let row =
            sqlx::query("SELECT at FROM breaker_target WHERE tenant = ? AND breaker = ? AND target = ?")
                .bind(tenant.as_str())
                .bind(breaker)
                .bind(target)
                .fetch_optional(self.reader())
                .await?;
        row.map(|row| column::time(&row, "at")).transpose()
    }

    /// Everything a breaker was aimed at since `since`, oldest first.
    pub async fn breaker_list(
        &self,
        tenant: &TenantId,
        breaker: &str,
        since: Time,
    ) -> Result<Vec<(String, Time)>> {
        sqlx::query(
            "SELECT target, at FROM breaker_target WHERE tenant = ? AND breaker = ? AND at >= ? ORDER BY at",
        )
        .bind(tenant.as_str())
        .bind(breaker)
        .bind(since.millis())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| Ok((row.try_get("target")?, column::time(row, "at")?)))
        .collect()
    }

    /// Forgets what happened before `before`: how many targets.
    pub async fn breaker_forget(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let done = sqlx::query("DELETE FROM breaker_target WHERE tenant = ? AND at < ?")
            .bind(tenant.as_str())
            .bind(before.millis())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }
}
