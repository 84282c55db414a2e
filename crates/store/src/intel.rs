//! Threat intelligence feeds: where they are, how they are doing, and, apart from everything else, the secret.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    deletion::Deletion,
    error::{Error, Result},
    secret::{SecretBytes, SecretChange, Secrets},
};
use model::{TenantId, Time};
use serde_json::Value as Json;
use sqlx::{Row, sqlite::SqliteRow};

/// A feed as people set it up. Its secret is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelFeed {
    /// Its id, a ULID.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What is read: `taxii`, `misp_feed`, `stix`, `misp`, `list`.
    pub kind: String,
    /// Where it is, how it is read, and how far it is trusted.
    pub config: Json,
    /// Whether it is refreshed and used.
    pub enabled: bool,
    /// When it was made.
    pub created: Time,
    /// When it was last changed.
    pub changed: Time,
}

/// A feed and how it is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelFeedStatus {
    /// The feed.
    pub feed: IntelFeed,
    /// Whether there is a secret.
    pub has_secret: bool,
    /// When it was last asked for.
    pub last_run: Option<Time>,
    /// When that last went well.
    pub last_good: Option<Time>,
    /// What went wrong last time; none if nothing did.
    pub last_error: Option<String>,
    /// How often in a row it went wrong.
    pub failures: u32,
    /// What it wants to be told next time.
    pub cursor: Option<String>,
    /// What was in it.
    pub report: Json,
}

/// What came of asking for a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelRun {
    /// When.
    pub at: Time,
    /// What went wrong, or what to tell the feed next time and what is in it; no report if nothing changed.
    pub result: std::result::Result<(Option<String>, Option<Json>), String>,
}

/// The secrets of feeds.
const SECRETS: Secrets = Secrets {
    set: "INSERT OR REPLACE INTO intel_feed_secret (tenant, feed, sealing, sealed) VALUES (?, ?, ?, ?)",
    forget: "DELETE FROM intel_feed_secret WHERE tenant = ? AND feed = ?",
    fetch: "SELECT sealed FROM intel_feed_secret WHERE tenant = ? AND feed = ? AND sealing = ?",
};

impl Store {
    /// Makes a feed or changes it.
    pub async fn intel_feed_save(
        &self,
        tenant: &TenantId,
        feed: &IntelFeed,
        secret: &SecretChange,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "INSERT INTO intel_feed (tenant, id, name, kind, config, enabled, created, changed, failures, report) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '{}') ON CONFLICT (tenant, id) DO UPDATE SET \
             name = excluded.name, kind = excluded.kind, config = excluded.config, enabled = excluded.enabled, \
             changed = excluded.changed, failures = 0, \
             cursor = CASE WHEN config = excluded.config THEN cursor END",
        )
        .bind(tenant.as_str())
        .bind(&feed.id)
        .bind(&feed.name)
        .bind(&feed.kind)
        .bind(feed.config.to_string())
        .bind(feed.enabled)
        .bind(feed.created.millis())
        .bind(feed.changed.millis())
        .execute(&mut *txn)
        .await
        .map_err(Error::of("feed", &feed.name))?;
        SECRETS.change_in_txn(&mut txn, tenant, &feed.id, secret).await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Forgets a feed and its secret. What it said about entities stays.
    pub async fn intel_feed_delete(&self, tenant: &TenantId, id: &str, audit: &AuditEntry) -> Result<()> {
        const ROW: Deletion = Deletion {
            what: "feed",
            sql: "DELETE FROM intel_feed WHERE tenant = ? AND id = ?",
        };
        self.delete_one(&ROW, tenant, id, audit).await
    }

    /// All feeds, by name.
    pub async fn intel_feed_list(&self, tenant: &TenantId) -> Result<Vec<IntelFeedStatus>> {
        sqlx::query(
            "SELECT f.*, EXISTS (SELECT 1 FROM intel_feed_secret s WHERE s.tenant = f.tenant AND s.feed = f.id) \
             AS has_secret FROM intel_feed f WHERE f.tenant = ? ORDER BY f.name, f.id",
        )
        .bind(tenant.as_str())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// The secret of a feed.
    pub async fn intel_feed_secret(&self, tenant: &TenantId, id: &str) -> Result<Option<SecretBytes>> {
        self.secret_fetch(&SECRETS, tenant, id).await
    }

    /// Notes what came of asking for a feed, unless it was removed or changed since `asked`.
    pub async fn intel_feed_ran(&self, tenant: &TenantId, feed: &IntelFeed, run: &IntelRun) -> Result<bool> {
        let query = match &run.result {
            Ok((cursor, report)) => sqlx::query(
                "UPDATE intel_feed SET last_run = ?, last_good = ?, last_error = NULL, failures = 0, cursor = ?, \
                 report = coalesce(?, report) WHERE tenant = ? AND id = ? AND changed = ?",
            )
            .bind(run.at.millis())
            .bind(run.at.millis())
            .bind(cursor)
            .bind(report.as_ref().map(Json::to_string)),
            Err(error) => sqlx::query(
                "UPDATE intel_feed SET last_run = ?, last_error = ?, failures = failures + 1 \
                 WHERE tenant = ? AND id = ? AND changed = ?",
            )
            .bind(run.at.millis())
            .bind(error),
        };
        let done = query
            .bind(tenant.as_str())
            .bind(&feed.id)
            .bind(feed.changed.millis())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn decode(row: &SqliteRow) -> Result<IntelFeedStatus> {
    Ok(IntelFeedStatus {
        feed: IntelFeed {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            kind: row.try_get("kind")?,
            config: column::json(row, "config")?,
            enabled: row.try_get("enabled")?,
            created: column::time(row, "created")?,
            changed: column::time(row, "changed")?,
        },
        has_secret: row.try_get("has_secret")?,
        last_run: column::time_optional(row, "last_run")?,
        last_good: column::time_optional(row, "last_good")?,
        last_error: row.try_get("last_error")?,
        failures: column::small(row, "failures")?,
        cursor: row.try_get("cursor")?,
        report: column::json(row, "report")?,
    })
}
