//! Late alerts. Alerts are decided on arrival, but as if they had come in the order of (time, id): one that
//! comes late takes back the later decisions that could depend on it, and takes them again after it.
//!
//! Decisions older than the allowed lateness are settled. So is everything when an analyst acts: what he has seen
//! is not taken back. Bounds keep a flood from making this slow: [`TAIL`], [`REDO`], and what alerts [earn](EARNED).

use crate::{
    apply::{Step, Undo},
    digest::{Digest, Key, Profile, Trait},
    event::{EventIx, NodeIx},
    ledger::Ledger,
    method::{Decision, Lane},
    pattern::Patterns,
    reach::{self, Reached},
    state::State,
};
use model::limits;
use rustc_hash::FxHashSet;
use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

/// Decisions that can be taken back; in a flood this is less than two minutes.
const TAIL: usize = 16_384;
/// Decisions taken back for one late alert; where there are more, arrival order stands and the tail is settled.
const REDO: usize = 1_024;
/// Decisions taken back that each alert earns. In a flood every alert comes late by hundreds of others, so that the
/// bound for one of them is none for all: what they cost on average is bounded too.
const EARNED: usize = 16;
/// What can be saved up, which a tenant begins with: more than a busy two minutes need.
pub(crate) const SAVED: usize = 16_384;
/// Looking at this many decisions costs as much as taking one back.
const LOOKS: usize = 16;

impl State {
    /// Decides about an alert, and again about those after it that it could affect.
    pub(crate) fn place(&mut self, digest: Digest, patterns: &Patterns, ledger: &mut Ledger) {
        self.saved = (self.saved + EARNED).min(SAVED);
        let newest = self.tail.last_key_value();
        if newest.is_none_or(|(key, _)| *key < digest.key()) {
            self.judge(&digest);
            let decision = self.decide(&digest, patterns);
            self.apply(digest, decision, ledger);
        } else {
            self.place_late(digest, patterns, ledger);
        }
        self.rename(ledger);
    }

    /// The same of an alert that others came before.
    fn place_late(&mut self, digest: Digest, patterns: &Patterns, ledger: &mut Ledger) {
        let mut queue = BTreeMap::from([(digest.key(), digest)]);
        let mut undone = 0;
        while let Some((_, digest)) = queue.pop_first() {
            self.judge(&digest);
            let decision = loop {
                let decision = self.decide(&digest, patterns);
                let (dependent, looked) = self.dependent(&digest, &decision);
                undone += dependent.len();
                let cost = dependent.len() + looked / LOOKS;
                let affordable = cost <= self.saved;
                self.saved = self.saved.saturating_sub(cost);
                if dependent.is_empty() {
                    break decision;
                }
                if undone > REDO || !affordable {
                    self.counters.unordered += 1;
                    self.settle_all();
                    break decision;
                }
                for key in dependent.into_iter().rev() {
                    if let Some(step) = self.tail.remove(&key) {
                        queue.insert(key, self.undo(*step, ledger));
                    }
                }
            };
            self.apply(digest, decision, ledger);
        }
        self.counters.reordered += undone.min(REDO) as u64;
    }

    /// The later decisions that could depend on this one, directly or through each other, in order; and how many were
    /// looked at.
    fn dependent(&self, digest: &Digest, decision: &Decision) -> (Vec<Key>, usize) {
        let later = || self.tail.range((Excluded(digest.key()), Unbounded));
        if later().next().is_none() {
            return (Vec::new(), 0);
        }
        let mut looked = 0;
        let mut dependent = Vec::new();
        let mut traits: FxHashSet<Trait> = FxHashSet::default();
        traits.extend(traits_of(
            &digest.profile,
            &decision.considered,
            &decision.reached,
        ));
        // One pass is enough: a decision depends only on earlier ones.
        for (key, step) in later() {
            looked += 1;
            let own = || traits_of(&step.digest.profile, &step.touched, self.reached(step));
            if own().any(|one| traits.contains(&one)) {
                dependent.push(*key);
                traits.extend(own());
            }
            if dependent.len() > REDO {
                break;
            }
        }
        (dependent, looked)
    }

    /// How far the alert of a step takes expert patterns; a repeat takes none further.
    fn reached(&self, step: &Step) -> &[Reached] {
        match step.undo {
            Undo::Join(_) => &self.nodes[step.node].reached,
            Undo::Repeat { .. } => &[],
        }
    }

    /// Settles what can no longer be preceded by a late alert.
    pub(crate) fn settle(&mut self) {
        let watermark = self.clock.minus(limits::ALLOWED_LATENESS);
        while self.tail.len() > TAIL
            || (self.tail.first_key_value()).is_some_and(|((time, _), _)| *time < watermark)
        {
            self.settle_first();
        }
    }

    /// Settles everything.
    pub(crate) fn settle_all(&mut self) {
        while !self.tail.is_empty() {
            self.settle_first();
        }
    }

    fn settle_first(&mut self) {
        let Some((_, step)) = self.tail.pop_first() else {
            return;
        };
        if matches!(step.undo, Undo::Join(_)) {
            self.progress.settle(&self.nodes[step.node].reached);
            self.trim(step.node);
        }
    }

    /// Linking looks at the newest alerts of an entity only: drops those that no undo can bring back into view.
    fn trim(&mut self, node: NodeIx) {
        let (profile, lane) = (&self.nodes[node].profile, self.nodes[node].lane);
        for entity in profile.found_by(lane) {
            self.entities[entity].alerts.settle();
        }
        if lane == Lane::Graph && profile.spreads() {
            self.rules.spread_mut(profile.rule).settle();
        }
    }
}

/// What a decision depends on and changes.
fn traits_of<'a>(
    profile: &'a Profile,
    events: &'a [EventIx],
    reached: &'a [Reached],
) -> impl Iterator<Item = Trait> + 'a {
    let patterns = reach::traces(profile, reached).map(|(pattern, tie)| Trait::Pattern(pattern, tie));
    let events = events.iter().map(|event| Trait::Event(*event));
    profile.traits().chain(events).chain(patterns)
}
