//! One incident: how much of it is together, and with what else.

use super::Unit;
use crate::scenario::Truth;
use model::{EntityKey, EventId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How one incident fared.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its place in the truth.
    pub source: usize,
    /// Its kind.
    pub kind: &'static str,
    /// Its units.
    pub units: usize,
    /// The events that hold one of them.
    pub events: usize,
    /// Pairs of its units.
    pub pairs: f64,
    /// Pairs of them that are together.
    pub together: f64,
    /// Pairs that a chain of shared entities joins: what could be together without guessing.
    pub reachable: f64,
    /// Pairs of one of its units with one of anything else that are together.
    pub strangers: f64,
    /// The part of those that are of another attack.
    pub strangers_of_attacks: f64,
    /// B³ precision: of what is with a unit, the part that belongs to the incident, on average.
    pub b3_precision: f64,
    /// B³ recall: of the incident, the part that is with a unit, on average.
    pub b3_recall: f64,
    /// Per phase: units outside of the largest event, and all units.
    pub phases: BTreeMap<&'static str, (usize, usize)>,
}

impl Incident {
    /// Pairs together of all pairs.
    pub fn recall(&self) -> f64 {
        ratio(self.together, self.pairs)
    }

    /// The recall that shared entities allow.
    pub fn ceiling(&self) -> f64 {
        ratio(self.reachable, self.pairs)
    }

    /// Right pairs of all pairs with one of its units.
    pub fn precision(&self) -> f64 {
        ratio(self.together, self.together + self.strangers)
    }
}

/// One, where there is nothing to get wrong.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 1.0 }
}

fn pairs(count: usize) -> f64 {
    let count = count as f64;
    count * (count - 1.0) / 2.0
}

/// Each incident that has a unit which could be in an event.
pub(super) fn all(open: &[&Unit], cases: &BTreeMap<EventId, Vec<&Unit>>, truth: &Truth) -> Vec<Incident> {
    let mut by_source: BTreeMap<usize, Vec<&Unit>> = BTreeMap::new();
    for unit in open.iter().filter(|unit| truth.sources[unit.source].attack) {
        by_source.entry(unit.source).or_default().push(unit);
    }
    by_source
        .into_iter()
        .map(|(source, units)| one(source, &units, cases, truth))
        .collect()
}

fn one(source: usize, units: &[&Unit], cases: &BTreeMap<EventId, Vec<&Unit>>, truth: &Truth) -> Incident {
    let mut own: BTreeMap<EventId, usize> = BTreeMap::new();
    for case in units.iter().filter_map(|unit| unit.case) {
        *own.entry(case).or_default() += 1;
    }
    let mut incident = Incident {
        source,
        kind: truth.sources[source].kind,
        units: units.len(),
        events: own.len(),
        pairs: pairs(units.len()),
        together: own.values().map(|count| pairs(*count)).sum(),
        reachable: components(units).into_iter().map(pairs).sum(),
        strangers: 0.0,
        strangers_of_attacks: 0.0,
        b3_precision: 0.0,
        b3_recall: 0.0,
        phases: BTreeMap::new(),
    };
    for (case, count) in &own {
        let everyone = cases.get(case).map_or(&[][..], Vec::as_slice);
        let other = |unit: &&&Unit| unit.source != source && truth.sources[unit.source].attack;
        let attackers = everyone.iter().filter(other).count();
        let share = *count as f64;
        incident.strangers += share * (everyone.len() - count) as f64;
        incident.strangers_of_attacks += share * attackers as f64;
        incident.b3_precision += share * share / everyone.len().max(1) as f64;
        incident.b3_recall += share * share / units.len() as f64;
    }
    incident.b3_precision /= units.len() as f64;
    incident.b3_recall /= units.len() as f64;
    let largest = own
        .iter()
        .max_by_key(|(case, count)| (**count, **case))
        .map(|(case, _)| *case);
    for unit in units {
        let (outside, all) = incident.phases.entry(unit.phase).or_default();
        *outside += usize::from(unit.case != largest);
        *all += 1;
    }
    incident
}

/// The sizes of the groups that shared entities join.
fn components(units: &[&Unit]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..units.len()).collect();
    let mut first: HashMap<&EntityKey, usize> = HashMap::new();
    for (place, unit) in units.iter().enumerate() {
        for entity in &unit.entities {
            let other = *first.entry(entity).or_insert(place);
            let (one, other) = (root(&mut group, place), root(&mut group, other));
            group[one] = other;
        }
    }
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for place in 0..units.len() {
        *sizes.entry(root(&mut group, place)).or_default() += 1;
    }
    sizes.into_values().collect()
}

fn root(group: &mut [usize], mut place: usize) -> usize {
    while group[place] != place {
        group[place] = group[group[place]];
        place = group[place];
    }
    place
}

/// The kinds of the incidents, in order.
pub fn kinds(incidents: &[Incident]) -> BTreeSet<&'static str> {
    incidents.iter().map(|incident| incident.kind).collect()
}
