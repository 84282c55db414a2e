//! Correlations: what the matches of rules add up to over time, and the alerts of windows that fire.
//!
//! | file | what it holds |
//! |---|---|
//! | `compile.rs`, `members.rs` | a correlation in terms of the dictionary and of the rules there are |
//! | `entry.rs` | what is remembered of a match |
//! | `aggregate.rs`, `chain.rs`, `sorted.rs` | what matches add up to |
//! | `window.rs` | windows that are looked at when a match ends them |
//! | `absence.rs`, `clock.rs` | windows that are looked at when they are over |
//! | `counter.rs` | a compiled correlation, and what it reads from records |

mod absence;
pub mod aggregate;
mod chain;
mod clock;
pub mod compile;
pub mod counter;
mod entry;
pub mod members;
mod sorted;
pub mod window;

pub use clock::Clock;
pub use entry::Profile;

use crate::{
    alert::{self, Cause},
    keys::group_key,
    ruleset::RuleSet,
    state::{self, Memory},
};
use clock::{Deadline, IDLE};
use entry::Seen;
use model::{Alert, Evidence, LogRecord, RecordId, RecordMeta, RecordView, TenantId, Time};
use window::{Fired, Outcome};

/// Takes in matches, and raises the alerts of windows.
pub struct Counting<'r> {
    rules: &'r RuleSet,
    memory: &'r mut Memory,
    alerts: &'r mut Vec<Alert>,
}

/// A match of a rule that is counted, in one of its groups.
struct Match {
    /// The rule that counts it.
    rule: usize,
    group: Vec<String>,
    seen: Seen,
}

/// A window that fired, and the rule and group it is of.
struct Window {
    rule: usize,
    group: Vec<String>,
    fired: Fired,
    /// When it was known to: at its last record, or at its end if something had to be absent until then.
    known: Time,
}

impl<'r> Counting<'r> {
    /// Counts in `memory`, and puts alerts behind `alerts`.
    pub const fn new(rules: &'r RuleSet, memory: &'r mut Memory, alerts: &'r mut Vec<Alert>) -> Self {
        Self {
            rules,
            memory,
            alerts,
        }
    }

    /// Takes in the time of a record, before its matches; windows that are over by it may fire.
    pub fn passes(&mut self, meta: &RecordMeta) {
        if !self.memory.clocks.contains_key(&meta.tenant) {
            let tenant = meta.tenant.clone();
            self.memory.clocks.insert(tenant, Clock::default());
        }
        let clock = |memory: &'_ mut Memory| memory.clocks.get_mut(&meta.tenant)?.next_due();
        if let Some(clock) = self.memory.clocks.get_mut(&meta.tenant) {
            clock.see(meta);
        }
        while let Some(deadline) = clock(self.memory) {
            self.close(&meta.tenant, deadline);
        }
    }

    /// Looks at all windows that still wait: there are no more records.
    pub fn finish(&mut self) {
        let tenants: Vec<TenantId> = self.memory.clocks.keys().cloned().collect();
        for tenant in tenants {
            let clock = |memory: &'_ mut Memory| memory.clocks.get_mut(&tenant)?.next();
            while let Some(deadline) = clock(self.memory) {
                self.close(&tenant, deadline);
            }
        }
    }

    /// Counts a match for a rule, by its number and the place of what matched among its members. The sample
    /// is only made if it is kept.
    pub fn matched<R: RecordView>(
        &mut self,
        (number, member): (usize, u16),
        record: &R,
        sample: impl FnOnce() -> Evidence,
    ) {
        let rule = &self.rules.rules[number];
        let counted = rule.counter.as_ref().and_then(|counter| {
            let group = counter.group_of(member, record)?;
            let values = counter.values_of(member, record)?;
            Some((group, values, counter.place_of(member), counter.waits))
        });
        let Some((group, values, member, waits)) = counted else {
            return;
        };
        let meta = record.meta();
        let seen = Seen {
            member,
            record: meta.id,
            time: meta.time,
            values,
            profiles: vec![alert::profile(rule, record)],
            records: None,
        };
        if !waits {
            let clock = self.memory.clocks.get(&meta.tenant);
            self.memory.counters.late += u64::from(clock.is_some_and(|clock| clock.is_late(meta)));
        }
        let found = Match {
            rule: number,
            group,
            seen,
        };
        let fired = self.take(&meta.tenant, found, || vec![sample()]);
        self.follow(&meta.tenant, fired, Some(record));
    }

    /// Puts a match into its group; the window it makes fire.
    fn take(
        &mut self,
        tenant: &TenantId,
        found: Match,
        sample: impl FnOnce() -> Vec<Evidence>,
    ) -> Option<Window> {
        let Match {
            rule: number,
            group,
            seen,
        } = found;
        let rule = &self.rules.rules[number];
        let counter = rule.counter.as_ref()?;
        let condition = &counter.condition;
        let key = group_key(tenant, &group);
        let time = seen.time;
        let known = state::of_rule(&mut self.memory.rules, &rule.info);
        let outcome: Outcome;
        if counter.waits {
            let clock = self.memory.clocks.entry(tenant.clone()).or_default();
            if clock.is_past(time) {
                self.memory.counters.late += 1;
                return None;
            }
            let span = condition.timespan + IDLE;
            let (state, evicted) = known.groups.entry(&key, time, span, Default::default);
            outcome = state.wait(condition, seen, sample);
            self.memory.counters.evicted += evicted;
            let first = condition.opening(time);
            let forgotten = clock.wait(Deadline {
                end: condition.end(first),
                rule: rule.info.id.clone(),
                key,
                first,
                group: group.clone(),
            });
            self.memory.counters.evicted += forgotten;
        } else {
            let span = condition.timespan;
            let (state, evicted) = known.groups.entry(&key, time, span, Default::default);
            outcome = state.add(condition, seen, sample);
            self.memory.counters.evicted += evicted;
        }
        self.memory.counters.evicted += outcome.evicted;
        self.memory.counters.suppressed += u64::from(outcome.suppressed);
        let fired = outcome.fired?;
        Some(Window {
            rule: number,
            group,
            known: fired.last,
            fired,
        })
    }

    /// Looks at a window that is over.
    fn close(&mut self, tenant: &TenantId, deadline: Deadline) {
        let mut rules = self.rules.rules.iter().enumerate();
        let Some((number, rule)) = rules.find(|(_, rule)| rule.info.id == deadline.rule) else {
            return;
        };
        let Some(counter) = rule.counter.as_ref().filter(|counter| counter.waits) else {
            return;
        };
        let known = self.memory.rules.get_mut(&rule.info.id);
        let known = known.filter(|known| known.version == rule.info.version);
        let Some(group) = known.and_then(|known| known.groups.get_mut(&deadline.key)) else {
            return;
        };
        let fired = group
            .close(&counter.condition, deadline.first)
            .map(|fired| Window {
                rule: number,
                group: deadline.group,
                fired,
                known: deadline.end,
            });
        self.follow(tenant, fired, None::<&LogRecord<'_>>);
    }

    /// Raises the alert of a window, and counts it for the correlations that are about its rule, and so on:
    /// no rule is about itself, so there is an end. `record` is the one that made it fire, if one did.
    fn follow<R: RecordView>(&mut self, tenant: &TenantId, fired: Option<Window>, record: Option<&R>) {
        let rules = self.rules;
        let mut open = Vec::from_iter(fired);
        while let Some(window) = open.pop() {
            for (next, member) in &rules.chains[window.rule] {
                let found = self.chained((*next, *member), tenant, &window, record);
                let sample = || window.fired.evidence.clone();
                open.extend(found.and_then(|found| self.take(tenant, found, sample)));
            }
            if rules.raising[window.rule] {
                self.raise(tenant, window, record);
            }
        }
    }

    /// A window as a match of a correlation that is about its rule.
    fn chained<R: RecordView>(
        &self,
        (next, member): (usize, u16),
        tenant: &TenantId,
        window: &Window,
        record: Option<&R>,
    ) -> Option<Match> {
        let rule = &self.rules.rules[next];
        let counter = rule.counter.as_ref()?;
        let fired = &window.fired;
        let mut profiles = fired.profiles.clone();
        profiles.extend(record.map(|record| alert::profile(rule, record)));
        let id = &self.rules.rules[window.rule].info.id;
        let kept = &fired.records[fired.records.len().saturating_sub(Alert::RECORDS_KEPT)..];
        let seen = Seen {
            member: counter.place_of(member),
            record: RecordId::from_bits(model::AlertId::derive(tenant, id, kept).bits()),
            time: window.known,
            values: counter.values_in(member, &window.group)?,
            profiles,
            records: Some(kept.to_vec()),
        };
        Some(Match {
            rule: next,
            group: counter.group_in(member, &window.group)?,
            seen,
        })
    }

    fn raise<R: RecordView>(&mut self, tenant: &TenantId, window: Window, record: Option<&R>) {
        let rule = &self.rules.rules[window.rule];
        let Some(counter) = &rule.counter else {
            return;
        };
        let Window { group, mut fired, .. } = window;
        let cause = Cause::of_window(rule, tenant, record, counter, &group);
        let admitted = self.memory.admit(rule, &cause, fired.last, fired.suppressed);
        if let Some(suppressed) = admitted {
            fired.suppressed = suppressed;
            self.alerts
                .push(alert::of_window(rule, counter, &cause, &group, fired));
        }
    }
}
