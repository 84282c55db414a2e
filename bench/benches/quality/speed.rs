//! How fast: folding and linking alone, and through the store as the server commits, with the time from an alert to
//! its event on the disk.

use crate::{commit, live};
use model::{Alert, Tactic};
use std::{
    collections::VecDeque,
    hint::black_box,
    time::{Duration, Instant},
};
use store::Store;

/// Alerts the pipeline hands over at once, at most.
const BATCH: usize = 500;

/// A row of the table.
pub struct Row {
    /// What was done.
    pub what: &'static str,
    /// To how many alerts.
    pub alerts: usize,
    /// Alerts a second.
    pub rate: f64,
    /// Half of the alerts had their event committed within this time, and 99 of 100; only where that is measured.
    pub latency: Option<(Duration, Duration)>,
}

/// All rows, over these alerts of one tenant in the order of their times.
pub fn run(alerts: &[Alert], tactics: &[Tactic], through_store: usize) -> anyhow::Result<Vec<Row>> {
    let mut rows = vec![alone(alerts, tactics, 1), alone(alerts, tactics, BATCH)];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let some = &alerts[..through_store.min(alerts.len())];
    let sustained = runtime.block_on(sustained(some, tactics))?;
    let half = sustained.rate / 2.0;
    rows.push(sustained);
    // At half the load it can bear, for about ten seconds.
    let paced = &some[..((half * 10.0) as usize).clamp(1, some.len())];
    rows.push(runtime.block_on(at_rate(paced, tactics, half))?);
    Ok(rows)
}

fn alone(alerts: &[Alert], tactics: &[Tactic], batch: usize) -> Row {
    let mut correlator = live::correlator(tactics);
    let started = Instant::now();
    for some in alerts.chunks(batch) {
        black_box(correlator.alerts(some, some[some.len() - 1].time));
    }
    Row {
        what: if batch == 1 {
            "fold and link, one by one"
        } else {
            "fold and link, in batches of 500"
        },
        alerts: alerts.len(),
        rate: alerts.len() as f64 / started.elapsed().as_secs_f64(),
        latency: None,
    }
}

async fn sustained(alerts: &[Alert], tactics: &[Tactic]) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let store = Store::open(folder.path().join("ctdr.db")).await?;
    let mut correlator = live::correlator(tactics);
    let started = Instant::now();
    for (number, some) in alerts.chunks(BATCH).enumerate() {
        let now = some[some.len() - 1].time;
        let changes = correlator.alerts(some, now);
        store
            .pipeline_commit(&commit::of(number as u64, some, changes, now))
            .await?;
    }
    let taken = started.elapsed();
    store.close().await;
    Ok(Row {
        what: "fold, link and commit, as fast as it goes",
        alerts: alerts.len(),
        rate: alerts.len() as f64 / taken.as_secs_f64(),
        latency: None,
    })
}

/// Alerts come at a steady rate, and what has come while a batch was committed is the next batch.
async fn at_rate(alerts: &[Alert], tactics: &[Tactic], rate: f64) -> anyhow::Result<Row> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let store = Store::open(folder.path().join("ctdr.db")).await?;
    let mut correlator = live::correlator(tactics);
    let started = Instant::now();
    let due = |number: usize| started + Duration::from_secs_f64(number as f64 / rate);
    let (mut waits, mut done, mut number) = (Vec::with_capacity(alerts.len()), 0, 0);
    let mut queue: VecDeque<usize> = VecDeque::new();
    while done < alerts.len() {
        let next = done + queue.len();
        if queue.is_empty() {
            tokio::time::sleep_until(due(next).into()).await;
        }
        let now = Instant::now();
        queue.extend((next..alerts.len()).take_while(|number| due(*number) <= now));
        let batch = queue.len().min(BATCH);
        if batch == 0 {
            continue;
        }
        let some = &alerts[done..done + batch];
        let time = some[batch - 1].time;
        let changes = correlator.alerts(some, time);
        store
            .pipeline_commit(&commit::of(number, some, changes, time))
            .await?;
        let committed = Instant::now();
        waits.extend(
            queue
                .drain(..batch)
                .map(|number| committed.saturating_duration_since(due(number))),
        );
        done += batch;
        number += 1;
    }
    let taken = started.elapsed();
    store.close().await;
    waits.sort_unstable();
    let part = |per_cent: usize| waits[(waits.len() * per_cent / 100).min(waits.len() - 1)];
    Ok(Row {
        what: "the same, arriving at half that rate",
        alerts: alerts.len(),
        rate: alerts.len() as f64 / taken.as_secs_f64(),
        latency: Some((part(50), part(99))),
    })
}
