//! Forgets what is old: alerts and events after 180 days, journal entries once they are worked through, and tags whose
//! indicator has expired.

use super::wait;
use crate::{app::App, clock, intel};
use journal::{Journal as _, Position, Retention};
use model::{TenantId, Time, limits};
use std::{sync::Arc, time::Duration};
use store::Store;
use tokio::sync::Notify;

/// Between two rounds.
const PERIOD: Duration = Duration::from_mins(10);
/// How long a record that comes again is known as a duplicate.
const RECORDS: Duration = Duration::from_hours(7 * 24);
/// How long counters per client are kept.
const CLIENTS: Duration = Duration::from_hours(30 * 24);

/// Forgets until the server stops.
pub async fn run(app: Arc<App>) {
    let never = Notify::new();
    loop {
        if let Err(error) = round(&app).await {
            tracing::error!(error = %format!("{error:#}"), "old data cannot be removed; trying again");
        }
        if !wait(&app, &never, PERIOD).await {
            return;
        }
    }
}

async fn round(app: &App) -> anyhow::Result<()> {
    let now = clock::now();
    let (store, tenant) = (&app.store, &app.tenant);
    forget(store, tenant, now, || !app.stop.is_cancelled()).await?;
    // Indicators expire without anybody doing something.
    intel::end_tags(&app.intel, (store, tenant), None, now).await?;
    let upto = Position(store.pipeline_snapshot_position(tenant).await?);
    let retention = Retention {
        bytes: app.config.journal.max_bytes / 2,
        age: Duration::from_hours(app.config.journal.max_age_hours),
    };
    let journal = Arc::clone(&app.journal);
    let tenant = tenant.clone();
    let trimmed = tokio::task::spawn_blocking(move || journal.trim(&tenant, upto, retention, now)).await??;
    if trimmed.segments > 0 {
        tracing::info!(
            journal.segments = trimmed.segments,
            "removed {} bytes of worked-through journal",
            trimmed.bytes
        );
    }
    Ok(())
}

/// Forgets rows until none is left that is too old. What may be much goes a piece at a time, so that the pipeline gets its
/// turn between the pieces, and for as long as `goes_on` says.
async fn forget(
    store: &Store,
    tenant: &TenantId,
    now: Time,
    goes_on: impl Fn() -> bool,
) -> Result<(), store::Error> {
    let before = |age: Duration| -> Time { now.minus(age) };
    let kept = Duration::from_hours(24 * u64::from(limits::ALERT_RETENTION_DAYS));
    while goes_on() && store.alert_delete_before(tenant, before(kept)).await? > 0 {}
    while goes_on() && store.event_delete_before(tenant, before(kept)).await? > 0 {}
    while goes_on() && store.record_forget(tenant, before(RECORDS)).await? > 0 {}
    store.entity_day_forget(tenant, before(kept)).await?;
    store.client_day_forget(tenant, before(CLIENTS)).await?;
    store.intel_match_forget(tenant, before(kept)).await.map(drop)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by it")]
mod tests;
