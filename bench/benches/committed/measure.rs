//! The two ways alerts come: as fast as they are taken, and at a steady rate with whatever has come meanwhile as the
//! next batch.

use crate::{commit, input::Input, live, processor};
use correlate::Arrival;
use model::{Alert, Tactic, Time};
use std::{
    fmt,
    time::{Duration, Instant},
};
use store::{PipelineCommit, Store};
use tokio::task::JoinHandle;

/// Alerts the pipeline hands over at once, at most: what 4 MiB of journal hold if every line raises one.
const BATCH: usize = 4_000;
/// How long alerts come at a steady rate.
const PACED: f64 = 15.0;

/// A row of the table.
pub struct Row {
    input: &'static str,
    how: &'static str,
    alerts: usize,
    taken: Duration,
    processor: Duration,
    /// Sorted.
    waits: Vec<Duration>,
}

impl Row {
    /// Alerts a second.
    pub fn rate(&self) -> f64 {
        self.alerts as f64 / self.taken.as_secs_f64()
    }

    /// The wait of 99 alerts in 100.
    pub fn p99(&self) -> Option<Duration> {
        self.wait(99)
    }

    fn wait(&self, per_cent: usize) -> Option<Duration> {
        let last = self.waits.len().checked_sub(1)?;
        Some(self.waits[(self.waits.len() * per_cent / 100).min(last)])
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |wait: Option<Duration>| {
            wait.map_or_else(String::new, |wait| {
                format!("{:.0} ms", wait.as_secs_f64() * 1_000.0)
            })
        };
        let busy = self.alerts as f64 / self.processor.as_secs_f64().max(0.01);
        write!(
            f,
            "| {} | {} | {} | {:.0} | {busy:.0} | {} | {} |",
            self.input,
            self.how,
            self.alerts,
            self.rate(),
            millis(self.wait(50)),
            millis(self.p99())
        )
    }
}

/// As fast as it goes.
pub async fn sustained(input: &Input, tactics: &[Tactic]) -> anyhow::Result<Row> {
    let mut run = Run::new(tactics).await?;
    for some in input.alerts.chunks(BATCH) {
        run.batch(some).await?;
    }
    run.land().await?;
    run.end(input.name, "as fast as it goes", input.alerts.len())
        .await
}

/// Alerts come at a steady rate, for some seconds.
pub async fn at_rate(input: &Input, tactics: &[Tactic], rate: f64) -> anyhow::Result<Row> {
    let alerts = &input.alerts[..((rate * PACED) as usize).clamp(1, input.alerts.len())];
    let mut run = Run::new(tactics).await?;
    let started = run.started;
    let due = |number: usize| started + Duration::from_secs_f64(number as f64 / rate);
    let mut done = 0;
    while done < alerts.len() {
        tokio::time::sleep_until(due(done).into()).await;
        let now = Instant::now();
        let come = (done..alerts.len())
            .take(BATCH)
            .take_while(|number| due(*number) <= now);
        let end = done + come.count().max(1);
        run.batch(&alerts[done..end]).await?;
        // Nothing more has come, so the server waits for this one too.
        run.land().await?;
        let committed = Instant::now();
        let waits = (done..end).map(|number| committed.saturating_duration_since(due(number)));
        run.waits.extend(waits);
        done = end;
    }
    run.end(input.name, "at half that rate", alerts.len()).await
}

/// A correlator and a new database.
struct Run {
    _folder: tempfile::TempDir,
    store: Store,
    correlator: correlate::Correlator,
    /// The commit on its way: as in the server, the next batch is worked on meanwhile.
    flight: Option<JoinHandle<Result<store::Committed, store::Error>>>,
    batches: u64,
    started: Instant,
    processor: Duration,
    waits: Vec<Duration>,
}

impl Run {
    async fn new(tactics: &[Tactic]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self {
            store: Store::open(folder.path().join("ctdr.db")).await?,
            _folder: folder,
            correlator: live::correlator(tactics),
            flight: None,
            batches: 0,
            started: Instant::now(),
            processor: processor::time(),
            waits: Vec::new(),
        })
    }

    async fn batch(&mut self, some: &[(Alert, Time)]) -> anyhow::Result<()> {
        let now = some.last().map(|(_, arrives)| *arrives).unwrap_or_default();
        let arrivals = some.iter().map(|(alert, arrives)| Arrival::new(alert, *arrives));
        let changes = tokio::task::block_in_place(|| self.correlator.arrivals(arrivals));
        let alerts: Vec<Alert> = some.iter().map(|(alert, _)| alert.clone()).collect();
        let commit: PipelineCommit = commit::of(self.batches, &alerts, changes, now);
        self.land().await?;
        let store = self.store.clone();
        self.flight = Some(tokio::spawn(async move { store.pipeline_commit(&commit).await }));
        self.batches += 1;
        Ok(())
    }

    async fn land(&mut self) -> anyhow::Result<()> {
        if let Some(flight) = self.flight.take() {
            flight.await??;
        }
        Ok(())
    }

    async fn end(mut self, input: &'static str, how: &'static str, alerts: usize) -> anyhow::Result<Row> {
        let (taken, processor) = (
            self.started.elapsed(),
            processor::time().saturating_sub(self.processor),
        );
        self.store.close().await;
        self.waits.sort_unstable();
        Ok(Row {
            input,
            how,
            alerts,
            taken,
            processor,
            waits: self.waits,
        })
    }
}
