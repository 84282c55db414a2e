//! Replays of a few alerts, each with one change.

use super::*;
use model::{
    Condition, Entity, EntityKind, LocalText, Origin, Predicate, Role, RuleRef, TenantId,
    condition::Operator, correlation::Shared, whitelist::WhitelistScope,
};

fn alert(number: u128, rule: &str, attacker: &str) -> Alert {
    let time = Time::from_secs(1_795_392_000 + number as i64 * 90);
    Alert {
        id: AlertId::from_bits(number),
        tenant: TenantId::default(),
        time,
        first_time: time,
        rule: RuleRef {
            id: rule.to_owned(),
            version: "1".to_owned(),
        },
        title: LocalText::same(rule),
        origin: Origin::Predefined,
        testing: false,
        side: model::Side::Network,
        level: Level::Medium,
        aggregation: Aggregation::Expert,
        window: None,
        category: "abnormal_web_access".to_owned(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::from(["alibaba/waf".parse().expect("a product")]),
        accounts: BTreeSet::new(),
        entities: vec![Entity::new(EntityKind::Ip, attacker, Role::Attacker, false)],
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

/// Two alerts of one attacker by two rules, and one of another.
fn stored() -> Vec<Alert> {
    vec![
        alert(1, "sqli", "203.0.113.7"),
        alert(2, "xss", "203.0.113.7"),
        alert(3, "sqli", "198.51.100.9"),
    ]
}

fn whitelist(rule: &str) -> Whitelist {
    Whitelist {
        id: "w".to_owned(),
        scope: WhitelistScope::Event,
        condition: Condition {
            conditions: vec![Predicate {
                left: "rule".to_owned(),
                operator: Operator::Equals,
                right: vec![rule.to_owned()],
                not: false,
            }],
            formula: None,
        },
        reason: "a scanner of our own".to_owned(),
        owner: "ada".to_owned(),
        expires_at: None,
    }
}

fn replay(before: &Setup, after: &Setup, proposal: RuleProposal) -> ReplayReport {
    let mut replay = Replay::new(before, after, proposal);
    for (alert, event) in stored().iter().zip([7, 7, 8]) {
        replay.take(alert, Some(EventId::from_bits(event)));
    }
    replay.finish()
}

/// (same, only before, only after, changed)
fn figures(report: &ReplayReport) -> [u64; 4] {
    let events = &report.events;
    [
        events.same,
        events.only_before.total,
        events.only_after.total,
        events.changed.total,
    ]
}

#[test]
fn nothing_proposed_is_nothing_different() {
    let setup = Setup::default();
    let report = replay(&setup, &setup, RuleProposal::Same);
    assert_eq!((report.alerts, figures(&report)), ([3, 3], [2, 0, 0, 0]));
    assert_eq!((report.hidden.count, report.hit.len()), (0, 0));
}

#[test]
fn a_whitelist_hides_alerts_and_events() {
    let (none, some) = (
        Setup::default(),
        Setup {
            whitelists: vec![whitelist("sqli")],
            ..Setup::default()
        },
    );
    let report = replay(&none, &some, RuleProposal::Same);
    assert_eq!(figures(&report), [0, 1, 0, 1]);
    let changed = &report.events.changed.items[0];
    assert_eq!((changed.gained, changed.lost), (0, 1));
    assert_ne!(changed.before.id, changed.after.id, "its opener is gone");
    let hidden = &report.hidden;
    assert_eq!((hidden.count, hidden.samples.len()), (2, 2));
    assert_eq!(
        (hidden.rules.items[0].rule.as_str(), hidden.rules.items[0].alerts),
        ("sqli", 2)
    );
    assert_eq!(
        (hidden.first, hidden.last),
        (Some(stored()[0].time), Some(stored()[2].time))
    );
    let hit = [(7, 1), (8, 1)].map(|(event, alerts)| (EventId::from_bits(event), alerts));
    assert_eq!(report.hit, BTreeMap::from(hit));
    // The other way round it is shown again.
    let report = replay(&some, &none, RuleProposal::Same);
    assert_eq!((report.shown.count, report.hidden.count), (2, 0));
    assert_eq!(figures(&report), [0, 0, 1, 1]);
}

#[test]
fn infrastructure_is_nobodys_attacker_any_more() {
    let shared = |value: &str| Shared {
        kind: EntityKind::Ip,
        value: value.to_owned(),
        note: String::new(),
    };
    let after = Setup {
        correlation: CorrelationSettings {
            infrastructure: vec![shared("203.0.113.0/24")],
            ..CorrelationSettings::default()
        },
        ..Setup::default()
    };
    let report = replay(&Setup::default(), &after, RuleProposal::Same);
    assert_eq!(figures(&report), [1, 0, 1, 1], "{:#?}", report.events);
}

#[test]
fn a_rule_is_treated_in_another_way() {
    let adjusted = |level, aggregation| {
        let adjustment = Adjustment {
            rule: "sqli".to_owned(),
            level,
            aggregation,
            window: None,
        };
        let setup = Setup::default();
        replay(&setup, &setup, RuleProposal::Adjusted(adjustment))
    };
    let worse = adjusted(Some(Level::Serious), None);
    assert_eq!((figures(&worse), worse.rule_alerts), ([0, 0, 0, 2], [2, 2]));
    assert!(
        worse
            .events
            .changed
            .items
            .iter()
            .all(|c| c.after.level == Level::Serious)
    );
    let none = adjusted(None, Some(Aggregation::None));
    assert_eq!((figures(&none), none.hidden.count), ([0, 1, 0, 1], 0));
}

#[test]
fn other_alerts_take_the_place_of_a_rules_from_a_time_on() {
    let replaced = |from: Time, alerts: Vec<Alert>| {
        let replacement = Replacement {
            rules: BTreeSet::from(["sqli".to_owned()]),
            from,
            alerts: alerts.into(),
        };
        let setup = Setup::default();
        replay(&setup, &setup, RuleProposal::Replaced(replacement))
    };
    let start = stored()[0].time;
    let same = vec![stored().remove(0), stored().remove(2)];
    let report = replaced(start, same);
    assert_eq!((figures(&report), report.rule_alerts), ([2, 0, 0, 0], [2, 2]));
    let report = replaced(start, Vec::new());
    assert_eq!((figures(&report), report.rule_alerts), ([0, 1, 0, 1], [2, 0]));
    // The records of the first alert are gone: it stays. Beside the last one there would be a fourth.
    let report = replaced(
        stored()[1].time,
        vec![stored().remove(2), alert(4, "sqli", "192.0.2.1")],
    );
    assert_eq!((figures(&report), report.rule_alerts), ([2, 0, 1, 0], [2, 3]));
}
