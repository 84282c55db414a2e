//! Windows in event time: what the matches of each group add up to in a stretch of time.
//!
//! A window is looked at when a match ends it. It fires when its condition becomes true, and its group then
//! stays silent: for every sliding window that ends less than a timespan from there, for the rest of a tumbling
//! window or of a session. What would have been seen meanwhile is counted as suppressed. Late records are put
//! in their place in time, and every window they fall into is looked at again. Nothing depends on a clock or on
//! batches: time is the records' own, so a backfill of yesterday is counted among yesterday's records.
//!
//! A condition that asks for what is absent cannot be told before the window is over: see `absence.rs`.

use super::{
    aggregate::{Ask, Measure},
    entry::{Chained, Entry, Profile, Profiles, Sample, Seen},
};
use model::{Alert, Evidence, RecordId, Time, limits::ALLOWED_LATENESS};
use serde::{Deserialize, Serialize};
use sigma::{Comparison, Correlation, Number, Window};
use std::{collections::VecDeque, ops::Range, time::Duration};

/// Records one group remembers; the oldest go first.
pub const MAX_ENTRIES: usize = 10_000;
/// Samples of raw records one group remembers of each rule, beside the record that fires.
const MAX_SAMPLES: usize = 2;
/// Samples one group remembers in all.
const MAX_ALL_SAMPLES: usize = 16;

/// What a window counts, and when it fires.
#[derive(Clone, Debug)]
pub struct Condition {
    /// How long the window is.
    pub timespan: Duration,
    /// How time is cut into windows.
    pub cut: Window,
    /// What is asked of it.
    pub ask: Ask,
    /// What the value must be: all of these.
    pub comparisons: Vec<(Comparison, Number)>,
}

impl From<&Correlation> for Condition {
    fn from(correlation: &Correlation) -> Self {
        Self {
            timespan: correlation.timespan,
            cut: correlation.window,
            ask: Ask::from(correlation),
            comparisons: correlation.condition.clone(),
        }
    }
}

impl Condition {
    /// The number of the tumbling window a time is in.
    pub fn stretch(&self, time: Time) -> i64 {
        time.millis().div_euclid(self.milliseconds())
    }

    /// The timespan.
    pub fn milliseconds(&self) -> i64 {
        i64::try_from(self.timespan.as_millis())
            .unwrap_or(i64::MAX)
            .max(1)
    }
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
    /// The value that met the condition.
    pub value: f64,
    /// How many matches each rule has, where rules are told apart.
    pub rules: Vec<usize>,
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

/// What one group has seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Group {
    /// Sorted by time, then rule, then record.
    pub(super) entries: VecDeque<Entry>,
    profiles: Profiles,
    #[serde(default)]
    pub(super) kept: VecDeque<Sample>,
    /// The first and last time of the windows that fired.
    #[serde(default)]
    pub(super) fires: Vec<(Time, Time)>,
    suppressed: u64,
}

impl Group {
    /// When the newest record happened.
    pub fn newest(&self) -> Option<Time> {
        self.entries.back().map(|entry| entry.time)
    }

    /// Adds a record and looks at the windows it is in; one that is already there changes nothing. Its sample
    /// is only made if it is kept.
    pub fn add(
        &mut self,
        condition: &Condition,
        seen: Seen,
        sample: impl FnOnce() -> Vec<Evidence>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let (time, member) = (seen.time, seen.member);
        self.forget_before(time.minus(condition.timespan).minus(ALLOWED_LATENESS));
        let Some(position) = self.insert(condition, seen, &mut outcome) else {
            return outcome;
        };
        if let Some((window, measure, value)) = self.find(condition, position) {
            let rules = measure.rules().to_vec();
            outcome.fired = Some(self.fire(condition, window, value, rules, sample()));
            return outcome;
        }
        if self.is_silent(condition, self.begin(condition, position), time) {
            self.suppressed += 1;
            outcome.suppressed = true;
        }
        self.keep(condition, member, time, sample);
        outcome
    }

    /// Puts a match into its place; none if it is known, or older than there is room for.
    pub(super) fn insert(
        &mut self,
        condition: &Condition,
        seen: Seen,
        outcome: &mut Outcome,
    ) -> Option<usize> {
        let mut entry = Entry {
            time: seen.time,
            record: seen.record,
            member: seen.member,
            values: seen.values,
            profile: None,
            session: None,
            chained: None,
        };
        entry.chained = seen.records.map(|records| {
            let profiles = Vec::new();
            Box::new(Chained { records, profiles })
        });
        let key = entry.key();
        let mut position = self.entries.binary_search_by(|e| e.key().cmp(&key)).err()?;
        self.entries.insert(position, entry);
        for profile in seen.profiles {
            let number = self.profiles.intern(profile, &mut self.entries);
            let entry = &mut self.entries[position];
            match &mut entry.chained {
                Some(chained) => chained.profiles.extend(number),
                None => entry.profile = number,
            }
        }
        if let Window::Session { gap } = condition.cut {
            self.split_sessions(condition, gap, position);
        }
        if self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
            outcome.evicted += 1;
            position = position.checked_sub(1)?;
        }
        Some(position)
    }

    /// Says of the matches from `position` on when their session began, as far as that has changed.
    fn split_sessions(&mut self, condition: &Condition, gap: Duration, position: usize) {
        for at in position..self.entries.len() {
            let time = self.entries[at].time;
            let before = at.checked_sub(1).map(|at| &self.entries[at]);
            let began = before
                .and_then(|before| Some((before.time, before.session?)))
                .filter(|(previous, began)| {
                    time.since(*previous) <= gap && time.since(*began) < condition.timespan
                })
                .map_or(time, |(_, began)| began);
            if at > position && self.entries[at].session == Some(began) {
                return;
            }
            self.entries[at].session = Some(began);
        }
    }

    /// Keeps a sample if there are not enough of its rule from about that time.
    pub(super) fn keep(
        &mut self,
        condition: &Condition,
        member: u16,
        time: Time,
        sample: impl FnOnce() -> Vec<Evidence>,
    ) {
        let stale = time.minus(condition.timespan);
        self.kept
            .retain(|kept| kept.member != member || kept.evidence.time > stale);
        let of_rule = self.kept.iter().filter(|kept| kept.member == member).count();
        if of_rule >= MAX_SAMPLES || self.kept.len() >= MAX_ALL_SAMPLES {
            return;
        }
        let samples = sample().into_iter().take(MAX_SAMPLES - of_rule);
        self.kept
            .extend(samples.map(|evidence| Sample { member, evidence }));
    }

    fn forget_before(&mut self, horizon: Time) {
        while self.entries.front().is_some_and(|entry| entry.time <= horizon) {
            self.entries.pop_front();
        }
        self.kept.retain(|sample| sample.evidence.time > horizon);
        self.fires.retain(|(_, last)| *last > horizon);
    }

    /// Whether a window from `first` to `last` may not fire, since another one just did.
    fn is_silent(&self, condition: &Condition, first: Time, last: Time) -> bool {
        let mut fires = self.fires.iter();
        fires.any(|(from, to)| match condition.cut {
            Window::Sliding => last.since(*to).max(to.since(last)) < condition.timespan,
            Window::Tumbling => condition.stretch(*to) == condition.stretch(last),
            Window::Session { .. } => *from <= last && first <= *to,
        })
    }

    /// When the window that ends with this match begins.
    fn begin(&self, condition: &Condition, at: usize) -> Time {
        let entry = &self.entries[at];
        match condition.cut {
            Window::Sliding => {
                let before = entry.time.minus(condition.timespan);
                Time::from_millis(before.millis().saturating_add(1))
            }
            Window::Tumbling => condition.opening(entry.time),
            Window::Session { .. } => entry.session.unwrap_or(entry.time),
        }
    }

    /// Behind the last match that ends a window with this match in it.
    fn last_end(&self, condition: &Condition, position: usize) -> usize {
        let time = self.entries[position].time;
        match condition.cut {
            Window::Sliding => {
                let end = time.plus(condition.timespan);
                self.entries.partition_point(|entry| entry.time < end)
            }
            Window::Tumbling => {
                let stretch = condition.stretch(time);
                self.entries
                    .partition_point(|entry| condition.stretch(entry.time) <= stretch)
            }
            // A late record may have moved the borders of all sessions that follow without a break.
            Window::Session { gap } => {
                let mut end = position + 1;
                while end < self.entries.len()
                    && self.entries[end].time.since(self.entries[end - 1].time) <= gap
                {
                    end += 1;
                }
                end
            }
        }
    }

    /// The first window that holds the entry at `position`, may fire and meets the condition.
    fn find<'c>(
        &self,
        condition: &'c Condition,
        position: usize,
    ) -> Option<(Range<usize>, Measure<'c>, f64)> {
        let ends = position..self.last_end(condition, position);
        let [first, last] = [position, ends.end - 1].map(|at| self.entries[at].time);
        if condition.cut == Window::Sliding && self.is_all_silent(condition, first, last) {
            return None;
        }
        let begin = self.begin(condition, position);
        let mut window = self.entries.partition_point(|entry| entry.time < begin)..position;
        let mut measure = Measure::new(&condition.ask, &condition.comparisons);
        self.entries.range(window.clone()).for_each(|e| measure.add(e));
        for at in ends.clone() {
            let end = self.entries[at].time;
            measure.add(&self.entries[at]);
            window.end += 1;
            if window.end < ends.end && self.entries[window.end].time == end {
                continue;
            }
            let begin = self.begin(condition, at);
            while self.entries[window.start].time < begin {
                measure.remove(&self.entries[window.start]);
                window.start += 1;
            }
            if self.is_silent(condition, self.entries[window.start].time, end) {
                continue;
            }
            if let Some(value) = measure.met() {
                return Some((window, measure, value));
            }
        }
        None
    }

    /// Whether one window that fired silences all sliding windows that end from `first` to `last`.
    fn is_all_silent(&self, condition: &Condition, first: Time, last: Time) -> bool {
        let covers = |fired: Time, end: Time| end.since(fired).max(fired.since(end)) < condition.timespan;
        let mut fires = self.fires.iter();
        fires.any(|(_, fired)| covers(*fired, first) && covers(*fired, last))
    }

    /// Makes a window fire. `last` is the evidence of the record at hand.
    pub(super) fn fire(
        &mut self,
        condition: &Condition,
        window: Range<usize>,
        value: f64,
        rules: Vec<usize>,
        last: Vec<Evidence>,
    ) -> Fired {
        let entries = || self.entries.range(window.clone());
        let first = entries().next().map_or(Time::default(), |entry| entry.time);
        let end = entries().next_back().map_or(first, |entry| entry.time);
        let fired = Fired {
            records: entries().flat_map(Entry::records).copied().collect(),
            first,
            last: end,
            value,
            rules,
            profiles: self.profiles.of(entries()),
            evidence: self.evidence(condition, first, end, last),
            suppressed: std::mem::take(&mut self.suppressed),
        };
        self.fires.push((first, end));
        fired
    }

    /// The samples of a window: `last`, then one of each rule, then what else there is room for.
    fn evidence(&self, condition: &Condition, first: Time, end: Time, last: Vec<Evidence>) -> Vec<Evidence> {
        let mut chosen = last;
        let inside = |kept: &&Sample| kept.evidence.time >= first && kept.evidence.time <= end;
        let mut kept: Vec<&Sample> = self.kept.iter().filter(inside).collect();
        if condition.ask.tells_rules_apart() {
            let mut rules = Vec::new();
            kept.sort_by_cached_key(|sample| {
                let again = rules.contains(&sample.member);
                rules.push(sample.member);
                again
            });
        }
        for sample in kept {
            let known = chosen.iter().any(|c| c.record == sample.evidence.record);
            if !known && chosen.len() < Alert::EVIDENCE_KEPT {
                chosen.push(sample.evidence.clone());
            }
        }
        chosen.truncate(Alert::EVIDENCE_KEPT);
        chosen.sort_by_key(|sample| (sample.time, sample.record));
        chosen
    }
}
