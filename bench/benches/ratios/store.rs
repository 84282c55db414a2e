//! Committing what a batch led to, against inserting the same things one by one into tables without an index.

use crate::{
    commit,
    correlate::BATCH,
    measure::{Subject, Table},
};
use correlate::{Correlator, Settings};
use model::Alert;
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::time::{Duration, Instant};
use store::{PipelineCommit, Store};
use tempfile::TempDir;

/// Batches of one round.
const BATCHES: usize = 8;

/// One row.
pub fn run(table: &mut Table, alerts: &[Alert]) -> anyhow::Result<()> {
    let commits = commits(alerts);
    let subject = Subject {
        name: "store commit",
        floor: "plain inserts, one transaction a batch",
        unit: "rows",
        items: commits.iter().map(rows).sum(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    table.row(
        &subject,
        || runtime.block_on(insert_plainly(&commits)),
        || runtime.block_on(commit_all(&commits)),
    )
}

/// What the pipeline would commit for these alerts.
fn commits(alerts: &[Alert]) -> Vec<PipelineCommit> {
    let mut correlator = Correlator::new(Settings::default());
    let batch = |(number, alerts): (usize, &[Alert])| {
        let now = alerts[alerts.len() - 1].time;
        let changes = correlator.alerts(alerts, now);
        commit::of(number as u64, alerts, changes, now)
    };
    alerts
        .chunks(BATCH)
        .take(BATCHES)
        .enumerate()
        .map(batch)
        .collect()
}

/// The rows a commit comes down to: indexes, labels and counters are the store's own affair.
fn rows(commit: &PipelineCommit) -> usize {
    let mentions: usize = commit.alerts.iter().map(|alert| alert.entities.len()).sum();
    let parts: usize = commit
        .events
        .iter()
        .map(|change| change.event.entities.len())
        .sum();
    let single = commit.alerts.len() + commit.memberships.len() + commit.records.len() + commit.events.len();
    single + mentions + parts
}

/// Commits to a new database.
async fn commit_all(commits: &[PipelineCommit]) -> anyhow::Result<Duration> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let store = Store::open(folder.path().join("ctdr.db")).await?;
    let started = Instant::now();
    for commit in commits {
        store.pipeline_commit(commit).await?;
    }
    let taken = started.elapsed();
    store.close().await;
    Ok(taken)
}

/// Inserts the same rows into a new database, as durably.
async fn insert_plainly(commits: &[PipelineCommit]) -> anyhow::Result<Duration> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let mut database = plain_database(&folder).await?;
    let started = Instant::now();
    for commit in commits {
        let mut txn = database.begin().await?;
        for alert in &commit.alerts {
            let (id, body) = (alert.id.to_string(), serde_json::to_string(alert)?);
            sqlx::query("INSERT INTO thing VALUES (?, ?)")
                .bind(&id)
                .bind(body)
                .execute(&mut *txn)
                .await?;
            for entity in &alert.entities {
                insert_link(&mut txn, &id, entity.key.kind.code(), &entity.key.value).await?;
            }
        }
        for membership in &commit.memberships {
            let reason = serde_json::to_string(&membership.reason)?;
            insert_link(
                &mut txn,
                &membership.event.to_string(),
                &membership.alert.to_string(),
                &reason,
            )
            .await?;
        }
        for record in &commit.records {
            insert_link(&mut txn, &record.to_string(), "", "").await?;
        }
        for change in &commit.events {
            let (id, body) = (change.event.id.to_string(), serde_json::to_string(&change.event)?);
            sqlx::query("INSERT INTO thing VALUES (?, ?)")
                .bind(&id)
                .bind(body)
                .execute(&mut *txn)
                .await?;
            for entity in &change.event.entities {
                insert_link(&mut txn, &id, entity.key.kind.code(), &entity.key.value).await?;
            }
        }
        txn.commit().await?;
    }
    let taken = started.elapsed();
    database.close().await?;
    Ok(taken)
}

async fn insert_link(txn: &mut SqliteConnection, of: &str, kind: &str, value: &str) -> sqlx::Result<()> {
    let query = sqlx::query("INSERT INTO link VALUES (?, ?, ?)")
        .bind(of)
        .bind(kind)
        .bind(value);
    query.execute(txn).await.map(drop)
}

async fn plain_database(folder: &TempDir) -> sqlx::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("plain.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut database = SqliteConnection::connect_with(&options).await?;
    for table in [
        "CREATE TABLE thing (id TEXT, body TEXT)",
        "CREATE TABLE link (of TEXT, kind TEXT, value TEXT)",
    ] {
        sqlx::query(table).execute(&mut database).await?;
    }
    Ok(database)
}
