//! Noisy rules: one that fires in more than a fifth of all hours says little about who belongs together, so
//! its alerts go to the similar-item lane. The event keeps its rule's method and cap.
//!
//! And rules of the fleet: one that was seen to fire on many assets within an hour is about updates and roll-outs, so
//! that it fires on one host says little about that host.

use crate::{
    arena::{Arena, handle},
    entity::EntityIx,
    event::NodeIx,
    hours::{Hours, judged},
    hub,
    newest::Newest,
    weights::FLEET,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

handle!(
    /// A rule that has fired.
    RuleIx
);

/// A rule that fires in more than one of this many hours is noisy.
const NOISY: i64 = 5;
/// Hours of which the assets are remembered: what comes late belongs to one of them.
const ROUNDS: usize = 4;

/// The assets that a rule fired on within an hour, as many as it takes to be a fleet.
#[derive(Debug, Serialize, Deserialize)]
struct Round {
    hour: i64,
    assets: Vec<EntityIx>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    hours: Hours,
    /// The last hours, the newest first.
    rounds: Vec<Round>,
    /// The hours in which it fired on a fleet.
    fleets: Hours,
    /// The hour of the last judgement, and the judgement.
    judged: i64,
    standing: Standing,
    /// What an administrator says it is, whatever it does.
    #[serde(skip)]
    said: Option<bool>,
    /// The newest folded alerts that tell on how many assets it fires at the same time.
    spread: Newest<NodeIx>,
}

/// What a rule's alert says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Little: it fires all the time.
    pub noisy: bool,
    /// It fired on a fleet not long ago.
    pub fleet: bool,
    /// ½ … 2, as for entities; none without enough history to tell.
    pub rarity: Option<f64>,
}

/// The rules that have fired; their number is bounded by the rules there are.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rules {
    #[serde(with = "crate::pairs")]
    by_id: HashMap<String, RuleIx>,
    rows: Arena<RuleIx, Row>,
}

impl Rules {
    pub(crate) fn intern(&mut self, id: &str) -> RuleIx {
        if let Some(rule) = self.by_id.get(id) {
            return *rule;
        }
        let rule = self.rows.insert(Row {
            hours: Hours::default(),
            rounds: Vec::new(),
            fleets: Hours::default(),
            judged: i64::MIN,
            standing: Standing {
                noisy: false,
                fleet: false,
                rarity: None,
            },
            said: None,
            spread: Newest::default(),
        });
        self.by_id.insert(id.to_owned(), rule);
        rule
    }

    /// Takes over which rules count as noisy, or not, whatever they do.
    pub(crate) fn configure(&mut self, said: &BTreeMap<String, bool>) {
        for row in self.by_id.values() {
            self.rows[*row].said = None;
        }
        for (id, noisy) in said {
            let rule = self.intern(id);
            self.rows[rule].said = Some(*noisy);
        }
    }

    pub(crate) fn fired(&mut self, rule: RuleIx, hour: i64) {
        self.rows[rule].hours.mark(hour);
    }

    /// Notes on what it fired.
    pub(crate) fn fired_on(&mut self, rule: RuleIx, asset: EntityIx, hour: i64) {
        let row = &mut self.rows[rule];
        let place = row.rounds.partition_point(|round| round.hour > hour);
        if row.rounds.get(place).is_none_or(|round| round.hour != hour) {
            let assets = Vec::new();
            row.rounds.insert(place, Round { hour, assets });
        }
        let assets = &mut row.rounds[place].assets;
        if assets.len() < FLEET && !assets.contains(&asset) {
            assets.push(asset);
        }
        if assets.len() == FLEET {
            row.fleets.mark(hour);
        }
        row.rounds.truncate(ROUNDS);
    }

    /// Judges the rule as of `hour`, for a history that starts at `start`.
    pub(crate) fn judge(&mut self, rule: RuleIx, start: i64, hour: i64) {
        let row = &mut self.rows[rule];
        if row.judged != hour {
            row.judged = hour;
            row.standing = standing(&row.hours, &row.fleets, start, hour);
        }
    }

    /// The last judgement.
    pub(crate) fn is_noisy(&self, rule: RuleIx) -> bool {
        let row = &self.rows[rule];
        row.said.unwrap_or(row.standing.noisy)
    }

    /// Whether it is one of the fleet, by the last judgement.
    pub(crate) fn is_of_fleet(&self, rule: RuleIx) -> bool {
        self.rows[rule].standing.fleet
    }

    /// How rare the rule is, by the last judgement.
    pub(crate) fn rarity(&self, rule: RuleIx) -> Option<f64> {
        self.rows[rule].standing.rarity
    }

    pub(crate) fn spread(&self, rule: RuleIx) -> &Newest<NodeIx> {
        &self.rows[rule].spread
    }

    pub(crate) fn spread_mut(&mut self, rule: RuleIx) -> &mut Newest<NodeIx> {
        &mut self.rows[rule].spread
    }
}

fn standing(hours: &Hours, fleets: &Hours, start: i64, hour: i64) -> Standing {
    let range = judged(start, hour);
    let (fired, of) = (hours.count(&range), range.end - range.start);
    Standing {
        noisy: fired * NOISY > of,
        fleet: fleets.count(&range) > 0,
        rarity: (of > 0).then(|| hub::rarity(fired as f64 / of as f64 * 4.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Handle;

    #[test]
    fn more_than_a_fifth_of_the_hours() {
        let check = |fired: i64, history: i64, expected: bool| {
            let mut hours = Hours::default();
            (0..fired).for_each(|i| hours.mark(1000 + i));
            assert_eq!(
                standing(&hours, &Hours::default(), 1000, 1000 + history).noisy,
                expected,
                "{fired} of {history} h"
            );
        };
        check(4, 24, false);
        check(5, 24, true);
        check(23, 23, false);
        check(0, 24, false);
        check(33, 168, false);
        check(34, 168, true);
    }

    #[test]
    fn a_rule_that_fired_on_a_fleet_is_known_for_it() {
        let check = |assets: u32, hours: i64, expected: bool| {
            let mut rules = Rules::default();
            let rule = rules.intern("agent-stopped");
            for asset in 0..assets {
                let hour = 1000 + i64::from(asset) % hours;
                rules.fired(rule, hour);
                rules.fired_on(rule, EntityIx::from_slot(asset), hour);
                rules.fired_on(rule, EntityIx::from_slot(asset), hour);
            }
            rules.judge(rule, 1000, 1100);
            assert_eq!(rules.is_of_fleet(rule), expected, "{assets} assets in {hours} h");
        };
        check(5, 1, false);
        check(6, 1, true);
        check(60, 1, true);
        check(10, 2, false);
        check(12, 2, true);
    }
}
