//! The numbers as tables of Markdown.

use crate::speed::Row;
use std::{collections::BTreeMap, fmt::Write as _};
use testkit::score::{Incident, Quality, ait::Score, kinds};

/// One table of the generated scenarios: all, and each kind of attack.
pub fn kinds_of(qualities: &[Quality]) -> String {
    let mut out = String::from(
        "| attack | incidents | units | precision | recall | most that entities allow | B³ P | B³ R | \
         events per incident | apart from the rest |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n",
    );
    let all: Vec<&Incident> = qualities.iter().flat_map(|quality| &quality.incidents).collect();
    line(&mut out, "**all**", &all);
    let names = qualities.iter().flat_map(|quality| kinds(&quality.incidents));
    for kind in names.collect::<std::collections::BTreeSet<_>>() {
        let some: Vec<&Incident> = all
            .iter()
            .filter(|incident| incident.kind == kind)
            .copied()
            .collect();
        line(&mut out, &format!("`{kind}`"), &some);
    }
    out
}

fn line(out: &mut String, name: &str, incidents: &[&Incident]) {
    let sum = |of: fn(&Incident) -> f64| incidents.iter().map(|incident| of(incident)).sum::<f64>();
    let mean = |of: fn(&Incident) -> f64| sum(of) / incidents.len().max(1) as f64;
    let (pairs, together) = (sum(|i| i.pairs), sum(|i| i.together));
    // A pair of two attacks is seen from both sides.
    let wrong = sum(|i| i.strangers - i.strangers_of_attacks / 2.0);
    let of = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 1.0 };
    let _ = writeln!(
        out,
        "| {name} | {} | {} | {:.3} ({:.3}) | {:.3} ({:.3}) | {:.3} ({:.3}) | {:.3} | {:.3} | {:.2} | {} |",
        incidents.len(),
        incidents.iter().map(|incident| incident.units).sum::<usize>(),
        of(together, together + wrong),
        mean(Incident::precision),
        of(together, pairs),
        mean(Incident::recall),
        of(sum(|i| i.reachable), pairs),
        mean(Incident::ceiling),
        mean(|i| i.b3_precision),
        mean(|i| i.b3_recall),
        mean(|i| i.events as f64),
        apart(incidents),
    );
}

/// The phases that most often are not where the rest of their incident is.
fn apart(incidents: &[&Incident]) -> String {
    let mut phases: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (phase, (outside, all)) in incidents.iter().flat_map(|incident| &incident.phases) {
        let sum = phases.entry(phase).or_default();
        *sum = (sum.0 + outside, sum.1 + all);
    }
    let mut worst: Vec<_> = phases
        .into_iter()
        .filter(|(_, (outside, _))| *outside > 0)
        .collect();
    worst.sort_by_key(|(phase, (outside, _))| (std::cmp::Reverse(*outside), *phase));
    let shown = worst.into_iter().take(3);
    let shown: Vec<String> = shown
        .map(|(phase, (outside, all))| format!("{phase} {outside}/{all}"))
        .collect();
    shown.join(", ")
}

/// What is counted over whole scenarios.
pub fn totals(qualities: &[(String, Quality)]) -> String {
    let mut out = String::from(
        "| scenario | alerts | lost | by design in no event | units of attacks | units of noise | \
         across tenants | reasons that are true | noise events per day and tenant | merged incidents |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for (name, quality) in qualities {
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {} | {:.2} % | {:.1} | {} |",
            quality.alerts,
            quality.lost,
            quality.by_design,
            quality.attack_units,
            quality.noise_units,
            quality.cross_tenant,
            quality.explained.share() * 100.0,
            quality.noise_events as f64 / quality.tenant_days,
            quality.false_merges.values().sum::<usize>(),
        );
    }
    out
}

/// What went wrong, by kind: for whoever is going to put it right.
pub fn faults(qualities: &[Quality]) -> String {
    let mut merges: BTreeMap<String, usize> = BTreeMap::new();
    let mut noise: BTreeMap<String, usize> = BTreeMap::new();
    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for quality in qualities {
        for ((one, other), count) in &quality.false_merges {
            *merges.entry(format!("{one} with {other}")).or_default() += count;
        }
        let add = |to: &mut BTreeMap<String, usize>, from: &BTreeMap<&'static str, usize>| {
            for (name, count) in from {
                *to.entry((*name).to_owned()).or_default() += count;
            }
        };
        add(&mut noise, &quality.noise_in_attacks);
        add(&mut events, &quality.noise_kinds);
        add(&mut reasons, &quality.explained.faults);
    }
    let mut out = String::new();
    for (what, list) in [
        ("Pairs of incidents that share an event", merges),
        ("Units of noise in events of attacks", noise),
        ("Events of noise alone", events),
        ("Reasons that are not true", reasons),
    ] {
        let mut list: Vec<(String, usize)> = list.into_iter().collect();
        list.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), name.clone()));
        let list: Vec<String> = list
            .into_iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let list = if list.is_empty() {
            "none".to_owned()
        } else {
            list.join(", ")
        };
        let _ = writeln!(out, "- {what}: {list}.");
    }
    out
}

/// The public data set.
pub fn ait(scores: &[(String, Score)]) -> String {
    let mut out = String::from(
        "| scenario | precision | recall | F1 | events with a part of the attack | events per day |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let mut row = |name: &str, score: [f64; 5]| {
        let [p, r, f, with, day] = score;
        let _ = writeln!(
            out,
            "| {name} | {p:.3} | {r:.3} | {f:.3} | {with:.1} | {day:.1} |"
        );
    };
    let numbers = |score: &Score| {
        [
            score.precision,
            score.recall,
            score.f1,
            score.events_with_attack as f64,
            score.events_per_day,
        ]
    };
    let mut sum = [0.0; 5];
    for (name, score) in scores {
        row(name, numbers(score));
        for (sum, part) in sum.iter_mut().zip(numbers(score)) {
            *sum += part / scores.len() as f64;
        }
    }
    row("**mean**", sum);
    out
}

/// How fast.
pub fn speed(rows: &[Row]) -> String {
    let mut out = String::from("| what | alerts | alerts per second |\n|---|--:|--:|\n");
    for Row { what, alerts, rate } in rows {
        let _ = writeln!(out, "| {what} | {alerts} | {rate:.0} |");
    }
    out
}
