//! Counts per day, UTC.

use super::report::DayCount;
use model::{Time, time::DAY_MS};
use std::collections::BTreeMap;

/// Days that are kept apart: eleven years. Times are the attacker's to write, so there may be any number.
pub const MOST: usize = 4_018;

/// The counts of one day.
#[derive(Clone, Copy, Debug, Default)]
pub struct Day {
    pub records: u64,
    pub alerts: u64,
    pub events: u64,
}

/// Counts per day; what happens on more days than are kept counts for the newest of them.
#[derive(Debug, Default)]
pub struct Days(BTreeMap<i64, Day>);

impl Days {
    /// The day of a time.
    pub fn at(&mut self, time: Time) -> &mut Day {
        let day = time.day();
        let newest = self.0.keys().next_back().copied();
        let full = self.0.len() >= MOST && !self.0.contains_key(&day);
        self.0.entry(newest.filter(|_| full).unwrap_or(day)).or_default()
    }

    /// The day with most of something; none if there is none at all.
    pub fn worst(&self, of: impl Fn(&Day) -> u64) -> Option<(String, u64)> {
        let counts = self.0.iter().map(|(day, counts)| (*day, of(counts)));
        let (day, most) = counts
            .filter(|(_, count)| *count > 0)
            .max_by_key(|(day, count)| (*count, -day))?;
        Some((name(day), most))
    }

    /// All days in order.
    pub fn counts(&self) -> Vec<DayCount> {
        let count = |(day, counts): (&i64, &Day)| DayCount {
            day: name(*day),
            records: counts.records,
            alerts: counts.alerts,
            events: counts.events,
        };
        self.0.iter().map(count).collect()
    }
}

/// `2025-09-03`.
fn name(day: i64) -> String {
    let text = Time::from_millis(day.saturating_mul(DAY_MS)).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
