//! Pulls logs: one task per shard of every source that is read by us.
//!
//! The cursor is saved after the journal has synced the records, so a crash pulls again what was journalled and
//! not yet noted; the records' ids make that a duplicate, not a second record.

use super::wait;
use crate::{
    app::App,
    clock,
    cloud::{CloudError, SlsSource},
    live::Topic,
};
use connectors::{
    alibaba::sls::{Cursor, CursorFrom, PullOutcome, ShardPuller},
    backoff,
};
use journal::{Entry, EntryKind, Journal as _};
use model::SourceId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use store::{Checkpoint, Source};
use tokio_util::sync::CancellationToken;

/// Between two looks at which shards there are: stores are split as they grow.
const SHARDS: Duration = Duration::from_mins(1);

/// Why a source cannot be read right now.
#[derive(Debug, thiserror::Error)]
enum PullError {
    #[error(transparent)]
    Cloud(#[from] CloudError),
    #[error(transparent)]
    Call(#[from] connectors::alibaba::CallError),
    #[error("the journal refuses")]
    Journal(#[from] journal::Error),
    #[error("the store refuses")]
    Store(#[from] store::Error),
    #[error("the source's configuration cannot be read")]
    Config,
}

/// Keeps a task running for every source that is to be pulled, and none for the others.
pub async fn run(app: Arc<App>) {
    let mut running: BTreeMap<SourceId, (Source, CancellationToken)> = BTreeMap::new();
    loop {
        match app.store.source_list(&app.tenant).await {
            Ok(sources) => {
                let wanted: BTreeMap<SourceId, Source> = sources
                    .into_iter()
                    .map(|status| status.source)
                    .filter(|source| source.enabled && source.connection.is_some())
                    .map(|source| (source.id, source))
                    .collect();
                running.retain(|id, (source, stop)| {
                    let keep = wanted.get(id) == Some(source);
                    if !keep {
                        stop.cancel();
                    }
                    keep
                });
                for (id, source) in wanted {
                    running.entry(id).or_insert_with(|| {
                        let stop = app.stop.child_token();
                        app.tasks
                            .spawn(pull_source(Arc::clone(&app), source.clone(), stop.clone()));
                        (source, stop)
                    });
                }
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the sources cannot be listed"
            ),
        }
        if !wait(&app, &app.wake.pull, SHARDS).await {
            return;
        }
    }
}

/// Reads one source: looks which shards it has, and keeps one task for each.
async fn pull_source(app: Arc<App>, source: Source, stop: CancellationToken) {
    let mut shards = BTreeSet::new();
    let mut failures = 0;
    while !stop.is_cancelled() {
        let pause = match new_shards(&app, &source, &mut shards).await {
            Ok(pullers) => {
                failures = 0;
                for puller in pullers {
                    app.tasks
                        .spawn(pull_shard(Arc::clone(&app), source.clone(), puller, stop.clone()));
                }
                SHARDS
            }
            Err(error) => {
                failures += 1;
                report(&app, &source, &error).await;
                backoff(failures)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn new_shards(
    app: &App,
    source: &Source,
    known: &mut BTreeSet<u32>,
) -> Result<Vec<ShardPuller>, PullError> {
    let config: SlsSource = serde_json::from_value(source.config.clone()).map_err(|_| PullError::Config)?;
    let connection = source.connection.as_deref().ok_or(PullError::Config)?;
    let client = app.clouds.sls(connection, &config).await?;
    let shards = client.shards().await?;
    let fresh = shards
        .into_iter()
        .map(|shard| shard.id)
        .filter(|id| known.insert(*id));
    Ok(fresh
        .map(|id| ShardPuller::new(client.clone(), id).on_invalid_cursor(CursorFrom::Begin))
        .collect())
}

/// Reads one shard until told to stop.
async fn pull_shard(app: Arc<App>, source: Source, puller: ShardPuller, stop: CancellationToken) {
    let mut cursor = None;
    let mut failures = 0;
    while !stop.is_cancelled() {
        let pause = match step(&app, &source, &puller, &mut cursor).await {
            Ok(outcome) => {
                if failures > 0 {
                    recovered(&app, &source).await;
                }
                failures = 0;
                if outcome.gap {
                    tracing::warn!(source.id = %source.id, shard = puller.shard(), "the cursor of source `{}` was gone; reading goes on with the oldest log kept", source.title);
                }
                outcome
                    .pause()
                    .min(Duration::from_millis(app.config.workers.pull_interval_ms))
            }
            Err(error) => {
                failures += 1;
                report(&app, &source, &error).await;
                backoff(failures)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// One pull: records to the journal, then the cursor to the store.
async fn step(
    app: &App,
    source: &Source,
    puller: &ShardPuller,
    cursor: &mut Option<Cursor>,
) -> Result<PullOutcome, PullError> {
    let shard = puller.shard().to_string();
    let at = if let Some(cursor) = cursor.take() {
        cursor
    } else {
        let saved = app.store.source_checkpoint_list(&app.tenant, source.id).await?;
        if let Some(checkpoint) = saved.into_iter().find(|checkpoint| checkpoint.shard == shard) {
            Cursor::new(checkpoint.cursor)
        } else {
            let connected = CursorFrom::Time(source.created.millis() / 1000);
            puller.start(connected).await?
        }
    };
    let mut outcome = puller.pull_once(&at).await?;
    if !outcome.records.is_empty() {
        let received = clock::now();
        let entries = std::mem::take(&mut outcome.records)
            .into_iter()
            .map(|record| Entry {
                kind: EntryKind::Record {
                    source: source.id,
                    position: record.native_id.into_bytes(),
                },
                received,
                body: record.line,
            })
            .collect();
        app.journal.append(&app.tenant, entries).await?;
    }
    if outcome.next_cursor != at {
        let checkpoint = Checkpoint {
            shard,
            cursor: outcome.next_cursor.to_string(),
            changed: clock::now(),
        };
        app.store
            .source_checkpoint_set(&app.tenant, source.id, &checkpoint)
            .await?;
    }
    *cursor = Some(outcome.next_cursor.clone());
    Ok(outcome)
}

/// Says what keeps a source from being read: once in the log, and with the source.
async fn report(app: &App, source: &Source, error: &PullError) {
    let text = crate::error_chain(error);
    tracing::warn!(source.id = %source.id, error = %text, "source `{}` cannot be read; trying again", source.title);
    save_error(app, source, Some(&text)).await;
}

async fn recovered(app: &App, source: &Source) {
    tracing::info!(source.id = %source.id, "source `{}` can be read again", source.title);
    save_error(app, source, None).await;
}

async fn save_error(app: &App, source: &Source, error: Option<&str>) {
    if let Err(error) = app
        .store
        .source_set_error(&app.tenant, source.id, error, clock::now())
        .await
    {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "the state of a source cannot be saved"
        );
    }
    app.live.publish(Topic::Source, source.id.to_string(), "updated");
}
