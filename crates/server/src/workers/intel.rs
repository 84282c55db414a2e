//! Refreshes feeds: when their time has come or somebody asks, one after the other, slower after each failure. Then the
//! table is built anew, once for all that changed.

use super::wait;
use crate::{app::App, clock, intel};
use model::Time;
use std::{sync::Arc, time::Duration};
use store::{IntelFeedStatus, IntelRun};

/// Between two looks at which feeds are due.
const PERIOD: Duration = Duration::from_mins(1);

/// Refreshes until the server stops.
pub async fn run(app: Arc<App>) {
    loop {
        let shared = Arc::clone(&app.intel);
        let _read = tokio::task::spawn_blocking(move || shared.geo.reload()).await;
        if let Err(error) = round(&app).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "feeds cannot be looked after; trying again"
            );
        }
        if !wait(&app, &app.wake.intel, PERIOD).await {
            return;
        }
    }
}

async fn round(app: &App) -> Result<(), store::Error> {
    let mut changed = false;
    for status in app.store.intel_feed_list(&app.tenant).await? {
        if is_due(app, &status, clock::now()) {
            let refreshed = tokio::select! {
                () = app.stop.cancelled() => return Ok(()),
                refreshed = one(app, &status) => refreshed,
            };
            app.intel.done(&status.feed.id);
            changed |= refreshed?;
        }
    }
    if changed {
        app.intel
            .rebuild(&app.store.intel_feed_list(&app.tenant).await?)
            .await;
        intel::end_tags(&app.intel, (&app.store, &app.tenant), None, clock::now()).await?;
    }
    Ok(())
}

fn is_due(app: &App, status: &IntelFeedStatus, now: Time) -> bool {
    let Ok(feed) = intel::Feed::of(&status.feed) else {
        return false;
    };
    let rested = status
        .last_run
        .is_none_or(|last| now.since(last) >= feed.pause(status.failures));
    feed.is_fetched() && (app.intel.wants(&feed.id) || status.feed.enabled && rested)
}

/// Refreshes one feed and notes what came of it: whether it says something new.
async fn one(app: &App, status: &IntelFeedStatus) -> Result<bool, store::Error> {
    let (store, tenant, feed) = (&app.store, &app.tenant, &status.feed);
    let secret = store.intel_feed_secret(tenant, &feed.id).await?;
    let result = intel::refresh(&app.intel, status, secret.as_ref()).await;
    let changed = matches!(&result, Ok((_, Some(_))));
    let result = match result {
        Ok((cursor, report)) => {
            if status.failures > 0 {
                tracing::info!(feed.id = feed.id, "feed `{}` can be read again", feed.name);
            }
            Ok((cursor, report.map(|report| serde_json::json!(report))))
        }
        Err(error) => {
            let text = crate::error_chain(&error);
            tracing::warn!(feed.id = feed.id, error = %text, "feed `{}` is not refreshed; trying again", feed.name);
            Err(text)
        }
    };
    let run = IntelRun {
        at: clock::now(),
        result,
    };
    if !store.intel_feed_ran(tenant, feed, &run).await? {
        // Changed or removed meanwhile: what was read is not what is wanted now.
        let there = store
            .intel_feed_list(tenant)
            .await?
            .iter()
            .any(|status| status.feed.id == feed.id);
        if !there {
            app.intel.forget(&feed.id);
        }
    }
    Ok(changed)
}
