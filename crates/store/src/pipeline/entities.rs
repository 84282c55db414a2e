//! The entities of a batch of alerts: each mention, and what they add up to over all time and by day.
//!
//! An alert has several entities, so this is most of what a batch writes: sums are made here, and each table gets its
//! rows sorted by key.

use crate::{
    column::{name, text},
    entity_tag,
    error::Result,
    insert::Insert,
};
use model::{Alert, AlertId, EntityKey, Origin, Role, TagSource, Time};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet, HashSet};

const MENTION: Insert = Insert {
    head: "INSERT INTO alert_entity (tenant, alert, kind, value, role, malicious)",
    tail: "ON CONFLICT DO NOTHING",
};
const ENTITY: Insert = Insert {
    head: "INSERT INTO entity (tenant, kind, value, malicious, alert_count, attacker_count, victim_count, \
           artefact_count, first_time, last_time)",
    tail: "ON CONFLICT (tenant, kind, value) DO UPDATE SET malicious = max(malicious, excluded.malicious), \
           alert_count = alert_count + excluded.alert_count, \
           attacker_count = attacker_count + excluded.attacker_count, \
           victim_count = victim_count + excluded.victim_count, \
           artefact_count = artefact_count + excluded.artefact_count, \
           first_time = min(first_time, excluded.first_time), last_time = max(last_time, excluded.last_time)",
};
const DAY: Insert = Insert {
    head: "INSERT INTO entity_day (tenant, day, kind, value, alerts, hours)",
    tail: "ON CONFLICT (tenant, day, kind, value) DO UPDATE SET alerts = alerts + excluded.alerts, \
           hours = hours | excluded.hours",
};
const ALERT_DAY: Insert = Insert {
    head: "INSERT INTO alert_day (tenant, day, alerts)",
    tail: "ON CONFLICT (tenant, day) DO UPDATE SET alerts = alerts + excluded.alerts",
};
const HOUR: i64 = 3_600_000;

/// What the new alerts of a batch add to one entity.
struct Added {
    malicious: bool,
    alerts: i64,
    /// Attacker, victim, artefact.
    roles: [i64; 3],
    first: Time,
    last: Time,
}

/// The same for one day: alerts, and the hours in which there were some.
#[derive(Default)]
struct Day {
    alerts: i64,
    hours: i64,
}

#[derive(Default)]
struct Sums<'a> {
    entities: BTreeMap<&'a EntityKey, Added>,
    days: BTreeMap<(i64, &'a EntityKey), Day>,
    alerts: BTreeMap<i64, i64>,
    /// Who calls what malicious, by the first alert that does.
    tags: BTreeMap<(&'a EntityKey, TagSource, &'a str), &'a Alert>,
}

impl<'a> Sums<'a> {
    fn add(&mut self, alert: &'a Alert, by_intel: &HashSet<(AlertId, &EntityKey)>) {
        let day = alert.time.day();
        let hour = 1 << (alert.time.millis().div_euclid(HOUR).rem_euclid(24));
        *self.alerts.entry(day).or_default() += 1;
        let mut counted = BTreeSet::new();
        for entity in &alert.entities {
            let sum = self.entities.entry(&entity.key).or_insert(Added {
                malicious: false,
                alerts: 0,
                roles: [0; 3],
                first: alert.first_time,
                last: alert.time,
            });
            sum.malicious |= entity.malicious;
            sum.first = sum.first.min(alert.first_time);
            sum.last = sum.last.max(alert.time);
            sum.roles[match entity.role {
                Role::Attacker => 0,
                Role::Victim => 1,
                Role::Artefact => 2,
            }] += 1;
            if entity.malicious && !by_intel.contains(&(alert.id, &entity.key)) {
                let by = match alert.origin {
                    Origin::Vendor => TagSource::Vendor,
                    Origin::Predefined | Origin::Custom => TagSource::Rule,
                };
                self.tags
                    .entry((&entity.key, by, &alert.rule.id))
                    .or_insert(alert);
            }
            // An entity in two roles is still one alert more.
            if counted.insert(&entity.key) {
                sum.alerts += 1;
                let of_day = self.days.entry((day, &entity.key)).or_default();
                of_day.alerts += 1;
                of_day.hours |= hour;
            }
        }
    }
}

/// Stores the mentions of new alerts, and counts them.
pub(super) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &str,
    alerts: &[(&str, &Alert)],
    by_intel: &HashSet<(AlertId, &EntityKey)>,
) -> Result<()> {
    let mut rows = Vec::new();
    let mut sums = Sums::default();
    for (id, alert) in alerts {
        sums.add(alert, by_intel);
        for entity in &alert.entities {
            rows.push((*id, entity, name(&entity.role)?));
        }
    }
    MENTION
        .rows(txn, &rows, |values, (id, entity, role)| {
            values
                .push_bind(tenant)
                .push_bind(*id)
                .push_bind(entity.key.kind.code())
                .push_bind(&entity.key.value)
                .push_bind(role)
                .push_bind(entity.malicious);
        })
        .await?;
    count(txn, tenant, sums).await
}

async fn count(txn: &mut SqliteConnection, tenant: &str, sums: Sums<'_>) -> Result<()> {
    let entities: Vec<_> = sums.entities.into_iter().collect();
    ENTITY
        .rows(txn, &entities, |values, (key, sum)| {
            let [attacker, victim, artefact] = sum.roles;
            values
                .push_bind(tenant)
                .push_bind(key.kind.code())
                .push_bind(&key.value)
                .push_bind(sum.malicious)
                .push_bind(sum.alerts)
                .push_bind(attacker)
                .push_bind(victim)
                .push_bind(artefact)
                .push_bind(sum.first.millis())
                .push_bind(sum.last.millis());
        })
        .await?;
    let days: Vec<_> = sums.days.into_iter().collect();
    DAY.rows(txn, &days, |values, ((day, key), sum)| {
        values
            .push_bind(tenant)
            .push_bind(*day)
            .push_bind(key.kind.code())
            .push_bind(&key.value)
            .push_bind(sum.alerts)
            .push_bind(sum.hours);
    })
    .await?;
    let alerts: Vec<_> = sums.alerts.into_iter().collect();
    ALERT_DAY
        .rows(txn, &alerts, |values, (day, alerts)| {
            values.push_bind(tenant).push_bind(*day).push_bind(*alerts);
        })
        .await?;
    let tags = sums
        .tags
        .into_iter()
        .map(|((key, by, rule), alert)| Ok((key, by, rule, alert.time, text(&alert.title)?)))
        .collect::<Result<Vec<_>>>()?;
    entity_tag::insert_in_txn(txn, tenant, &tags).await
}
