//! How a story is told: a clock of its own, and what the estate's products see as it goes on.

use super::{
    estate::Estate,
    random::Random,
    record::{Record, Sighting},
    signal::Signal,
    truth::{Label, Source},
};
use model::Level;

/// A minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// An hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// A day in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// Where stories are told: one estate, from one moment on.
pub struct Stage<'a> {
    /// The estate.
    pub estate: &'a Estate,
    /// Chance.
    pub random: Random,
    /// When the story begins, in milliseconds since the epoch.
    pub begins: i64,
    /// When the scenario ends.
    pub ends: i64,
    /// What the plan says about sizes.
    pub flood: usize,
    pub(super) kind: &'static str,
    pub(super) attack: bool,
    pub(super) sources: &'a mut Vec<Source>,
    pub(super) sightings: &'a mut Vec<Sighting>,
}

impl<'a> Stage<'a> {
    /// A new incident, or a new source of noise.
    pub fn open(&mut self) -> Story<'a> {
        let source = self.sources.len();
        self.sources.push(Source {
            kind: self.kind,
            tenant: self.estate.number,
            attack: self.attack,
        });
        let mut random = self.random.fork(&format!("story {source}"));
        // A third of a usual attacker's pauses up to three times as long; noise keeps its own time.
        let tempo = if self.attack { random.between(30, 300) } else { 100 };
        Story {
            estate: self.estate,
            random,
            now: self.begins,
            tempo,
            skips: if self.attack { 120 } else { 0 },
            source,
            sightings: Vec::new(),
        }
    }

    /// The end of a story.
    pub fn close(&mut self, story: Story<'_>) {
        self.sightings.extend(story.sightings);
    }
}

/// One incident, or one source of noise, as it goes on.
pub struct Story<'a> {
    /// Where.
    pub estate: &'a Estate,
    /// Chance.
    pub random: Random,
    /// The time of the story, in milliseconds since the epoch.
    pub now: i64,
    /// How fast, in per cent of the usual pauses.
    pub tempo: i64,
    /// How often a step that can be left out is left out, of 1,000.
    pub skips: u64,
    source: usize,
    sightings: Vec<Sighting>,
}

impl Story<'_> {
    /// Some seconds go by, as the attacker's tempo has it.
    pub fn wait(&mut self, from_seconds: i64, to_seconds: i64) {
        let pause = self.random.between(from_seconds * 1_000, to_seconds * 1_000 + 1);
        self.now += pause * self.tempo / 100;
    }

    /// Whether a step that can be left out is taken.
    pub fn takes(&mut self) -> bool {
        !self.random.chance(self.skips)
    }

    /// Something happens that one record shows.
    pub fn see(&mut self, signal: Signal, phase: &'static str, record: Record) {
        self.sight(signal, phase, vec![record], 0, None);
    }

    /// Something happens that only several records together show, the first of them so many seconds ago.
    pub fn see_all(&mut self, signal: Signal, phase: &'static str, records: Vec<Record>, seconds: i64) {
        self.sight(signal, phase, records, seconds * 1_000, None);
    }

    /// The vendor's product raises an alert of its own, with its own level.
    pub fn see_as(&mut self, signal: Signal, phase: &'static str, record: Record, level: Level) {
        self.sight(signal, phase, vec![record], 0, Some(level));
    }

    /// The clock of what was last seen is off by so many milliseconds; it arrives when it happened all the same.
    pub fn strays(&mut self, millis: i64) {
        if let Some(last) = self.sightings.last_mut() {
            last.stray = millis;
        }
    }

    fn sight(
        &mut self,
        signal: Signal,
        phase: &'static str,
        records: Vec<Record>,
        lasted: i64,
        level: Option<Level>,
    ) {
        if let Some(rule) = signal.rule(self.estate.watch) {
            self.sight_by(rule, phase, records, lasted, level);
        }
    }

    /// The same by a rule named outright.
    pub fn sight_by(
        &mut self,
        rule: &'static str,
        phase: &'static str,
        records: Vec<Record>,
        lasted: i64,
        level: Option<Level>,
    ) {
        self.sightings.push(Sighting {
            tenant: self.estate.number,
            at: self.now,
            lasted,
            stray: 0,
            rule,
            records,
            level,
            label: Label {
                source: self.source,
                phase,
            },
        });
    }
}
