//! The scorer on cases that can be counted by hand.

use super::*;
use crate::scenario::{Label, Source};
use model::{
    Aggregation, Alert, Entity, EntityKind, Level, LinkReason, LocalText, Origin, Role, RuleRef, Side, Time,
    limits,
};

/// An alert of a rule on a host, some seconds after the beginning.
fn alert(id: u128, secs: i64, rule: &str, host: &str) -> Alert {
    Alert {
        id: AlertId::from_bits(id),
        tenant: TenantId::default(),
        time: Time::from_secs(secs),
        first_time: Time::from_secs(secs),
        rule: RuleRef {
            id: rule.to_owned(),
            version: "1".to_owned(),
        },
        title: LocalText::same(rule),
        origin: Origin::Predefined,
        testing: false,
        side: Side::Host,
        level: Level::Medium,
        aggregation: Aggregation::GraphCompute,
        window: None,
        category: String::new(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::new(),
        accounts: BTreeSet::new(),
        entities: vec![Entity::new(EntityKind::Host, host, Role::Victim, false)],
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

fn event(number: u128) -> SecurityEvent {
    SecurityEvent {
        id: EventId::from_bits(number),
        tenant: TenantId::default(),
        title: LocalText::same(""),
        description: LocalText::same(""),
        level: Level::Medium,
        level_reasons: Vec::new(),
        score: 40,
        score_reasons: Vec::new(),
        method: Aggregation::GraphCompute,
        side: Side::Host,
        status: model::EventStatus::Unhandled,
        first_time: Time::default(),
        last_time: Time::default(),
        alert_count: 1,
        raw_alert_count: 1,
        tactics: BTreeMap::new(),
        techniques: BTreeSet::new(),
        products: BTreeSet::new(),
        accounts: BTreeSet::new(),
        entities: Vec::new(),
        continues: None,
    }
}

/// A case: alerts, each with its source and its event.
struct Case {
    deliveries: Vec<Delivery>,
    truth: Truth,
    verdicts: Verdicts,
}

impl Case {
    /// Sources 0 and 1 are attacks, 2 is noise.
    fn of(alerts: Vec<(Alert, usize, Option<u128>)>) -> Self {
        let source = |attack| Source {
            kind: if attack { "attack" } else { "noise" },
            tenant: 0,
            attack,
        };
        let mut case = Self {
            deliveries: Vec::new(),
            truth: Truth {
                sources: vec![source(true), source(true), source(false)],
                ..Truth::default()
            },
            verdicts: Verdicts::default(),
        };
        for (alert, source, in_event) in alerts {
            let key = (alert.tenant.clone(), alert.id);
            let label = Label {
                source,
                phase: "phase",
            };
            case.truth.labels.insert(key.clone(), label);
            if let Some(number) = in_event {
                let membership = Membership {
                    event: EventId::from_bits(number),
                    alert: alert.id,
                    folded_into: alert.id,
                    reason: LinkReason::Opened,
                    also: Vec::new(),
                };
                case.verdicts.events.insert(membership.event, event(number));
                case.verdicts.alerts.insert(key, Verdict::Joined(membership));
            }
            case.deliveries.push(Delivery {
                arrives: alert.time,
                alert,
            });
        }
        case
    }

    fn score(&self) -> Quality {
        score(&self.deliveries, &self.truth, &self.verdicts, 1)
    }

    fn because(&mut self, id: u128, reason: LinkReason) {
        let key = (TenantId::default(), AlertId::from_bits(id));
        if let Some(Verdict::Joined(membership)) = self.verdicts.alerts.get_mut(&key) {
            membership.reason = reason;
        }
    }
}

#[test]
fn pairs_are_counted_by_hand() {
    // One incident of four units: three together with one unit of noise, one apart with the other incident.
    let quality = Case::of(vec![
        (alert(1, 0, "a", "h"), 0, Some(1)),
        (alert(2, 1, "b", "h"), 0, Some(1)),
        (alert(3, 2, "c", "h"), 0, Some(1)),
        (alert(4, 3, "d", "other"), 0, Some(2)),
        (alert(5, 4, "e", "h"), 1, Some(2)),
        (alert(6, 5, "f", "h"), 2, Some(1)),
        (alert(7, 6, "g", "h"), 2, Some(3)),
    ])
    .score();
    let one = &quality.incidents[0];
    assert_eq!((one.units, one.events), (4, 2));
    assert_eq!((one.pairs, one.together, one.reachable), (6.0, 3.0, 3.0));
    assert_eq!((one.strangers, one.strangers_of_attacks), (4.0, 1.0));
    assert!((one.precision() - 3.0 / 7.0).abs() < 1e-9);
    assert!((one.b3_precision - (3.0 * 0.75 + 0.5) / 4.0).abs() < 1e-9);
    assert!((one.b3_recall - (3.0 * 0.75 + 0.25) / 4.0).abs() < 1e-9);
    assert_eq!(one.phases["phase"], (1, 4));
    assert_eq!(
        (quality.attack_units, quality.noise_units, quality.noise_events),
        (5, 2, 1)
    );
    assert_eq!(quality.noise_in_attacks["noise"], 1);
    assert_eq!(quality.false_merges[&("attack", "attack")], 1);
    assert_eq!(quality.lost, 0);
}

#[test]
fn repeats_are_one_unit_and_what_is_by_design_is_none() {
    let mut case = Case::of(vec![
        (alert(1, 0, "a", "h"), 0, Some(1)),
        (alert(2, 60, "a", "h"), 0, Some(1)),
        (alert(3, 121, "a", "h"), 0, Some(1)),
        (alert(4, 200, "b", "h"), 0, None),
        (alert(5, 300, "c", "h"), 0, None),
    ]);
    let key = |id| (TenantId::default(), AlertId::from_bits(id));
    case.verdicts
        .alerts
        .insert(key(4), Verdict::Apart(NoEventReason::NoPolicy));
    let quality = case.score();
    assert_eq!(limits::FOLD_GAP.as_secs(), 60);
    // Two units of the repeats, and the one that nobody said anything about.
    assert_eq!(quality.incidents[0].units, 3);
    assert_eq!((quality.by_design, quality.lost), (1, 1));
}

#[test]
fn merged_and_continued_events_are_one() {
    let mut case = Case::of(vec![
        (alert(1, 0, "a", "h"), 0, Some(1)),
        (alert(2, 1, "b", "h"), 0, Some(2)),
        (alert(3, 2, "c", "h"), 0, Some(3)),
    ]);
    let id = EventId::from_bits;
    case.verdicts.merged.insert(id(2), id(1));
    case.verdicts.events.get_mut(&id(3)).unwrap().continues = Some(id(2));
    let quality = case.score();
    assert_eq!(quality.incidents[0].events, 1);
    assert!((quality.incidents[0].together - 3.0).abs() < 1e-9);
}

#[test]
fn a_reason_has_to_be_true() {
    let mut case = Case::of(vec![
        (alert(1, 0, "a", "h"), 0, Some(1)),
        (alert(2, 1, "b", "h"), 0, Some(1)),
        (alert(3, 2, "c", "h"), 0, Some(1)),
        (alert(4, 3, "a", "h"), 0, Some(1)),
        (alert(5, 4, "a", "elsewhere"), 0, Some(2)),
    ]);
    let shares = |other: u128, host: &str, score| LinkReason::Shares {
        alert: AlertId::from_bits(other),
        entities: vec![model::SharedEntity {
            key: model::EntityKey::new(EntityKind::Host, host),
            weight: score,
            base: 0.7,
            rarity: 1.0,
            decay: 1.0,
        }],
        score,
    };
    case.because(2, shares(1, "h", 1.2));
    case.because(3, shares(1, "elsewhere", 1.2));
    case.because(
        4,
        LinkReason::Repeats {
            alert: AlertId::from_bits(1),
        },
    );
    case.because(5, shares(1, "h", 1.2));
    let explained = case.score().explained;
    assert_eq!((explained.joined, explained.truly), (4, 2));
    assert_eq!(explained.faults["names what only one has"], 1);
    assert_eq!(explained.faults["refers to an alert of another event"], 1);
}

#[test]
fn an_event_of_another_tenant_is_seen() {
    let mut case = Case::of(vec![(alert(1, 0, "a", "h"), 0, Some(1))]);
    case.verdicts
        .events
        .get_mut(&EventId::from_bits(1))
        .unwrap()
        .tenant = TenantId::new("other");
    assert_eq!(case.score().cross_tenant, 1);
}
