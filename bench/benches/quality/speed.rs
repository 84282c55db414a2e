//! How fast alerts are folded and linked, alone. What a commit of it costs is measured by `cargo xtask bench commit`.

use crate::{ait::File, live};
use model::{Alert, Tactic};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

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
}

/// All rows, over so many alerts of each file at most, each file for itself: in the order that `ctdr replay` brings them
/// in, and as they may arrive, where those of one time come in any order and decisions are taken back.
pub fn run(files: &[File], tactics: &[Tactic], most: usize) -> Vec<Row> {
    let some = |file: &File| file.alerts[..most.min(file.alerts.len())].to_vec();
    let arrive: Vec<Vec<Alert>> = files.iter().map(some).collect();
    let mut sorted = arrive.clone();
    for alerts in &mut sorted {
        alerts.sort_by_key(|alert| (alert.time, alert.id));
    }
    vec![
        row("fold and link, in batches of 500", &sorted, tactics, BATCH),
        row("one by one", &sorted, tactics, 1),
        row("as they arrive, in batches of 500", &arrive, tactics, BATCH),
        row("as they arrive, one by one", &arrive, tactics, 1),
    ]
}

fn row(what: &'static str, files: &[Vec<Alert>], tactics: &[Tactic], batch: usize) -> Row {
    let (mut alerts, mut taken) = (0, Duration::ZERO);
    for some in files {
        let mut correlator = live::correlator(tactics);
        let started = Instant::now();
        for batch in some.chunks(batch) {
            black_box(correlator.alerts(batch, batch[batch.len() - 1].time));
        }
        taken += started.elapsed();
        alerts += some.len();
    }
    Row {
        what,
        alerts,
        rate: alerts as f64 / taken.as_secs_f64(),
    }
}
