//! Approvals a step of a run waits for. Nothing is approved by waiting: an answer that is late counts as denied.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
};
use model::{RunId, TenantId, Time};
use serde::{Deserialize, Serialize};
use sqlx::{Row, sqlite::SqliteRow};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Go on.
    Approved,
    /// Do not.
    Denied,
}

/// A question put to people by a step of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: String,
    /// When it was asked.
    pub asked: Time,
    /// Until when it can be answered.
    pub expires_at: Time,
    /// The answer: when, by whom, what.
    pub decided: Option<(Time, String, Decision)>,
}

impl Store {
    /// Asks, unless it was asked before.
    pub async fn approval_insert_if_absent(&self, tenant: &TenantId, approval: &Approval) -> Result<()> {
        sqlx::query(
            "INSERT INTO approval (tenant, run, step, asked, expires_at) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(approval.run.to_string())
        .bind(&approval.step)
        .bind(approval.asked.millis())
        .bind(approval.expires_at.millis())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Answers a question that is open at `at`.
    pub async fn approval_decide(
        &self,
        tenant: &TenantId,
        (run, step): (RunId, &str),
        (at, by, decision): (Time, &str, Decision),
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        let done = sqlx::query(
            "UPDATE approval SET decided_at = ?1, decided_by = ?2, decision = ?3 \
             WHERE tenant = ?4 AND run = ?5 AND step = ?6 AND decided_at IS NULL AND expires_at > ?1",
        )
        .bind(at.millis())
        .bind(by)
        .bind(column::name(&decision)?)
        .bind(tenant.as_str())
        .bind(run.to_string())
        .bind(step)
        .execute(&mut *txn)
        .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound {
                what: "open approval of run",
                id: run.to_string(),
            });
        }
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// The questions that are open at `now`, oldest first.
    pub async fn approval_list_open(&self, tenant: &TenantId, now: Time) -> Result<Vec<Approval>> {
        sqlx::query(
            "SELECT * FROM approval WHERE tenant = ? AND decided_at IS NULL AND expires_at > ? ORDER BY asked, run",
        )
        .bind(tenant.as_str())
        .bind(now.millis())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// The question a step asked.
    pub async fn approval_fetch(
        &self,
        tenant: &TenantId,
        run: RunId,
        step: &str,
    ) -> Result<Option<Approval>> {
        let row = sqlx::query("SELECT * FROM approval WHERE tenant = ? AND run = ? AND step = ?")
            .bind(tenant.as_str())
            .bind(run.to_string())
            .bind(step)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }
}

fn decode(row: &SqliteRow) -> Result<Approval> {
    let at = column::time_optional(row, "decided_at")?;
    let by: Option<String> = row.try_get("decided_by")?;
    let decision = column::code_optional(row, "decision")?;
    Ok(Approval {
        run: column::parse(row, "run")?,
        step: row.try_get("step")?,
        asked: column::time(row, "asked")?,
        expires_at: column::time(row, "expires_at")?,
        decided: at
            .zip(by)
            .zip(decision)
            .map(|((at, by), decision)| (at, by, decision)),
    })
}
