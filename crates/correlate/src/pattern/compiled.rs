//! All patterns, ready to be asked which steps an alert may be of.

use super::{
    Mistake, Pattern,
    anchor::{Anchor, anchors},
};
use model::{Alert, Entity, EntityKey, condition::Compiled, whitelist::AlertFacts};
use std::{collections::HashMap, sync::Arc};

/// The place of a pattern in [`Patterns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternIx(pub usize);

/// The place of a step in its pattern, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepIx(pub usize);

/// All patterns. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    all: Arc<[Ready]>,
    index: Arc<Index>,
}

#[derive(Debug)]
struct Ready {
    pattern: Pattern,
    steps: Vec<Compiled>,
}

/// Which steps an alert may be of, by what they name literally.
#[derive(Debug, Default)]
struct Index {
    by: HashMap<Anchor, Vec<(PatternIx, StepIx)>>,
    /// Steps that name nothing literally: every alert is asked.
    always: Vec<(PatternIx, StepIx)>,
}

impl Patterns {
    /// Checks and compiles them. All mistakes of all patterns are returned, each with the pattern's id.
    pub fn new(patterns: Vec<Pattern>) -> Result<Self, Vec<(String, Mistake)>> {
        let mistakes: Vec<(String, Mistake)> = patterns
            .iter()
            .flat_map(|pattern| pattern.check().into_iter().map(|m| (pattern.id.clone(), m)))
            .chain(twice(&patterns))
            .collect();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let mut index = Index::default();
        let ready = patterns.into_iter().enumerate().map(|(ix, pattern)| {
            for (step, written) in pattern.steps.iter().enumerate() {
                index.add((PatternIx(ix), StepIx(step)), anchors(&written.when));
            }
            // What `check` let pass compiles.
            let steps = pattern.steps.iter().filter_map(|step| step.when.compile().ok());
            Ready {
                steps: steps.collect(),
                pattern,
            }
        });
        let all = ready.collect();
        Ok(Self {
            all,
            index: Arc::new(index),
        })
    }

    /// The steps this alert meets, by pattern and step. An alert that no step can take costs a few look-ups.
    pub fn steps_of(&self, alert: &Alert) -> Vec<(PatternIx, StepIx)> {
        let mut steps = self.index.candidates(alert);
        steps.sort_unstable();
        steps.dedup();
        let facts = AlertFacts(alert);
        steps.retain(|(pattern, step)| self.all[pattern.0].steps[step.0].holds(&facts));
        steps
    }

    /// The entity that ties an alert of this step to what came before it in a match; none if nothing does, or if the
    /// step must happen elsewhere and does not. `earlier` holds the entities of all alerts of the match so far.
    /// Entities that everything shares should be taken out of either side before.
    pub fn joins(
        &self,
        pattern: PatternIx,
        step: StepIx,
        earlier: &[Entity],
        later: &[Entity],
    ) -> Option<EntityKey> {
        let pattern = &self.all.get(pattern.0)?.pattern;
        pattern.joins(step.0, earlier, later)
    }

    /// A pattern.
    pub fn get(&self, pattern: PatternIx) -> Option<&Pattern> {
        self.all.get(pattern.0).map(|ready| &ready.pattern)
    }

    /// All of them, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = (PatternIx, &Pattern)> {
        let ready = self.all.iter().enumerate();
        ready.map(|(ix, ready)| (PatternIx(ix), &ready.pattern))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Pattern {
    /// See [`Patterns::joins`].
    pub(super) fn joins(&self, step: usize, earlier: &[Entity], later: &[Entity]) -> Option<EntityKey> {
        let another = self.steps.get(step).and_then(|step| step.another);
        if let Some(kind) = another {
            let new = |e: &Entity| e.key.kind == kind && earlier.iter().all(|known| known.key != e.key);
            if !later.iter().any(new) {
                return None;
            }
        }
        let mut joins = self.join_of(step).iter();
        joins.find_map(|join| join.shared(earlier, later)).cloned()
    }
}

impl Index {
    fn add(&mut self, step: (PatternIx, StepIx), anchors: Option<Vec<Anchor>>) {
        match anchors {
            None => self.always.push(step),
            Some(anchors) => {
                for anchor in anchors {
                    self.by.entry(anchor).or_default().push(step);
                }
            }
        }
    }

    fn candidates(&self, alert: &Alert) -> Vec<(PatternIx, StepIx)> {
        let mut steps = self.always.clone();
        if !self.by.is_empty() {
            for anchor in Anchor::of(alert) {
                steps.extend(self.by.get(&anchor).into_iter().flatten());
            }
        }
        steps
    }
}

/// Two patterns with one id.
fn twice(patterns: &[Pattern]) -> impl Iterator<Item = (String, Mistake)> {
    let later = |(place, pattern): (usize, &Pattern)| {
        let known = patterns[..place].iter().any(|earlier| earlier.id == pattern.id);
        known.then(|| {
            let message = format!("another pattern has the id `{}`", pattern.id);
            (pattern.id.clone(), Mistake::new("id", message))
        })
    };
    patterns.iter().enumerate().filter_map(later)
}
