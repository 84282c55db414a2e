//! Weeks of alerts of several tenants with exact truth: attacks as they go, noise as it is, delivered as badly as in
//! life. It was written from descriptions of attacks and from the rules of the content folder, without looking at the
//! correlator that it measures.
//!
//! The same plan gives the same bytes for ever, as long as the content is the same: chance comes from a generator of
//! numbers of our own, and what a rule's alert looks like is read from the rule.

pub mod attack;
pub mod catalogue;
mod delivery;
pub mod estate;
pub mod noise;
pub mod random;
pub mod record;
mod shell;
pub mod signal;
pub mod story;
pub mod truth;

pub use catalogue::Catalogue;
pub use delivery::Delivery;
pub use truth::{Label, Source, Truth};

use estate::Estate;
use random::Random;
use record::Sighting;
use story::{DAY, Stage};

/// When scenarios begin: a Monday.
pub const START: i64 = 1_772_409_600_000;

/// What to generate.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where chance begins.
    pub seed: u64,
    /// How many days; the slow attack needs 21.
    pub days: i64,
    /// How many tenants.
    pub tenants: usize,
    /// How many hosts each has.
    pub hosts: usize,
    /// How many incidents of each kind; two attackers on one host count as one.
    pub each: usize,
    /// Only attacks whose kind has this in its name.
    pub only: Option<String>,
    /// With noise.
    pub noise: bool,
    /// How many raw alerts each flood has; none without.
    pub flood: usize,
    /// With wrong clocks, duplicates and late arrivals.
    pub distorted: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            days: 28,
            tenants: 5,
            hosts: 60,
            each: 5,
            only: None,
            noise: true,
            flood: 0,
            distorted: true,
        }
    }
}

/// What was generated.
#[derive(Debug)]
pub struct Scenario {
    /// The alerts in the order of their arrival.
    pub deliveries: Vec<Delivery>,
    /// What is true of them.
    pub truth: Truth,
    /// How many days.
    pub days: i64,
}

impl Plan {
    /// What products see, before rules and transport have their way with it, in the order it happened.
    pub fn sightings(&self) -> (Vec<Estate>, Vec<Source>, Vec<Sighting>) {
        let random = Random::new(self.seed);
        let estates: Vec<Estate> = (0..self.tenants.max(1))
            .map(|number| Estate::new(number, self.hosts, &random))
            .collect();
        let (mut sources, mut sightings) = (Vec::new(), Vec::new());
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
        let ends = START + self.days * DAY;
        let mut tell = |kind: &'static str,
                        story: fn(&mut Stage<'_>),
                        estate: usize,
                        random: Random,
                        begins: i64,
                        attack: bool| {
            story(&mut Stage {
                estate: &estates[estate],
                random,
                begins,
                ends,
                flood: self.flood,
                kind,
                attack,
                sources: &mut sources,
                sightings: &mut sightings,
            });
        };
        let mut attacks: Vec<(attack::Kind, usize)> =
            attack::KINDS.iter().map(|kind| (*kind, self.each)).collect();
        if self.flood > 0 {
            attacks.extend(attack::FLOODS.iter().map(|kind| (*kind, 1)));
        }
        for ((kind, story), count) in attacks.into_iter().filter(|((kind, _), _)| wanted(kind)) {
            for number in 0..count {
                let mut own = random.fork(&format!("{kind} {number}"));
                let begins = START + own.between(DAY, ((self.days - 2) * DAY).max(DAY + 1));
                let estate = own.place(estates.len());
                tell(kind, story, estate, own, begins, true);
            }
        }
        for (kind, story) in noise::KINDS.iter().filter(|_| self.noise) {
            for estate in 0..estates.len() {
                let own = random.fork(&format!("{kind} of {estate}"));
                tell(kind, *story, estate, own, START, false);
            }
        }
        sightings.sort_by_key(|sighting| (sighting.at, sighting.label.source));
        (estates, sources, sightings)
    }

    /// The alerts.
    pub fn generate(&self, catalogue: &Catalogue) -> anyhow::Result<Scenario> {
        let (estates, sources, sightings) = self.sightings();
        let sightings = delivery::suppress(sightings, catalogue)?;
        let mut truth = Truth {
            sources,
            ..Truth::default()
        };
        let random = Random::new(self.seed);
        let deliveries = delivery::deliver(
            sightings,
            &estates,
            catalogue,
            &mut truth,
            &random,
            self.distorted,
        )?;
        Ok(Scenario {
            deliveries,
            truth,
            days: self.days,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
