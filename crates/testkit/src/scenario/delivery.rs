//! How alerts arrive: late, out of order, twice, and dated by clocks that are wrong.

use super::{catalogue::Catalogue, estate::Estate, random::Random, record::Sighting, truth::Truth};
use model::{Alert, AlertId, TenantId, Time};
use std::collections::{BTreeMap, HashMap};

/// An alert, and when it arrives.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// The alert.
    pub alert: Alert,
    /// When it arrives.
    pub arrives: Time,
}

/// Rules leave out repeats: what they would leave out, no alert is raised for.
pub fn suppress(sightings: Vec<Sighting>, catalogue: &Catalogue) -> anyhow::Result<Vec<Sighting>> {
    let mut last: HashMap<(usize, &'static str, Vec<Option<String>>), i64> = HashMap::new();
    let mut kept = Vec::with_capacity(sightings.len());
    for sighting in sightings {
        let Some((by, span)) = &catalogue.rule(sighting.rule)?.suppress else {
            kept.push(sighting);
            continue;
        };
        let key = sighting.repeat_key(by);
        let quiet = last
            .get(&key)
            .is_some_and(|last| sighting.at - last < span.as_millis() as i64);
        if !quiet {
            last.insert(key, sighting.at);
            kept.push(sighting);
        }
    }
    Ok(kept)
}

/// The alerts of sightings, in the order of their arrival, and the truth about each.
pub fn deliver(
    sightings: Vec<Sighting>,
    estates: &[Estate],
    catalogue: &Catalogue,
    truth: &mut Truth,
    random: &Random,
    distorted: bool,
) -> anyhow::Result<Vec<Delivery>> {
    let mut random = random.fork("delivery");
    let mut deliveries = Vec::with_capacity(sightings.len());
    let mut others: BTreeMap<TenantId, AlertId> = BTreeMap::new();
    for (number, mut sighting) in sightings.into_iter().enumerate() {
        let tenant = &estates[sighting.tenant].tenant;
        if distorted {
            sighting.stray += skew(&sighting, &random);
        }
        let mut alert = sighting.alert(catalogue.rule(sighting.rule)?, tenant, number as u64)?;
        if distorted && random.chance(5) {
            // Nothing stops two tenants' alerts from having one id.
            let other = others.iter().find(|(owner, _)| *owner != tenant);
            let other = other.map_or(alert.id, |(_, id)| *id);
            if !truth.labels.contains_key(&(tenant.clone(), other)) {
                alert.id = other;
            }
        }
        others.insert(tenant.clone(), alert.id);
        truth.labels.insert((tenant.clone(), alert.id), sighting.label);
        let arrives = sighting.at + if distorted { delay(&mut random) } else { 0 };
        if distorted && random.chance(10) {
            let again = arrives + random.between(1_000, 3_600_000);
            deliveries.push((again, random.bits(), alert.clone()));
        }
        let turn = if distorted { random.bits() } else { number as u64 };
        deliveries.push((arrives, turn, alert));
    }
    deliveries.sort_by_key(|(arrives, turn, _)| (*arrives, *turn));
    Ok(deliveries
        .into_iter()
        .map(|(arrives, _, alert)| Delivery {
            alert,
            arrives: Time::from_millis(arrives),
        })
        .collect())
}

/// One host in ten has a clock that is up to a minute and a half off, and keeps being so.
fn skew(sighting: &Sighting, random: &Random) -> i64 {
    let host = sighting
        .records
        .iter()
        .find_map(|record| record.get("device.uid"));
    host.map_or(0, |host| {
        let mut clock = random.fork(&format!("clock {} {host}", sighting.tenant));
        let off = clock.chance(100);
        if off { clock.between(-90_000, 90_000) } else { 0 }
    })
}

/// Mostly seconds; one in fifty takes up to two minutes, three in a thousand up to half an hour.
fn delay(random: &mut Random) -> i64 {
    match random.place(1_000) {
        0..3 => random.between(120_000, 1_800_000),
        3..23 => random.between(45_000, 120_000),
        _ => random.between(500, 30_000),
    }
}
