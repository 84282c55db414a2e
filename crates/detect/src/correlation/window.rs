//! Sliding windows in event time: how many records, or distinct values, each group has seen in a time span.
//!
//! A window is everything later than `end - timespan` up to and including `end`. One fires when its condition
//! becomes true, and its group then stays silent for every window that ends less than a timespan from there;
//! what it would have seen is counted as suppressed. Late records are put in their place in time, and every
//! window they fall into is looked at again. Nothing depends on a clock or on batches: time is the records'
//! own, so a backfill of yesterday is counted among yesterday's records.

use model::{Entity, Evidence, ProductId, RecordId, Side, Time, limits::ALLOWED_LATENESS};
use serde::{Deserialize, Serialize};
use sigma::{Comparison, Number};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    ops::Range,
    time::Duration,
};

/// Records one group remembers; the oldest go first.
pub const MAX_ENTRIES: usize = 10_000;
/// Different sets of entities one group remembers.
const MAX_PROFILES: usize = 256;
/// Samples of raw records one group remembers, beside the record that fires.
const MAX_SAMPLES: usize = 2;

/// What a window counts, and when it fires.
#[derive(Clone, Debug)]
pub struct Condition {
    /// How long the window is.
    pub timespan: Duration,
    /// Distinct values are counted, not records.
    pub distinct: bool,
    /// What the count must be: all of these.
    pub comparisons: Vec<(Comparison, Number)>,
}

impl Condition {
    fn holds(&self, count: usize) -> bool {
        let count = Number::Int(count as i64);
        self.comparisons
            .iter()
            .all(|(comparison, number)| comparison.holds(count, *number))
    }
}

/// What a record contributes beside its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The entities it mentions.
    pub entities: Vec<Entity>,
    /// The product that wrote it.
    pub product: ProductId,
    /// The cloud account it belongs to.
    pub account: Option<String>,
    /// The side of the device that wrote it.
    pub side: Side,
    /// Whether the device blocked it.
    pub defended: Option<bool>,
}

/// A matching record, as a window sees it.
#[derive(Debug)]
pub struct Seen {
    /// Its id.
    pub record: RecordId,
    /// When it happened.
    pub time: Time,
    /// Hashes of the values that are counted; empty if records are.
    pub values: Vec<u64>,
    /// What it contributes.
    pub profile: Profile,
}

/// A window that fired.
#[derive(Debug)]
pub struct Fired {
    /// Its records, oldest first.
    pub records: Vec<RecordId>,
    /// When the first of them happened.
    pub first: Time,
    /// When the last of them happened.
    pub last: Time,
    /// The count that met the condition.
    pub count: usize,
    /// What its records contribute, each once.
    pub profiles: Vec<Profile>,
    /// Samples, oldest first.
    pub evidence: Vec<Evidence>,
    /// Records left out since the last alert.
    pub suppressed: u64,
}

/// What came of a record.
#[derive(Debug, Default)]
pub struct Outcome {
    /// A window that fired.
    pub fired: Option<Fired>,
    /// The group was silent.
    pub suppressed: bool,
    /// Older records that were forgotten for lack of room.
    pub evicted: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    time: Time,
    record: RecordId,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<u64>,
    /// Position in `profiles`; none if there was no room.
    profile: Option<u16>,
}

/// What one group has seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Group {
    /// Sorted by time, then record.
    entries: VecDeque<Entry>,
    profiles: Vec<Profile>,
    samples: VecDeque<Evidence>,
    /// Ends of the windows that fired.
    fired: Vec<Time>,
    suppressed: u64,
}

impl Group {
    /// When the newest record happened.
    pub fn newest(&self) -> Option<Time> {
        self.entries.back().map(|entry| entry.time)
    }

    /// Adds a record; one that is already there changes nothing. Its sample is only made if it is kept.
    pub fn add(&mut self, condition: &Condition, seen: Seen, sample: impl FnOnce() -> Evidence) -> Outcome {
        let mut outcome = Outcome::default();
        self.forget_before(seen.time.minus(condition.timespan).minus(ALLOWED_LATENESS));
        let key = (seen.time, seen.record);
        let Err(mut position) = self.entries.binary_search_by(|e| (e.time, e.record).cmp(&key)) else {
            return outcome;
        };
        let profile = self.intern(seen.profile);
        self.entries.insert(
            position,
            Entry {
                time: seen.time,
                record: seen.record,
                values: seen.values,
                profile,
            },
        );
        if self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
            outcome.evicted = 1;
            let Some(moved) = position.checked_sub(1) else {
                return outcome;
            };
            position = moved;
        }
        if let Some((window, count)) = self.find(condition, position) {
            outcome.fired = Some(self.fire(condition, window, count, sample()));
            return outcome;
        }
        if self.is_silent(seen.time, seen.time, condition) {
            self.suppressed += 1;
            outcome.suppressed = true;
        }
        if self.samples.len() < MAX_SAMPLES {
            self.samples.push_back(sample());
        }
        outcome
    }

    fn forget_before(&mut self, horizon: Time) {
        while self.entries.front().is_some_and(|entry| entry.time <= horizon) {
            self.entries.pop_front();
        }
        self.samples.retain(|sample| sample.time > horizon);
        self.fired.retain(|end| *end > horizon);
    }

    fn intern(&mut self, profile: Profile) -> Option<u16> {
        if let Some(known) = self.profiles.iter().position(|p| *p == profile) {
            return Some(known as u16);
        }
        if self.profiles.len() == MAX_PROFILES {
            self.forget_unused_profiles();
        }
        (self.profiles.len() < MAX_PROFILES).then(|| {
            self.profiles.push(profile);
            (self.profiles.len() - 1) as u16
        })
    }

    fn forget_unused_profiles(&mut self) {
        let used: BTreeSet<u16> = self.entries.iter().filter_map(|e| e.profile).collect();
        let renumbered: HashMap<u16, u16> = used.iter().zip(0..).map(|(old, new)| (*old, new)).collect();
        self.profiles = used
            .iter()
            .map(|number| self.profiles[usize::from(*number)].clone())
            .collect();
        for entry in &mut self.entries {
            entry.profile = entry.profile.and_then(|old| renumbered.get(&old).copied());
        }
    }

    /// Whether no window may fire that ends from `first` to `last`.
    fn is_silent(&self, first: Time, last: Time, condition: &Condition) -> bool {
        let covers = |fired: Time, end: Time| end.since(fired).max(fired.since(end)) < condition.timespan;
        self.fired
            .iter()
            .any(|fired| covers(*fired, first) && covers(*fired, last))
    }

    /// The first window that holds the entry at `position`, may fire and meets the condition.
    fn find(&self, condition: &Condition, position: usize) -> Option<(Range<usize>, usize)> {
        let time_of = |index: usize| self.entries[index].time;
        let last_end = time_of(position).plus(condition.timespan);
        let ends = position..self.entries.partition_point(|entry| entry.time < last_end);
        if self.is_silent(time_of(position), time_of(ends.end - 1), condition) {
            return None;
        }
        let mut window = self.start_of(time_of(position), condition)..position;
        let mut values = Values::default();
        if condition.distinct {
            self.entries.range(window.clone()).for_each(|e| values.add(e));
        }
        while window.end < ends.end {
            let end = time_of(window.end);
            values.add(&self.entries[window.end]);
            window.end += 1;
            if window.end < ends.end && time_of(window.end) == end {
                continue;
            }
            while time_of(window.start) <= end.minus(condition.timespan) {
                values.remove(&self.entries[window.start]);
                window.start += 1;
            }
            let count = if condition.distinct {
                values.0.len()
            } else {
                window.len()
            };
            if condition.holds(count) && !self.is_silent(end, end, condition) {
                return Some((window, count));
            }
        }
        None
    }

    /// The first entry of the window that ends at `end`.
    fn start_of(&self, end: Time, condition: &Condition) -> usize {
        let start = end.minus(condition.timespan);
        self.entries.partition_point(|entry| entry.time <= start)
    }

    fn fire(&mut self, condition: &Condition, window: Range<usize>, count: usize, last: Evidence) -> Fired {
        let entries: Vec<&Entry> = self.entries.range(window).collect();
        let end = entries.last().map_or(last.time, |entry| entry.time);
        let first = entries.first().map_or(end, |entry| entry.time);
        let profiles: BTreeSet<u16> = entries.iter().filter_map(|e| e.profile).collect();
        let start = end.minus(condition.timespan);
        let mut evidence: Vec<Evidence> = self
            .samples
            .iter()
            .filter(|sample| sample.time > start && sample.time <= end)
            .cloned()
            .collect();
        evidence.push(last);
        evidence.sort_by_key(|sample| (sample.time, sample.record));
        let fired = Fired {
            records: entries.iter().map(|entry| entry.record).collect(),
            first,
            last: end,
            count,
            profiles: profiles
                .into_iter()
                .map(|number| self.profiles[usize::from(number)].clone())
                .collect(),
            evidence,
            suppressed: std::mem::take(&mut self.suppressed),
        };
        self.fired.push(end);
        fired
    }
}

/// How often each value stands in a window.
#[derive(Default)]
struct Values(HashMap<u64, u32>);

impl Values {
    fn add(&mut self, entry: &Entry) {
        for value in &entry.values {
            *self.0.entry(*value).or_default() += 1;
        }
    }

    fn remove(&mut self, entry: &Entry) {
        for value in &entry.values {
            if let Some(times) = self.0.get_mut(value) {
                *times -= 1;
                if *times == 0 {
                    self.0.remove(value);
                }
            }
        }
    }
}
