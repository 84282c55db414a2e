//! How far alerts take the expert patterns: partial matches, kept with the alert that extends them last.
//!
//! The meaning is that of [`crate::pattern::find`]: for each place of a pattern an alert extends one progress, the one
//! with the newest last alert that it can extend. A decision sees only alerts before its own in the canonical order,
//! so what is found does not depend on the order of arrival.

use crate::{
    digest::{Digest, Mention, Profile},
    entity::EntityIx,
    event::NodeIx,
    newest::Newest,
    pattern::{PatternIx, Patterns, StepIx, Tie},
    state::State,
    weights::HORIZON,
};
use model::{Aggregation, Entity, Level, LocalText, Role, Time};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Entities remembered of a partial match; an alert can name any number.
const KEPT: usize = 64;

/// A partial match, as far as one alert took it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reached {
    pub pattern: usize,
    /// The place it fills, from 0: a step that takes several alerts is several places.
    pub place: usize,
    /// The alert that filled the place before, with the number of its own progress.
    pub after: Option<(NodeIx, usize)>,
    /// What it shares with the alerts before it.
    pub by: Option<EntityIx>,
    /// When the match began.
    pub since: Time,
    /// The entities of all its alerts.
    pub entities: Vec<Named>,
}

/// An entity of a partial match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    pub role: Role,
    pub entity: EntityIx,
    pub tie: Tie,
}

/// A pattern that completed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Completed {
    pub id: String,
    pub title: LocalText,
    pub level: Option<Level>,
}

/// Where to look for partial matches: pattern, place, what one of their entities is known by.
pub(crate) type Spot = (usize, usize, Tie);

/// What a decision about patterns depends on and changes: the partial matches of a pattern that name an entity.
pub(crate) type Trace = (usize, Tie);

/// The traces of an alert: what it looks up by its own entities, and what it adds by those of its matches.
pub(crate) fn traces<'a>(profile: &'a Profile, reached: &'a [Reached]) -> impl Iterator<Item = Trace> + 'a {
    let own = profile.mentions.iter().filter(|mention| !mention.infrastructure);
    let looked_up = profile
        .steps
        .iter()
        .flat_map(move |(pattern, _)| own.clone().map(|mention| (*pattern, mention.tie)));
    let added = reached.iter().flat_map(|progress| {
        let named = progress.entities.iter();
        named.map(|named| (progress.pattern, named.tie))
    });
    looked_up.chain(added)
}

/// The newest partial matches of each spot.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Progress(#[serde(with = "crate::pairs")] HashMap<Spot, Newest<(NodeIx, usize)>>);

impl Progress {
    pub(crate) fn push(&mut self, node: NodeIx, reached: &[Reached]) {
        for (number, progress) in reached.iter().enumerate() {
            for spot in spots(progress) {
                self.0.entry(spot).or_default().push((node, number));
            }
        }
    }

    /// Takes the newest away, which must be those of `node`.
    pub(crate) fn pop(&mut self, node: NodeIx, reached: &[Reached]) {
        for (number, progress) in reached.iter().enumerate().rev() {
            for spot in spots(progress) {
                if let Some(newest) = self.0.get_mut(&spot) {
                    let last = newest.pop();
                    debug_assert_eq!(last, Some((node, number)), "the last to come is the first to go");
                    if newest.is_empty() {
                        self.0.remove(&spot);
                    }
                }
            }
        }
    }

    /// What can no longer be taken back is dropped beyond what look-ups ask for.
    pub(crate) fn settle(&mut self, reached: &[Reached]) {
        for spot in reached.iter().flat_map(spots) {
            if let Some(newest) = self.0.get_mut(&spot) {
                newest.settle();
            }
        }
    }

    pub(crate) fn forget(&mut self, node: NodeIx, reached: &[Reached]) {
        for spot in reached.iter().flat_map(spots) {
            if let Some(newest) = self.0.get_mut(&spot) {
                newest.forget(|(other, _)| *other == node);
                if newest.is_empty() {
                    self.0.remove(&spot);
                }
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    fn newest(&self, spot: Spot) -> impl Iterator<Item = (NodeIx, usize)> {
        self.0.get(&spot).into_iter().flat_map(Newest::latest).copied()
    }
}

/// Two entities known by the same are one spot.
fn spots(reached: &Reached) -> impl Iterator<Item = Spot> + '_ {
    let first = |(i, tie): &(usize, Tie)| reached.entities[..*i].iter().all(|named| named.tie != *tie);
    let ties = reached
        .entities
        .iter()
        .map(|named| named.tie)
        .enumerate()
        .filter(first);
    ties.map(|(_, tie)| (reached.pattern, reached.place, tie))
}

impl State {
    /// How far an alert takes the patterns.
    pub(crate) fn reach(&self, digest: &Digest, patterns: &Patterns) -> Vec<Reached> {
        let steps = &digest.profile.steps;
        if steps.is_empty() || self.says_little(digest) {
            return Vec::new();
        }
        let mine = self.tying(digest);
        let named: Vec<Entity> = mine
            .iter()
            .map(|mention| self.named(mention.role, mention.entity))
            .collect();
        let mut reached = Vec::new();
        for (pattern, step) in steps {
            let Some(written) = patterns.get(PatternIx(*pattern)) else {
                continue;
            };
            let before: usize = written.steps[..*step].iter().map(|s| s.at_least as usize).sum();
            let places = before..before + written.steps[*step].at_least as usize;
            for place in places {
                let progress = match place.checked_sub(1) {
                    None => Some(Reached {
                        pattern: *pattern,
                        place,
                        after: None,
                        by: None,
                        since: digest.time,
                        entities: union(&[], &mine),
                    }),
                    Some(before) => self.extend(digest, patterns, (*pattern, *step), before, &mine, &named),
                };
                reached.extend(progress);
            }
        }
        reached
    }

    /// Noise, routine and what is about all hosts take no pattern further.
    fn says_little(&self, digest: &Digest) -> bool {
        let profile = &digest.profile;
        let routine = || (self.is_of_all(profile) || self.is_routine(digest)) && !self.is_telling(profile);
        profile.method == Aggregation::GraphCompute && (self.is_noise(profile) || routine())
    }

    /// Extends the newest progress that fills the place `before`.
    fn extend(
        &self,
        digest: &Digest,
        patterns: &Patterns,
        (pattern, step): (usize, usize),
        before: usize,
        mine: &[&Mention],
        named: &[Entity],
    ) -> Option<Reached> {
        let written = patterns.get(PatternIx(pattern))?;
        let mut known: Vec<(NodeIx, usize)> = mine
            .iter()
            .flat_map(|mention| self.progress.newest((pattern, before, mention.tie)))
            .collect();
        known.sort_unstable_by_key(|(node, number)| {
            let node = &self.nodes[*node];
            (node.period.first, node.alert, *number)
        });
        known.dedup();
        known.into_iter().rev().find_map(|(node, number)| {
            let last = &self.nodes[node];
            let progress = &last.reached[number];
            let silence = digest.time.since(last.period.last);
            // Of what began before that, alerts may be forgotten already.
            if progress.since < self.clock.minus(HORIZON)
                || digest.time.since(progress.since) > written.within
                || written.steps[step].gap.is_some_and(|gap| silence > gap)
            {
                return None;
            }
            let earlier: Vec<Entity> = progress
                .entities
                .iter()
                .map(|named| self.named(named.role, named.entity))
                .collect();
            let key = patterns.joins(PatternIx(pattern), StepIx(step), &earlier, named)?;
            let by = mine
                .iter()
                .find(|mention| *self.entities.key(mention.entity) == key)?;
            Some(Reached {
                pattern,
                place: before + 1,
                after: Some((node, number)),
                by: Some(by.entity),
                since: progress.since,
                entities: union(&progress.entities, mine),
            })
        })
    }

    /// What of an alert can tie it to others: everything shares the rest.
    fn tying<'a>(&self, digest: &'a Digest) -> Vec<&'a Mention> {
        let tying = |mention: &&Mention| !mention.infrastructure && !self.entities[mention.entity].is_hub();
        digest.profile.mentions.iter().filter(tying).take(KEPT).collect()
    }

    fn named(&self, role: Role, entity: EntityIx) -> Entity {
        Entity {
            key: self.entities.key(entity).clone(),
            role,
            malicious: false,
        }
    }

    /// The alerts of a match that this progress completes, newest first, each with the step it takes from 1 and what
    /// ties it to those before it. None if it completes nothing.
    pub(crate) fn trail(&self, progress: &Reached, patterns: &Patterns) -> Option<Trail> {
        let pattern = patterns.get(PatternIx(progress.pattern))?;
        let ends: Vec<usize> = pattern
            .steps
            .iter()
            .scan(0, |places, step| {
                *places += step.at_least as usize;
                Some(*places)
            })
            .collect();
        if ends.last() != Some(&(progress.place + 1)) {
            return None;
        }
        let step = |place: usize| {
            ends.iter()
                .position(|end| place < *end)
                .map_or(0, |step| step + 1)
        };
        let mut strides = Vec::new();
        let (mut place, mut by, mut after) = (progress.place, progress.by, progress.after);
        while let (Some((node, number)), Some(entity)) = (after, by) {
            strides.push((node, step(place), entity));
            let before = &self.nodes[node].reached[number];
            (place, by, after) = (before.place, before.by, before.after);
        }
        Some(Trail {
            completed: Completed {
                id: pattern.id.clone(),
                title: pattern.title.clone(),
                level: pattern.level,
            },
            strides,
        })
    }
}

/// The alerts of a complete match.
pub(crate) struct Trail {
    pub completed: Completed,
    /// For each alert from the last to the second: the alert before it, the step it takes itself, what they share.
    pub strides: Vec<(NodeIx, usize, EntityIx)>,
}

fn union(earlier: &[Named], mine: &[&Mention]) -> Vec<Named> {
    let mut all = earlier.to_vec();
    for mention in mine {
        let named = Named {
            role: mention.role,
            entity: mention.entity,
            tie: mention.tie,
        };
        if all.len() < KEPT && !all.contains(&named) {
            all.push(named);
        }
    }
    all
}
