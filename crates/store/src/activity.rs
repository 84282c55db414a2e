//! The activity log of an event: comments, changes, actions, in the order they happened.

use crate::{column, database::Store, error::Result, insert::Insert};
use model::{EventId, TenantId, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::{Row, SqliteConnection};

const ACTIVITY: Insert = Insert {
    head: "INSERT INTO activity (tenant, event, at, actor, kind, body)",
    tail: "",
};

/// Something that happened to an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// The event.
    pub event: EventId,
    /// When.
    pub at: Time,
    /// A user's name, or `system`.
    pub actor: String,
    /// What.
    pub kind: ActivityKind,
    /// The particulars, by kind.
    pub body: Json,
}

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// It was opened.
    Opened,
    /// Someone wrote something.
    Comment,
    /// Its status changed.
    Status,
    /// Its owner changed.
    Owner,
    /// An analyst chose its level.
    Level,
    /// A tag came or went.
    Tag,
    /// It was merged with, or split from, another.
    Merge,
    /// A whitelist was made from it.
    Whitelist,
    /// A playbook ran.
    Run,
    /// A handling policy was made, changed or ended.
    Policy,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityRow {
    /// Its number; grows over time.
    pub id: i64,
    /// What it says.
    pub activity: Activity,
}

pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    activities: &[Activity],
) -> Result<()> {
    let rows = activities
        .iter()
        .map(|a| Ok((a, column::name(&a.kind)?)))
        .collect::<Result<Vec<_>>>()?;
    ACTIVITY
        .rows(txn, &rows, |values, (activity, kind)| {
            values
                .push_bind(tenant.as_str())
                .push_bind(activity.event.to_string())
                .push_bind(activity.at.millis())
                .push_bind(&activity.actor)
                .push_bind(kind)
                .push_bind(activity.body.to_string());
        })
        .await
}

/// Adds to the logs of events, which are more recent by that.
pub(crate) async fn append_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    activities: &[Activity],
) -> Result<()> {
    insert_in_txn(txn, tenant, activities).await?;
    for activity in activities {
        sqlx::query("UPDATE event SET last_activity = max(last_activity, ?) WHERE tenant = ? AND id = ?")
            .bind(activity.at.millis())
            .bind(tenant.as_str())
            .bind(activity.event.to_string())
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Adds to the log of an event.
    pub async fn activity_insert(&self, tenant: &TenantId, activity: &Activity) -> Result<()> {
        let mut txn = self.begin().await?;
        append_in_txn(&mut txn, tenant, std::slice::from_ref(activity)).await?;
        txn.commit().await?;
        Ok(())
    }

    /// The log of an event, oldest first.
    pub async fn activity_list(&self, tenant: &TenantId, event: EventId) -> Result<Vec<ActivityRow>> {
        sqlx::query(
            "SELECT id, at, actor, kind, body FROM activity WHERE tenant = ? AND event = ? ORDER BY id",
        )
        .bind(tenant.as_str())
        .bind(event.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            let activity = Activity {
                event,
                at: column::time(row, "at")?,
                actor: row.try_get("actor")?,
                kind: column::code(row, "kind")?,
                body: column::json(row, "body")?,
            };
            Ok(ActivityRow {
                id: row.try_get("id")?,
                activity,
            })
        })
        .collect()
    }
}
