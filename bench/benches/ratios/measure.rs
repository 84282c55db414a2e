//! Taking turns, and the table of what came out.

use std::time::{Duration, Instant};

/// Rounds that count. Odd, so that there is a middle one.
const ROUNDS: usize = 9;

/// What is compared, and over how much.
pub struct Subject<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What the floor does.
    pub floor: &'a str,
    /// What is counted.
    pub unit: &'a str,
    /// How many of them one round handles.
    pub items: usize,
}

/// The table, printed as it grows.
pub struct Table {
    wanted: String,
    rounds: usize,
}

impl Table {
    /// A table of the rows whose name has `wanted` in it. Not `measuring`, each side runs once, to see that it does.
    pub fn new(wanted: String, measuring: bool) -> Self {
        println!(
            "{:42} {:>12} {:>12} {:>7} {:>13}  floor",
            "", "ours/s", "floor/s", "ratio", "spread"
        );
        let rounds = if measuring { ROUNDS } else { 1 };
        Self { wanted, rounds }
    }

    /// Lets both take turns and prints the row: how many times as long as the floor ours takes. Both return the time
    /// of what is to be measured, so that what they prepare does not count.
    pub fn row<E>(
        &mut self,
        subject: &Subject<'_>,
        mut floor: impl FnMut() -> Result<Duration, E>,
        mut ours: impl FnMut() -> Result<Duration, E>,
    ) -> Result<(), E> {
        if !subject.name.contains(&self.wanted) {
            return Ok(());
        }
        if self.rounds > 1 {
            // The first time fills caches and files.
            floor()?;
            ours()?;
        }
        let (mut floors, mut times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _round in 0..self.rounds {
            let (least, time) = (floor()?.as_secs_f64(), ours()?.as_secs_f64());
            floors.push(least);
            times.push(time);
            ratios.push(time / least);
        }
        let rate = |times: &mut Vec<f64>| (subject.items as f64 / middle(times)).round();
        let (ours, floor) = (rate(&mut times), rate(&mut floors));
        let ratio = middle(&mut ratios);
        let spread = format!("{:.2}–{:.2}", ratios[0], ratios[ratios.len() - 1]);
        println!(
            "{:42} {ours:>12} {floor:>12} {ratio:>7.2} {spread:>13}  {} ({} {})",
            subject.name, subject.floor, subject.items, subject.unit
        );
        Ok(())
    }
}

/// Sorts and returns the middle one.
fn middle(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How long it takes.
pub fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}
