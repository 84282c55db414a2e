//! What detection remembers between records, per rule and bounded: windows and suppressed repeats. It is
//! what a snapshot holds.

use crate::{
    alert::Cause,
    correlation::{Clock, window::Group},
    rule::{Rule, RuleInfo},
    suppress::Last,
};
use model::{TenantId, Time, limits::ALLOWED_LATENESS};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Groups, or keys of suppression, one rule remembers.
pub const MAX_KEYS: usize = 10_000;
/// How many of them there are before the stale ones are looked for.
const FIRST_SWEEP: usize = 1_024;

/// What detection did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Records seen.
    pub records: u64,
    /// Matches of detections.
    pub matches: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Matches left out: repeats, and records of silent windows.
    pub suppressed: u64,
    /// Records and groups forgotten for lack of room.
    pub evicted: u64,
    /// Matches of counting rules that came later than they are waited for. They still count where windows do
    /// not wait; rules that ask for what is absent leave them out.
    #[serde(default)]
    pub late: u64,
}

/// All of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// By rule.
    pub rules: State,
    /// How far time has come, by tenant.
    #[serde(default)]
    pub clocks: BTreeMap<TenantId, Clock>,
    /// What was done so far.
    pub counters: Counters,
}

impl Memory {
    /// Whether an alert of the rule may be raised at a time: how many were left out before it, with those
    /// `already` known of.
    pub fn admit(&mut self, rule: &Rule, cause: &Cause, now: Time, already: u64) -> Option<u64> {
        let (Some((_, span)), Some(key)) = (&rule.suppress, &cause.repeat) else {
            return Some(already);
        };
        let known = of_rule(&mut self.rules, &rule.info);
        let (last, evicted) = known.repeats.entry(key, now, *span, Last::never);
        let admitted = last.admit(now, *span, already);
        self.counters.evicted += evicted;
        self.counters.suppressed += u64::from(admitted.is_none());
        admitted
    }
}

/// What one rule remembers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RuleState {
    /// The version of the rule: another version starts anew.
    pub version: String,
    /// Windows by group.
    pub groups: Keyed<Group>,
    /// Last alerts by the fields repeats are equal in.
    pub repeats: Keyed<Last>,
}

/// What detection remembers: by rule id.
pub type State = BTreeMap<String, RuleState>;

/// The memory of a rule, started anew if it is that of another version.
pub fn of_rule<'s>(state: &'s mut State, rule: &RuleInfo) -> &'s mut RuleState {
    let known = state.entry(rule.id.clone()).or_default();
    if known.version != rule.version {
        *known = RuleState {
            version: rule.version.clone(),
            ..RuleState::default()
        };
    }
    known
}

/// When something was last touched, by the time of records.
pub trait Touched {
    /// The newest time it knows of.
    fn touched(&self) -> Option<Time>;
}

impl Touched for Group {
    fn touched(&self) -> Option<Time> {
        self.newest()
    }
}

impl Touched for Last {
    fn touched(&self) -> Option<Time> {
        self.time()
    }
}

/// A bounded map: stale entries go when it has doubled, the oldest when it is full, and those are counted.
///
/// When it sweeps depends on its size only, so batches make no difference, and a snapshot carries on exactly.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keyed<T> {
    entries: BTreeMap<String, T>,
    sweep_at: usize,
}

impl<T> Default for Keyed<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            sweep_at: FIRST_SWEEP,
        }
    }
}

impl<T: Touched> Keyed<T> {
    /// The entry of a key, made with `new` if there is none, and how many others were evicted for it.
    /// Entries not touched for `span` before `now`, the time of the record at hand, are stale.
    pub fn entry(&mut self, key: &str, now: Time, span: Duration, new: impl FnOnce() -> T) -> (&mut T, u64) {
        let mut evicted = 0;
        if self.entries.len() >= self.sweep_at && !self.entries.contains_key(key) {
            evicted = self.sweep(now.minus(span).minus(ALLOWED_LATENESS));
        }
        (self.entries.entry(key.to_owned()).or_insert_with(new), evicted)
    }

    /// The entry of a key, if there is one.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.entries.get_mut(key)
    }

    fn sweep(&mut self, horizon: Time) -> u64 {
        self.entries
            .retain(|_, entry| entry.touched().is_some_and(|time| time > horizon));
        let mut evicted = 0;
        if self.entries.len() >= MAX_KEYS {
            let mut by_age: Vec<(Option<Time>, String)> = self
                .entries
                .iter()
                .map(|(key, entry)| (entry.touched(), key.clone()))
                .collect();
            by_age.sort();
            // An eighth at once, so that a flood of new keys does not sort for each of them.
            for (_, key) in by_age.into_iter().take(MAX_KEYS / 8) {
                self.entries.remove(&key);
                evicted += 1;
            }
        }
        self.sweep_at = (self.entries.len() * 2).clamp(FIRST_SWEEP, MAX_KEYS);
        evicted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(i64);

    impl Touched for At {
        fn touched(&self) -> Option<Time> {
            Some(Time::from_secs(self.0))
        }
    }

    #[test]
    fn a_flood_of_keys_stays_bounded_and_is_counted() {
        let mut keyed = Keyed::default();
        let mut evicted = 0;
        for i in 0..30_000 {
            let now = Time::from_secs(i / 1000);
            evicted += keyed
                .entry(&i.to_string(), now, Duration::from_mins(10), || At(i / 1000))
                .1;
            assert!(keyed.entries.len() <= MAX_KEYS + 1);
        }
        assert_eq!(
            evicted as usize,
            30_000 - keyed.entries.len(),
            "nothing goes uncounted"
        );
    }

    #[test]
    fn stale_keys_go_first() {
        let mut keyed = Keyed::default();
        let span = Duration::from_mins(1);
        for i in 0..FIRST_SWEEP {
            keyed.entry(&i.to_string(), Time::from_secs(0), span, || At(0));
        }
        let (_, evicted) = keyed.entry("new", Time::from_secs(1000), span, || At(1000));
        assert_eq!((evicted, keyed.entries.len()), (0, 1));
    }
}
