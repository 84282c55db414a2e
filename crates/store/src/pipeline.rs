//! The commit point of detection: outputs, counters and input position in one transaction.
//!
//! A batch names the position it starts after. If that is not the position committed last, either the batch
//! was committed before a crash (then nothing is done) or something is wrong (then it is refused). So every
//! batch counts exactly once, and counters may simply be added.

mod alerts;
mod entities;
mod events;
mod kept;

pub use kept::{KeptAlert, KeptEvent};

use crate::{
    action::{self, ActionResult},
    activity::{self, Activity},
    audit::{self, AuditEntry},
    client::{self, ClientCount},
    column::{self, int},
    database::Store,
    dead_letter::{self, DeadLetter},
    entity_tag::{self, EntityTagChange},
    error::{Error, Result},
    intel_match::{self, IntelMatch},
    link::{self, Mark},
    record,
    source::{self, SourceCount},
    trigger::{self, Trigger},
};
use model::{
    Alert, AlertId, EventId, EventStatus, Membership, NoEventReason, RecordId, Related, SecurityEvent,
    TenantId, Time,
};
use sqlx::{Row, SqliteConnection};

/// Snapshots kept: the newest, and one more should it turn out unreadable.
const SNAPSHOTS: i64 = 2;

/// Everything that came of a batch of inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct PipelineCommit {
    /// Whose inputs they were.
    pub tenant: TenantId,
    /// The position the batch starts after: the one committed last, 0 at the beginning.
    pub after: u64,
    /// The position of its last input.
    pub position: u64,
    /// When its last input was received.
    pub now: Time,
    /// What happened to the records of each source.
    pub source_counts: Vec<SourceCount>,
    /// Requests and refusals of each client.
    pub client_counts: Vec<ClientCount>,
    /// Records that could not be read.
    pub dead_letters: Vec<DeadLetter>,
    /// Records that were stored, so that their repeats are known as such.
    pub records: Vec<RecordId>,
    /// New alerts.
    pub alerts: Vec<Alert>,
    /// What threat intelligence says about the entities of new alerts.
    pub intel: Vec<IntelMatch>,
    /// Alerts, new or older, that are in no event.
    pub unlinked: Vec<Unlinked>,
    /// Alerts, new or older, that are in an event; an alert that was in another one moves.
    pub memberships: Vec<Membership>,
    /// Events that changed, in the order they did.
    pub events: Vec<EventChange>,
    /// What people said of the status of events, in order: it holds for those that the correlator has forgotten, too.
    pub statuses: Vec<(EventId, EventStatus)>,
    /// Events near each other.
    pub related: Vec<Related>,
    /// Alerts that were taken apart.
    pub marks: Vec<Mark>,
    /// Marks that are lifted, by id.
    pub lifted: Vec<String>,
    /// What was said of entities, in order; the alerts of the batch were judged by it already.
    pub entity_tags: Vec<EntityTagChange>,
    /// What to add to the activity logs of events.
    pub activities: Vec<Activity>,
    /// What the response worker has to look at.
    pub triggers: Vec<Trigger>,
    /// What analysts' actions among the inputs changed.
    pub audits: Vec<AuditEntry>,
    /// The answers to those actions.
    pub action_results: Vec<ActionResult>,
    /// The state of detector and correlator as of `position`, if one was taken.
    pub snapshot: Option<Vec<u8>>,
}

/// An alert in no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// The alert.
    pub alert: AlertId,
    /// Why.
    pub reason: NoEventReason,
    /// The whitelist it hit; its counter goes up.
    pub whitelist: Option<String>,
}

/// A changed event, as it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct EventChange {
    /// The event. Its status is stored as given: the correlator is told of every change of status, so it
    /// knows. Its owner, its tags and a level an analyst chose are not the correlator's and stay.
    pub event: SecurityEvent,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Opened,
    /// It changed, or was split off again.
    Updated,
    /// It became part of another.
    Merged {
        /// The other.
        into: EventId,
    },
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It was committed.
    Now,
    /// It had been committed before; nothing was done.
    Before,
}

/// The state of detector and correlator at a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The position.
    pub position: u64,
    /// The state.
    pub state: Vec<u8>,
}

impl PipelineCommit {
    /// A batch without any outcome.
    pub fn empty(tenant: TenantId, after: u64, position: u64, now: Time) -> Self {
        Self {
            tenant,
            after,
            position,
            now,
            source_counts: Vec::new(),
            client_counts: Vec::new(),
            dead_letters: Vec::new(),
            records: Vec::new(),
            alerts: Vec::new(),
            intel: Vec::new(),
            unlinked: Vec::new(),
            memberships: Vec::new(),
            events: Vec::new(),
            statuses: Vec::new(),
            related: Vec::new(),
            marks: Vec::new(),
            lifted: Vec::new(),
            entity_tags: Vec::new(),
            activities: Vec::new(),
            triggers: Vec::new(),
            audits: Vec::new(),
            action_results: Vec::new(),
            snapshot: None,
        }
    }
}

impl Store {
    /// Commits a batch: all of it, or nothing.
    pub async fn pipeline_commit(&self, commit: &PipelineCommit) -> Result<Committed> {
        let mut txn = self.begin().await?;
        let tenant = &commit.tenant;
        let committed = position_in_txn(&mut txn, tenant).await?;
        if committed >= commit.position && commit.position > commit.after {
            return Ok(Committed::Before);
        }
        if committed != commit.after {
            return Err(Error::Gap {
                after: commit.after,
                committed,
            });
        }
        record::insert_in_txn(&mut txn, tenant, &commit.records, commit.now, commit.position).await?;
        source::count_in_txn(&mut txn, tenant, &commit.source_counts).await?;
        source::seen_in_txn(&mut txn, tenant, &commit.source_counts, commit.now).await?;
        client::count_in_txn(&mut txn, tenant, &commit.client_counts).await?;
        dead_letter::insert_in_txn(&mut txn, tenant, &commit.dead_letters).await?;
        let fresh = alerts::insert_in_txn(&mut txn, commit).await?;
        intel_match::insert_in_txn(&mut txn, commit).await?;
        alerts::unlink_in_txn(&mut txn, commit, &fresh).await?;
        alerts::join_in_txn(&mut txn, commit, &fresh).await?;
        events::change_in_txn(&mut txn, commit).await?;
        events::status_in_txn(&mut txn, tenant, &commit.statuses).await?;
        link::relate_in_txn(&mut txn, tenant, &commit.related, commit.now).await?;
        link::mark_in_txn(&mut txn, tenant, &commit.marks, &commit.lifted).await?;
        entity_tag::change_in_txn(&mut txn, tenant, &commit.entity_tags, commit.now).await?;
        activity::insert_in_txn(&mut txn, tenant, &commit.activities).await?;
        trigger::insert_in_txn(&mut txn, tenant, &commit.triggers, commit.now).await?;
        for entry in &commit.audits {
            audit::append_in_txn(&mut txn, tenant, entry).await?;
        }
        action::insert_in_txn(&mut txn, tenant, &commit.action_results, commit.now).await?;
        position_set_in_txn(&mut txn, commit).await?;
        txn.commit().await?;
        Ok(Committed::Now)
    }

    /// The position committed last; 0 at the beginning.
    pub async fn pipeline_position(&self, tenant: &TenantId) -> Result<u64> {
        position_in_txn(&mut *self.reader().acquire().await?, tenant).await
    }

    /// The newest snapshots, newest first.
    pub async fn pipeline_snapshot_list(&self, tenant: &TenantId) -> Result<Vec<Snapshot>> {
        sqlx::query("SELECT position, state FROM pipeline_snapshot WHERE tenant = ? ORDER BY position DESC")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| {
                Ok(Snapshot {
                    position: column::count(row, "position")?,
                    state: row.try_get("state")?,
                })
            })
            .collect()
    }

    /// The newest snapshot.
    pub async fn pipeline_snapshot_latest(&self, tenant: &TenantId) -> Result<Option<Snapshot>> {
        Ok(self.pipeline_snapshot_list(tenant).await?.into_iter().next())
    }

    /// The position of the newest snapshot: the journal must keep everything after it. 0 if there is none.
    pub async fn pipeline_snapshot_position(&self, tenant: &TenantId) -> Result<u64> {
        let position: Option<i64> =
            sqlx::query_scalar("SELECT max(position) FROM pipeline_snapshot WHERE tenant = ?")
                .bind(tenant.as_str())
                .fetch_one(self.reader())
                .await?;
        Ok(position.unwrap_or(0).unsigned_abs())
    }
}

async fn position_in_txn(txn: &mut SqliteConnection, tenant: &TenantId) -> Result<u64> {
    let position: Option<i64> = sqlx::query_scalar("SELECT position FROM pipeline WHERE tenant = ?")
        .bind(tenant.as_str())
        .fetch_optional(txn)
        .await?;
    Ok(position.unwrap_or(0).unsigned_abs())
}

async fn position_set_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let tenant = commit.tenant.as_str();
    sqlx::query(
        "INSERT INTO pipeline (tenant, position, committed) VALUES (?, ?, ?) \
         ON CONFLICT (tenant) DO UPDATE SET position = excluded.position, committed = excluded.committed",
    )
    .bind(tenant)
    .bind(int(commit.position))
    .bind(commit.now.millis())
    .execute(&mut *txn)
    .await?;
    let Some(state) = &commit.snapshot else {
        return Ok(());
    };
    sqlx::query(
        "INSERT OR REPLACE INTO pipeline_snapshot (tenant, position, taken, state) VALUES (?, ?, ?, ?)",
    )
    .bind(tenant)
    .bind(int(commit.position))
    .bind(commit.now.millis())
    .bind(state.as_slice())
    .execute(&mut *txn)
    .await?;
    sqlx::query(
        "DELETE FROM pipeline_snapshot WHERE tenant = ?1 AND position NOT IN \
         (SELECT position FROM pipeline_snapshot WHERE tenant = ?1 ORDER BY position DESC LIMIT ?2)",
    )
    .bind(tenant)
    .bind(SNAPSHOTS)
    .execute(&mut *txn)
    .await?;
    intel_match::settle_in_txn(txn, &commit.tenant).await
}
