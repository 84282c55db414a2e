//! What feeds said about entities of alerts: for people to read, and for inputs that are run again after a crash.

use crate::{
    column::{self, int},
    database::Store,
    entity_tag,
    error::Result,
    insert::Insert,
    intel_tag,
    pipeline::PipelineCommit,
};
use model::{AlertId, EntityKey, EntityKind, LocalText, TenantId, Time};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

const MATCH: Insert = Insert {
    head: "INSERT INTO intel_match (tenant, kind, value, feed, indicator, names, confidence, tags, at, last, alerts)",
    tail: "ON CONFLICT (tenant, kind, value, feed, indicator) DO UPDATE SET names = excluded.names, \
           confidence = excluded.confidence, tags = max(tags, excluded.tags), last = excluded.last, \
           alerts = alerts + excluded.alerts",
};
const VERDICT: Insert = Insert {
    head: "INSERT INTO intel_verdict (tenant, position, alert, kind, value)",
    tail: "ON CONFLICT DO NOTHING",
};

/// An entity of an alert matches an indicator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelMatch {
    /// The alert.
    pub alert: AlertId,
    /// The entity.
    pub entity: EntityKey,
    /// The feed the indicator is of.
    pub feed: String,
    /// What the indicator looks for.
    pub indicator: String,
    /// What it belongs to.
    pub names: Vec<String>,
    /// How sure the feed is.
    pub confidence: u8,
    /// Whether the entity got the malicious tag by it.
    pub tags: bool,
    /// Nothing but intelligence calls the entity malicious in this alert.
    pub alone: bool,
    /// Why it is malicious, for people.
    pub reason: LocalText,
}

/// What an indicator was to an entity, over all its alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelMatchRow {
    /// The feed.
    pub feed: String,
    /// What the indicator looks for.
    pub indicator: String,
    /// What it belongs to.
    pub names: Vec<String>,
    /// How sure the feed is.
    pub confidence: u8,
    /// Whether the entity got the malicious tag by it.
    pub tags: bool,
    /// When it matched first.
    pub at: Time,
    /// When it matched last.
    pub last: Time,
    /// How many alerts it matched in.
    pub alerts: u64,
}

/// Stores the matches of a batch.
pub(crate) async fn insert_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let (tenant, now) = (commit.tenant.as_str(), commit.now.millis());
    let encoded = commit
        .intel
        .iter()
        .map(|found| Ok((found, column::text(&found.names)?)))
        .collect::<Result<Vec<_>>>()?;
    MATCH
        .rows(txn, &encoded, |values, (found, names)| {
            values
                .push_bind(tenant)
                .push_bind(found.entity.kind.code())
                .push_bind(&found.entity.value)
                .push_bind(&found.feed)
                .push_bind(&found.indicator)
                .push_bind(names)
                .push_bind(i64::from(found.confidence))
                .push_bind(found.tags)
                .push_bind(now)
                .push_bind(now)
                .push_bind(1_i64);
        })
        .await?;
    let tagged: Vec<&IntelMatch> = commit.intel.iter().filter(|found| found.tags).collect();
    VERDICT
        .rows(txn, &tagged, |values, found| {
            values
                .push_bind(tenant)
                .push_bind(int(commit.position))
                .push_bind(found.alert.to_string())
                .push_bind(found.entity.kind.code())
                .push_bind(&found.entity.value);
        })
        .await?;
    let tags = intel_tag::of(&tagged, commit.now)?;
    let rows: Vec<_> = tags.iter().map(intel_tag::Tag::row).collect();
    entity_tag::insert_in_txn(txn, tenant, &rows).await
}

/// Forgets the verdicts no kept snapshot can be run again from.
pub(crate) async fn settle_in_txn(txn: &mut SqliteConnection, tenant: &TenantId) -> Result<()> {
    sqlx::query(
        "DELETE FROM intel_verdict WHERE tenant = ?1 AND position <= \
         (SELECT min(position) FROM pipeline_snapshot WHERE tenant = ?1)",
    )
    .bind(tenant.as_str())
    .execute(txn)
    .await?;
    Ok(())
}

impl Store {
    /// What feeds said about an entity when it was in alerts, the last first.
    pub async fn intel_match_list(
        &self,
        tenant: &TenantId,
        entity: &EntityKey,
    ) -> Result<Vec<IntelMatchRow>> {
        sqlx::query(
            "SELECT * FROM intel_match WHERE tenant = ? AND kind = ? AND value = ? \
             ORDER BY last DESC, feed, indicator",
        )
        .bind(tenant.as_str())
        .bind(entity.kind.code())
        .bind(&entity.value)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// The entities that were called malicious in batches committed after a position, by alert.
    pub async fn intel_verdict_list(
        &self,
        tenant: &TenantId,
        after: u64,
    ) -> Result<Vec<(AlertId, EntityKey)>> {
        sqlx::query("SELECT alert, kind, value FROM intel_verdict WHERE tenant = ? AND position > ?")
            .bind(tenant.as_str())
            .bind(int(after))
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| {
                let kind: EntityKind = column::code(row, "kind")?;
                let value: &str = row.try_get("value")?;
                Ok((column::parse(row, "alert")?, EntityKey::new(kind, value)))
            })
            .collect()
    }

    /// Forgets matches that were not seen since `before`.
    pub async fn intel_match_forget(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let gone = sqlx::query("DELETE FROM intel_match WHERE tenant = ? AND last < ?")
            .bind(tenant.as_str())
            .bind(before.millis())
            .execute(self.writer())
            .await?;
        Ok(gone.rows_affected())
    }
}

fn decode(row: &SqliteRow) -> Result<IntelMatchRow> {
    Ok(IntelMatchRow {
        feed: row.try_get("feed")?,
        indicator: row.try_get("indicator")?,
        names: column::json(row, "names")?,
        confidence: column::small(row, "confidence")?.min(100) as u8,
        tags: row.try_get("tags")?,
        at: column::time(row, "at")?,
        last: column::time(row, "last")?,
        alerts: column::count(row, "alerts")?,
    })
}
