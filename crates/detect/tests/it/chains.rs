//! Rules over two products, `content/rules/attack_chain`: what their alerts tell, whichever log came last.

use crate::content::{alerts, shipped};
use detect::RuleInfo;
use model::{Alert, EntityKind, Role};
use std::{collections::BTreeSet, net::IpAddr};

fn chains(set: &detect::RuleSet) -> Vec<&RuleInfo> {
    set.rules()
        .filter(|rule| rule.file.starts_with("rules/attack_chain/"))
        .collect()
}

#[test]
fn each_rule_is_tested_over_two_products_and_leaves_one_of_them_alone() {
    let (_, set) = shipped();
    let chains = chains(&set);
    assert!(chains.len() >= 8, "{}", chains.len());
    for rule in chains {
        let products = |wanted: bool| {
            let tests = rule.tests.iter().filter(move |test| (test.alerts > 0) == wanted);
            tests.map(|test| {
                test.logs
                    .iter()
                    .map(|log| &log.source)
                    .collect::<BTreeSet<_>>()
                    .len()
            })
        };
        assert!(
            products(true).any(|n| n > 1) && products(false).any(|n| n > 1),
            "{}",
            rule.file
        );
    }
}

#[test]
fn an_alert_names_attacker_and_host_and_blames_nobody_of_ours() {
    let (catalogue, set) = shipped();
    for rule in chains(&set) {
        for test in rule.tests.iter().filter(|test| test.alerts > 0) {
            let place = format!("{}:{}", rule.file, test.line);
            let mut logs = test.logs.clone();
            check(&place, &alerts(&catalogue, &set, rule, &logs).unwrap());
            // The logs of two products come in any order.
            logs.reverse();
            check(&place, &alerts(&catalogue, &set, rule, &logs).unwrap());
        }
    }
}

#[track_caller]
fn check(place: &str, alerts: &[Alert]) {
    assert_eq!(alerts.len(), 1, "{place}");
    let alert = &alerts[0];
    for title in [&alert.title.en, &alert.title.zh] {
        assert!(
            !title.split(' ').any(|word| word == "-") && !title.contains('$'),
            "{place}: {title}"
        );
    }
    let has = |kind: EntityKind, role: Role| {
        let mut entities = alert.entities.iter();
        entities.any(|entity| entity.key.kind == kind && entity.role == role)
    };
    assert!(
        has(EntityKind::Ip, Role::Attacker),
        "{place}: {:#?}",
        alert.entities
    );
    assert!(
        has(EntityKind::Host, Role::Victim),
        "{place}: {:#?}",
        alert.entities
    );
    for entity in &alert.entities {
        let address = entity.key.value.rsplit('/').next().unwrap().parse::<IpAddr>();
        let blamed = entity.role == Role::Attacker || entity.malicious;
        let attacker = |address: IpAddr| address.to_string().starts_with("203.0.113.");
        assert!(
            !blamed || address.is_ok_and(attacker) || entity.key.kind != EntityKind::Ip,
            "{place}: {entity:?}"
        );
    }
}
