//! The generator keeps its promises: the same bytes for ever, the truth about every alert, all kinds, all distortions.

use super::*;
use model::{EntityKind, Role, id::ContentHash};
use std::collections::{BTreeMap, BTreeSet, HashSet};

fn small() -> Plan {
    Plan {
        tenants: 4,
        hosts: 20,
        each: 1,
        ..Plan::default()
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_ever() {
    let digest = |plan: &Plan| {
        let (_, _, sightings) = plan.sightings();
        let hash = ContentHash::new("sightings").part(sightings.len().to_le_bytes());
        let hash = sightings
            .iter()
            .fold(hash, |hash, sighting| hash.part(format!("{sighting:?}")));
        format!("{:032x}", hash.finish())
    };
    // What products see does not depend on the rules. If this changes, all published numbers are of other attacks.
    assert_eq!(digest(&small()), "4f01fb9b97cb247de774a4a7b9034ae3");
    assert_ne!(digest(&small()), digest(&Plan { seed: 2, ..small() }));
    let catalogue = Catalogue::load().unwrap();
    let (one, other) = (
        small().generate(&catalogue).unwrap(),
        small().generate(&catalogue).unwrap(),
    );
    assert_eq!(one.deliveries, other.deliveries);
    assert_eq!(one.truth, other.truth);
}

#[test]
fn every_kind_raises_alerts_and_every_alert_has_its_truth() {
    let catalogue = Catalogue::load().unwrap();
    let plan = Plan {
        flood: 600,
        ..small()
    };
    let scenario = plan.generate(&catalogue).unwrap();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for delivery in &scenario.deliveries {
        let (source, label) = scenario
            .truth
            .of(&delivery.alert.tenant, delivery.alert.id)
            .unwrap();
        assert_eq!(
            delivery.alert.tenant.as_str(),
            format!("tenant-{}", source.tenant)
        );
        assert!(!label.phase.is_empty());
        *kinds.entry(source.kind).or_default() += 1;
    }
    let all = attack::KINDS.iter().chain(attack::FLOODS).chain(noise::KINDS);
    for (kind, _) in all {
        assert!(
            kinds.get(kind).is_some_and(|count| *count > 2),
            "{kind}: {kinds:?}"
        );
    }
}

#[test]
fn alerts_arrive_as_badly_as_in_life() {
    let catalogue = Catalogue::load().unwrap();
    let scenario = small().generate(&catalogue).unwrap();
    let alerts = || scenario.deliveries.iter().map(|delivery| &delivery.alert);
    let mut seen = HashSet::new();
    let again = alerts()
        .filter(|alert| !seen.insert((&alert.tenant, alert.id)))
        .count();
    assert!(again > 10, "{again} delivered twice");
    let ids: BTreeSet<_> = seen.iter().map(|(_, id)| *id).collect();
    assert!(ids.len() < seen.len(), "some ids repeat across tenants");
    let wait = |delivery: &Delivery| delivery.arrives.millis() - delivery.alert.time.millis();
    let count = |holds: &dyn Fn(i64) -> bool| scenario.deliveries.iter().filter(|d| holds(wait(d))).count();
    assert!(count(&|wait| wait < 0) > 10, "some come from the future");
    assert!(
        count(&|wait| (45_000..120_000).contains(&wait)) > 10,
        "some are late"
    );
    assert!(
        count(&|wait| (120_000..DAY).contains(&wait)) > 10,
        "some are too late"
    );
    assert!(
        count(&|wait| wait.abs() > 3_000 * DAY) > 2,
        "some are ten years off"
    );
    assert!(alerts().any(|alert| alert.entities.is_empty()));
    assert!(alerts().any(|alert| alert.entities.len() > 9_999));
    let sorted = scenario.deliveries.is_sorted_by_key(|delivery| delivery.arrives);
    assert!(
        sorted
            && !scenario
                .deliveries
                .is_sorted_by_key(|delivery| delivery.alert.time)
    );
}

#[test]
fn tenants_share_values_and_nothing_else() {
    let catalogue = Catalogue::load().unwrap();
    let scenario = small().generate(&catalogue).unwrap();
    let mut tenants: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for alert in scenario.deliveries.iter().map(|delivery| &delivery.alert) {
        for entity in &alert.entities {
            tenants
                .entry(&entity.key)
                .or_default()
                .insert(alert.tenant.as_str());
        }
    }
    let shared = |kind| {
        tenants
            .iter()
            .filter(|(key, of)| key.kind == kind && of.len() > 1)
            .count()
    };
    assert!(shared(EntityKind::Ip) > 10, "scanners visit everybody");
}

#[test]
fn every_signal_has_rules_that_exist() {
    let catalogue = Catalogue::load().unwrap();
    let plan = Plan {
        tenants: 5,
        each: 4,
        ..Plan::default()
    };
    let (_, _, sightings) = plan.sightings();
    let rules: BTreeSet<&str> = sightings.iter().map(|sighting| sighting.rule).collect();
    assert!(rules.len() > 150, "{}", rules.len());
    for rule in rules {
        catalogue.rule(rule).unwrap();
    }
}

#[test]
fn an_alert_says_what_the_rule_says() {
    let catalogue = Catalogue::load().unwrap();
    let random = Random::new(1);
    let estate = Estate::new(0, 10, &random);
    let host = &estate.hosts[0];
    let sighting = |rule, record: record::Record| Sighting {
        tenant: 0,
        at: START,
        lasted: 0,
        stray: 0,
        rule,
        records: vec![record],
        level: None,
        label: Label {
            source: 0,
            phase: "test",
        },
    };
    let alert = |sighting: &Sighting| {
        let rule = catalogue.rule(sighting.rule).unwrap();
        sighting.alert(rule, &estate.tenant, 1).unwrap()
    };
    let seen = alert(&sighting(
        "alibaba_cloud_firewall/large_upload",
        estate.outbound(host, "203.0.113.7"),
    ));
    let keys: Vec<(String, Role)> = seen
        .entities
        .iter()
        .map(|entity| (entity.key.value.clone(), entity.role))
        .collect();
    let own = format!("{}/{}", estate.account, host.private_ip);
    // A private address is local to its account.
    assert!(keys.contains(&(own, Role::Victim)), "{keys:?}");
    assert!(keys.iter().any(|(value, _)| value == "203.0.113.7"), "{keys:?}");
    assert_eq!(seen.side, model::Side::Network);
    let login = alert(&sighting(
        "alibaba_security_center/password_guessing",
        estate.login(host, "203.0.113.7", "root"),
    ));
    assert!(login.title.en.contains("203.0.113.7"), "{}", login.title.en);
    assert_eq!(login.side, model::Side::Host);
    assert!(!login.tactics.is_empty() && !login.techniques.is_empty());
}
