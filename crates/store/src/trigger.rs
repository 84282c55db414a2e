//! The outbox of the response worker: written with the events, emptied with the runs they led to.

use crate::{
    activity, activity::Activity, breaker, column, database::Store, error::Result, insert::Insert, run,
};
use model::{AlertId, EventId, TenantId, Time, playbook::Run};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

/// A newer trigger on the same subject takes the older one's place, under a new id.
const TRIGGER: Insert = Insert {
    head: "INSERT OR REPLACE INTO trigger_outbox (tenant, kind, subject, created, not_before, attempts)",
    tail: "",
};

/// Something automatic response rules may react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// An event was opened.
    EventOccurrence(EventId),
    /// An event changed.
    EventUpdate(EventId),
    /// An alert was raised.
    Alert(AlertId),
}

/// The kind of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TriggerKind {
    /// [`Trigger::EventOccurrence`].
    EventOccurrence,
    /// [`Trigger::EventUpdate`].
    EventUpdate,
    /// [`Trigger::Alert`].
    Alert,
}

/// A trigger that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerRow {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub trigger: Trigger,
    /// Since when it waits.
    pub created: Time,
    /// How often it was tried.
    pub attempts: u32,
}

/// What a trigger led to.
#[derive(Clone, Debug, Default)]
pub struct TriggerOutcome {
    /// Runs to be executed. One that is there already is not started again.
    pub runs: Vec<Run>,
    /// The targets that count against the breakers, as `(breaker, target)`.
    pub targets: Vec<(String, String)>,
    /// What is said of it in the logs of events.
    pub activities: Vec<Activity>,
}

impl Trigger {
    /// Its kind.
    pub const fn kind(self) -> TriggerKind {
        match self {
            Self::EventOccurrence(_) => TriggerKind::EventOccurrence,
            Self::EventUpdate(_) => TriggerKind::EventUpdate,
            Self::Alert(_) => TriggerKind::Alert,
        }
    }

    fn subject(self) -> String {
        match self {
            Self::EventOccurrence(event) | Self::EventUpdate(event) => event.to_string(),
            Self::Alert(alert) => alert.to_string(),
        }
    }
}

pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    triggers: &[Trigger],
    now: Time,
) -> Result<()> {
    let rows = triggers
        .iter()
        .map(|t| Ok((t, column::name(&t.kind())?)))
        .collect::<Result<Vec<_>>>()?;
    TRIGGER
        .rows(txn, &rows, |values, (trigger, kind)| {
            values
                .push_bind(tenant.as_str())
                .push_bind(kind)
                .push_bind(trigger.subject())
                .push_bind(now.millis())
                .push_bind(now.millis())
                .push_bind(0);
        })
        .await
}

impl Store {
    /// The triggers that wait longest. They stay until [`Store::trigger_done`], so a crash loses none.
    pub async fn trigger_take(&self, tenant: &TenantId, limit: u32, now: Time) -> Result<Vec<TriggerRow>> {
        sqlx::query(
            "SELECT id, kind, subject, created, attempts FROM trigger_outbox \
             WHERE tenant = ? AND not_before <= ? ORDER BY id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(now.millis())
        .bind(limit)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// Removes a trigger and writes what it led to, both or neither.
    pub async fn trigger_done(
        &self,
        tenant: &TenantId,
        trigger: i64,
        outcome: &TriggerOutcome,
        now: Time,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        for run in &outcome.runs {
            run::insert_in_txn(&mut txn, run).await?;
        }
        activity::append_in_txn(&mut txn, tenant, &outcome.activities).await?;
        breaker::record_in_txn(&mut txn, tenant, &outcome.targets, now).await?;
        sqlx::query("DELETE FROM trigger_outbox WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(trigger)
            .execute(&mut *txn)
            .await?;
        txn.commit().await?;
        Ok(())
    }

    /// Puts a trigger off after a failure.
    pub async fn trigger_retry(
        &self,
        tenant: &TenantId,
        trigger: i64,
        not_before: Time,
        error: &str,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE trigger_outbox SET attempts = attempts + 1, not_before = ?, error = ? \
             WHERE tenant = ? AND id = ?",
        )
        .bind(not_before.millis())
        .bind(error)
        .bind(tenant.as_str())
        .bind(trigger)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// How many triggers wait.
    pub async fn trigger_count(&self, tenant: &TenantId) -> Result<u64> {
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM trigger_outbox WHERE tenant = ?")
            .bind(tenant.as_str())
            .fetch_one(self.reader())
            .await?;
        Ok(waiting.unsigned_abs())
    }
}

fn decode(row: &SqliteRow) -> Result<TriggerRow> {
    let trigger = match column::code(row, "kind")? {
        TriggerKind::EventOccurrence => Trigger::EventOccurrence(column::parse(row, "subject")?),
        TriggerKind::EventUpdate => Trigger::EventUpdate(column::parse(row, "subject")?),
        TriggerKind::Alert => Trigger::Alert(column::parse(row, "subject")?),
    };
    Ok(TriggerRow {
        id: row.try_get("id")?,
        trigger,
        created: column::time(row, "created")?,
        attempts: column::small(row, "attempts")?,
    })
}
