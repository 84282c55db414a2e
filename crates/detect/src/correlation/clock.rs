//! How far time has come by what the sources wrote, and what is to be looked at when it has come further.
//!
//! A source's watermark is its newest record's time less the allowed lateness. A tenant's is that of the source
//! that is furthest behind; one that lags more than `IDLE` behind the others is not waited for, so that a
//! source that fell silent holds up nothing. It never goes back.

use model::{RecordMeta, SourceId, Time, limits::ALLOWED_LATENESS};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// How far a source may lag behind the others and still be waited for.
pub const IDLE: Duration = Duration::from_mins(10);

/// Windows of one tenant that wait to be over.
const MAX_DEADLINES: usize = 100_000;

/// A window to be looked at when it is over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Deadline {
    /// When it is over.
    pub end: Time,
    /// The id of the rule.
    pub rule: String,
    /// The key of the group.
    pub key: String,
    /// When the window opens.
    pub first: Time,
    /// The group's values.
    pub group: Vec<String>,
}

/// The time of one tenant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Clock {
    /// The newest time of each source.
    sources: BTreeMap<SourceId, Time>,
    watermark: Option<Time>,
    /// How far windows were looked at: the watermark, or what of the way to it is done.
    #[serde(default)]
    passed: Option<Time>,
    deadlines: BTreeSet<Deadline>,
}

impl Clock {
    /// Takes in the time of a record.
    pub fn see(&mut self, meta: &RecordMeta) {
        let newest = self.sources.entry(meta.source).or_insert(meta.time);
        if *newest > meta.time {
            return;
        }
        *newest = meta.time;
        let Some(ahead) = self.sources.values().max().copied() else {
            return;
        };
        let mut waited_for = self.sources.values().filter(|time| ahead.since(**time) <= IDLE);
        let behind = waited_for.by_ref().min().map(|time| time.minus(ALLOWED_LATENESS));
        self.watermark = self.watermark.max(behind);
    }

    /// Whether a record is later than what its own source is waited for.
    pub fn is_late(&self, meta: &RecordMeta) -> bool {
        let newest = self.sources.get(&meta.source);
        newest.is_some_and(|newest| meta.time < newest.minus(ALLOWED_LATENESS))
    }

    /// Whether windows that hold this time may have been looked at.
    pub fn is_past(&self, time: Time) -> bool {
        self.passed.is_some_and(|passed| time < passed)
    }

    /// Has a window looked at when it is over. How many others had to be forgotten for it: the oldest go first.
    pub fn wait(&mut self, deadline: Deadline) -> u64 {
        self.deadlines.insert(deadline);
        if self.deadlines.len() <= MAX_DEADLINES {
            return 0;
        }
        self.deadlines.pop_first();
        1
    }

    /// The next window that is over.
    pub fn next_due(&mut self) -> Option<Deadline> {
        let next = self.deadlines.first().map(|next| next.end);
        if next.is_some() && next <= self.watermark {
            return self.next();
        }
        self.passed = self.passed.max(self.watermark);
        None
    }

    /// The next window, be it over or not: of a clock that has stopped.
    pub fn next(&mut self) -> Option<Deadline> {
        let next = self.deadlines.pop_first()?;
        self.passed = self.passed.max(Some(next.end));
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_windows_is_bounded_and_counted() {
        let mut clock = Clock::default();
        let deadline = |second: i64| Deadline {
            end: Time::from_secs(second + 60),
            rule: "r".to_owned(),
            key: "k".to_owned(),
            first: Time::from_secs(second),
            group: Vec::new(),
        };
        let flood = MAX_DEADLINES as i64 + 1_000;
        let evicted: u64 = (0..flood).map(|second| clock.wait(deadline(second))).sum();
        assert_eq!((evicted, clock.deadlines.len()), (1_000, MAX_DEADLINES));
        assert_eq!(clock.deadlines.first(), Some(&deadline(1_000)));
    }
}
