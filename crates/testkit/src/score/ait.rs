//! The score on the public AIT alert data set: phase-balanced (macro) B³ over folded alerts.
//!
//! There is one intrusion in each file, of eight to ten phases; the `dnsteal` exfiltration is another story and left
//! out. Two phases of scanning hold nearly all attack alerts, so every phase weighs the same, whatever its size: a
//! unit weighs one over the units of its phase, for each phase it is of. A unit is one rule on one host, repeating
//! within sixty seconds; an alert in no event is an event of its own.

use std::collections::{BTreeMap, HashMap};

/// An alert of the data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// When, in seconds since the epoch.
    pub time: f64,
    /// The short name of the rule.
    pub rule: String,
    /// Its full name, which begins with the product's.
    pub name: String,
    /// The host.
    pub host: String,
    /// Its address.
    pub ip: String,
    /// The phase of the attack, or `-`.
    pub phase: String,
}

/// The score of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// B³ precision.
    pub precision: f64,
    /// B³ recall.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Events that hold a part of the attack.
    pub events_with_attack: usize,
    /// Events a day, attack or not.
    pub events_per_day: f64,
    /// Units.
    pub units: usize,
}

struct Unit<'a> {
    event: usize,
    phases: Vec<&'a str>,
}

/// Scores rows in the order of their times; `events` has the event of each row, by any number, or none.
pub fn score(rows: &[Row], events: &[Option<usize>]) -> Score {
    let units = units(rows, events);
    let mut in_phase: BTreeMap<&str, f64> = BTreeMap::new();
    for phase in units.iter().flat_map(|unit| &unit.phases) {
        *in_phase.entry(phase).or_default() += 1.0;
    }
    let phases = in_phase.len() as f64;
    let mut groups: BTreeMap<usize, (f64, usize, usize)> = BTreeMap::new();
    for unit in &units {
        let (weight, attack, all) = groups.entry(unit.event).or_default();
        *weight += unit.phases.iter().map(|phase| 1.0 / in_phase[phase]).sum::<f64>();
        *attack += usize::from(!unit.phases.is_empty());
        *all += 1;
    }
    let holding = groups.values().filter(|(weight, ..)| *weight > 0.0);
    let (mut precision, mut recall, mut events_with_attack) = (0.0, 0.0, 0);
    for (weight, attack, all) in holding {
        events_with_attack += 1;
        recall += weight * weight / phases;
        precision += weight * *attack as f64 / *all as f64;
    }
    if phases > 0.0 {
        precision /= phases;
        recall /= phases;
    }
    let days = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => (last.time - first.time) / 86_400.0,
        _ => 0.0,
    };
    Score {
        precision,
        recall,
        f1: if precision + recall > 0.0 {
            2.0 * precision * recall / (precision + recall)
        } else {
            0.0
        },
        events_with_attack,
        events_per_day: if days > 0.0 {
            groups.len() as f64 / days
        } else {
            0.0
        },
        units: units.len(),
    }
}

fn units<'a>(rows: &'a [Row], events: &[Option<usize>]) -> Vec<Unit<'a>> {
    let named = events.iter().flatten().max().map_or(0, |largest| largest + 1);
    let mut last: HashMap<(&str, &str), (usize, f64)> = HashMap::new();
    let mut units: Vec<Unit<'a>> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let key = (row.rule.as_str(), row.host.as_str());
        let place = match last.get(&key) {
            Some((place, time)) if row.time - time <= 60.0 => *place,
            _ => {
                // In no event: an event of its own, with a number that no other has.
                let event = events.get(number).copied().flatten().unwrap_or(named + number);
                units.push(Unit {
                    event,
                    phases: Vec::new(),
                });
                units.len() - 1
            }
        };
        last.insert(key, (place, row.time));
        let phase = row.phase.as_str();
        if !matches!(phase, "-" | "dnsteal") && !units[place].phases.contains(&phase) {
            units[place].phases.push(phase);
        }
    }
    units
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Time, rule, host, phase and event of forty alerts. The expected numbers are those of another implementation of
    /// the same score, in another language.
    const CASE: &str = "
        1070.0 c h2 dnsteal 1
        1070.5 b h1 - -
        1090.5 a h2 shell 2
        1110.5 b h1 dnsteal 1
        1130.5 a h1 shell 0
        1200.5 a h2 - -
        1201.0 a h2 - 2
        1221.0 a h1 - 2
        1241.0 a h1 scan 0
        1311.0 a h1 - 2
        1331.0 b h2 - 0
        1401.0 b h1 - 2
        1471.0 a h2 scan 2
        1471.5 c h2 - 2
        1541.5 b h2 shell -
        1611.5 a h2 shell 2
        1631.5 a h2 - 2
        1701.5 b h1 dnsteal 2
        2001.5 b h2 dnsteal 1
        2002.0 b h1 - 0
        2022.0 a h1 shell -
        2092.0 c h2 dnsteal 2
        2162.0 b h1 dnsteal 2
        2232.0 b h1 shell 2
        2232.5 a h2 dnsteal -
        2302.5 a h2 scan 2
        2303.0 b h2 scan 2
        2323.0 a h1 scan 2
        2623.0 a h1 - 2
        2923.0 a h1 dnsteal 2
        2993.0 b h2 shell -
        3013.0 a h1 shell 2
        3083.0 a h1 dnsteal 1
        3103.0 c h2 - -
        3123.0 b h2 - 2
        3123.5 b h2 - 2
        3423.5 c h1 dnsteal 1
        3723.5 b h2 shell 1
        3793.5 b h2 shell 1
        3813.5 a h2 dnsteal 2
    ";

    #[test]
    fn another_implementation_gives_the_same_numbers() {
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for line in CASE.lines().filter(|line| !line.trim().is_empty()) {
            let parts: Vec<&str> = line.split_whitespace().collect();
            rows.push(Row {
                time: parts[0].parse().unwrap(),
                rule: parts[1].to_owned(),
                name: parts[1].to_owned(),
                host: parts[2].to_owned(),
                ip: String::new(),
                phase: parts[3].to_owned(),
            });
            events.push(parts[4].parse().ok());
        }
        let score = score(&rows, &events);
        let close = |one: f64, other: f64| assert!((one - other).abs() < 1e-9, "{one} is not {other}");
        close(score.precision, 0.531_578_947_368_421);
        close(score.recall, 0.509_999_999_999_999_8);
        close(score.f1, 0.520_565_942_395_148_9);
        close(score.events_per_day, 314.926_189_174_412_23);
        assert_eq!((score.events_with_attack, score.units), (6, 35));
    }

    #[test]
    fn nothing_scores_nothing() {
        assert_eq!(score(&[], &[]), Score::default());
    }
}
