//! Laws that hold for any alerts.

use crate::{
    book::{self, Book},
    build::{Shape, alert, cases},
};
use correlate::{Caps, Changes, Patterns, Settings, pattern::find};
use model::{
    Aggregation, Alert, AlertId, Entity, EntityKind, EventId, EventStatus, Level, Role, Side, TenantId, Time,
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Small enough to be reached.
pub const CAPS: Caps = Caps { graph: 12, other: 6 };

/// How a rule of the generator raises alerts: what a rule is stays the same from alert to alert.
fn of_rule(rule: usize, id: u128, secs: i64) -> Alert {
    let base = alert(id, secs, &format!("rule-{rule}"));
    match rule {
        0 | 1 => base,
        2 => base.custom(Aggregation::Window),
        3 => base.custom(Aggregation::Passthrough),
        4 => Alert {
            aggregation: Aggregation::None,
            ..base
        },
        5 => Alert {
            side: Side::Host,
            aggregation: Aggregation::None,
            ..base
        },
        6 => base.graph().tactic("initial-access"),
        7 => base.graph().tactic("execution").level(Level::High),
        _ => base.graph(),
    }
}

fn entity() -> impl Strategy<Value = Entity> {
    let kinds = vec![
        (EntityKind::Host, Role::Victim, 3),
        (EntityKind::Ip, Role::Attacker, 3),
        (EntityKind::Ip, Role::Artefact, 3),
        (EntityKind::Domain, Role::Victim, 2),
        (EntityKind::File, Role::Artefact, 6),
        (EntityKind::Process, Role::Artefact, 6),
        (EntityKind::AccessKey, Role::Artefact, 2),
    ];
    (select(kinds), 0..6usize, any::<bool>()).prop_map(|((kind, role, many), number, malicious)| {
        Entity::new(
            kind,
            &format!("{kind}-{}", number % many),
            role,
            malicious && number == 0,
        )
    })
}

/// Gaps between alerts: mostly within the watermark, some beyond, a few of hours.
fn gap() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 0..30i64, 3 => 30..200i64, 1 => 600..40_000i64]
}

/// An alert to be: gap, rule, entities, random bits of its id, tenant.
type Draft = (i64, usize, Vec<Entity>, u64, usize);

/// Alerts of all kinds.
fn mixed() -> impl Strategy<Value = Vec<Draft>> {
    vec(
        (gap(), 0..10usize, vec(entity(), 0..5), any::<u64>(), 0..6usize),
        1..80,
    )
}

/// Host-side alerts with many files and processes: events that are bridged, merged and filled all the time.
fn tangled() -> impl Strategy<Value = Vec<Draft>> {
    let kind = select(vec![EntityKind::File, EntityKind::Process]);
    let thing = (kind, 0..12usize)
        .prop_map(|(kind, n)| Entity::new(kind, &format!("{kind}-{n}"), Role::Artefact, false));
    vec(
        (0..40i64, 6..10usize, vec(thing, 1..5), any::<u64>(), Just(1usize)),
        1..80,
    )
}

/// Alerts in the order of (time, id).
pub fn alerts() -> impl Strategy<Value = Vec<Alert>> {
    prop_oneof![mixed(), tangled()].prop_map(ordered)
}

fn ordered(drafts: Vec<Draft>) -> Vec<Alert> {
    let mut secs = 0;
    let mut alerts: Vec<Alert> = Vec::new();
    for (gap, rule, entities, random, tenant) in drafts {
        secs += gap;
        // Ids are hashes in life: their order has nothing to do with time.
        let mut one = of_rule(rule, u128::from(random) << 32 | alerts.len() as u128, secs);
        one.entities = entities;
        one.entities.sort();
        one.entities.dedup();
        if tenant == 0 {
            one.tenant = TenantId::new("other");
        }
        alerts.push(one);
    }
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    alerts
}

/// The order in which the alerts arrive when each is up to two minutes late.
pub fn arrival(alerts: &[Alert], delays: &[u64]) -> Vec<(Time, Alert)> {
    let delay = |i: usize| Duration::from_millis(delays[i % delays.len()]);
    let mut arrival: Vec<(Time, Alert)> = alerts
        .iter()
        .enumerate()
        .map(|(i, alert)| (alert.time.plus(delay(i)), alert.clone()))
        .collect();
    arrival.sort_by_key(|(now, alert)| (*now, alert.id));
    arrival
}

/// Small caps, and patterns over rules of all methods: one of alerts that give no event but as part of it.
pub fn settings(caps: Caps) -> Settings {
    let step = |rules: [usize; 2], at_least: u32| {
        let rules = rules.map(|rule| format!("rule-{rule}"));
        json!({
            "name": {"en": "s", "zh": "s"}, "at_least": at_least,
            "when": {"conditions": [{"left": "rule", "operator": "in", "right": rules}]},
        })
    };
    let pattern = |id: &str, join: serde_json::Value, steps: Vec<serde_json::Value>| {
        let text = json!({"en": id, "zh": id});
        let pattern = json!({
            "id": id, "title": text, "description": text, "within": "10m", "join": join, "steps": steps,
        });
        serde_json::from_value(pattern).unwrap()
    };
    let patterns = vec![
        pattern(
            "waits",
            json!(["ip", "file"]),
            vec![step([4, 4], 2), step([4, 8], 1)],
        ),
        pattern(
            "across",
            json!(["host", "process"]),
            vec![step([0, 4], 1), step([5, 6], 1), step([2, 7], 1)],
        ),
    ];
    Settings {
        patterns: Patterns::new(patterns).unwrap(),
        ..book::settings(caps)
    }
}

pub fn run(arrival: &[(Time, Alert)]) -> (Book, Vec<Changes>) {
    let mut book = Book::new(settings(CAPS));
    let changes = arrival
        .iter()
        .map(|(now, alert)| book.alert(alert, *now))
        .collect();
    (book, changes)
}

pub fn delays() -> impl Strategy<Value = Vec<u64>> {
    vec(0..=120_000u64, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(500)))]

    #[test]
    fn every_alert_has_one_outcome_and_a_reason(alerts in alerts(), delays in delays()) {
        let mut book = Book::new(settings(CAPS));
        let mut sofar: Vec<Alert> = Vec::new();
        for (now, alert) in arrival(&alerts, &delays) {
            book.alert(&alert, now);
            sofar.push(alert);
            book.check(&sofar, CAPS);
        }
        for event in book.events.values() {
            prop_assert!(event.title.en.len() > 1 && !event.title.zh.is_empty());
        }
    }

    #[test]
    fn redelivery_changes_nothing(alerts in alerts(), delays in delays()) {
        let (once, _) = run(&arrival(&alerts, &delays));
        let mut book = Book::new(settings(CAPS));
        let arrival = arrival(&alerts, &delays);
        for (i, (now, alert)) in arrival.iter().enumerate() {
            book.alert(alert, *now);
            for (_, again) in [&arrival[i], &arrival[i / 2], &arrival[0]] {
                prop_assert_eq!(book.alert(again, *now), Changes::default());
            }
        }
        prop_assert_eq!(&book.members, &once.members);
        prop_assert_eq!(&book.events, &once.events);
    }

    #[test]
    fn order_within_the_watermark_changes_no_set(alerts in alerts(), delays in delays()) {
        let (in_order, _) = run(&arrival(&alerts, &[0]));
        let (shuffled, _) = run(&arrival(&alerts, &delays));
        prop_assert_eq!(in_order.sets(), shuffled.sets());
        prop_assert_eq!(in_order.folds(), shuffled.folds());
        let outcome = |book: &Book| book.refused.clone();
        prop_assert_eq!(outcome(&in_order), outcome(&shuffled));
    }

    #[test]
    fn one_attacker_is_one_event_in_any_order(
        who in vec(0..4u8, 1..60),
        delays in delays(),
    ) {
        let alerts: Vec<Alert> = who.iter().zip(0i64..).map(|(who, n)| {
            alert(n as u128 + 1, n * 7, &format!("rule-{}", n % 3)).by(&format!("203.0.113.{who}")).site("shop.example")
        }).collect();
        let mut book = Book::new(settings(Caps::default()));
        for (now, alert) in arrival(&alerts, &delays) {
            book.alert(&alert, now);
        }
        let mut by_attacker: BTreeMap<u8, EventId> = BTreeMap::new();
        for (who, alert) in who.iter().zip(&alerts) {
            let event = book.members[&alert.id].event;
            prop_assert_eq!(*by_attacker.entry(*who).or_insert(event), event);
        }
        prop_assert_eq!(book.events.len(), by_attacker.len());
        prop_assert_eq!(book.opened.len(), by_attacker.len());
    }

    #[test]
    fn a_handled_event_never_grows(
        alerts in alerts(),
        handled in vec((0..80usize, select(EventStatus::ALL.to_vec())), 0..20),
    ) {
        let mut book = Book::new(settings(CAPS));
        let mut frozen: BTreeMap<EventId, Vec<AlertId>> = BTreeMap::new();
        let members = |book: &Book, event: EventId| -> Vec<AlertId> {
            book.members.values().filter(|m| m.event == event).map(|m| m.alert).collect()
        };
        for (i, alert) in alerts.iter().enumerate() {
            book.alert(alert, alert.time);
            for (_, status) in handled.iter().filter(|(at, _)| *at == i) {
                let Some(event) = book.events.keys().nth(i % book.events.len().max(1)).copied() else { continue };
                book.status(event, *status);
                if status.accepts_new_alerts() {
                    frozen.remove(&event);
                } else {
                    frozen.insert(event, members(&book, event));
                }
            }
            for (event, before) in &frozen {
                prop_assert_eq!(&members(&book, *event), before);
            }
        }
        book.check(&alerts, CAPS);
    }

    #[test]
    fn a_restart_changes_nothing(alerts in alerts(), delays in delays(), at in any::<prop::sample::Index>()) {
        let arrival = arrival(&alerts, &delays);
        let at = at.index(arrival.len());
        let (book, changes) = run(&arrival);
        let (mut restarted, _) = run(&arrival[..at]);
        let bytes = restarted.correlator.snapshot();
        restarted = Book { correlator: correlate::Correlator::new(settings(CAPS)), ..restarted };
        restarted.correlator.restore(&bytes).unwrap();
        prop_assert_eq!(&restarted.correlator.snapshot(), &bytes);
        let after: Vec<Changes> = arrival[at..].iter().map(|(now, alert)| restarted.alert(alert, *now)).collect();
        prop_assert_eq!(&after[..], &changes[at..]);
        prop_assert_eq!(restarted.correlator.snapshot(), book.correlator.snapshot());
    }

    #[test]
    fn the_same_input_gives_the_same_output(alerts in alerts(), delays in delays()) {
        let arrival = arrival(&alerts, &delays);
        prop_assert_eq!(run(&arrival).1, run(&arrival).1);
    }

    #[test]
    fn batches_change_nothing(alerts in alerts(), size in 1..30usize) {
        let (one_by_one, _) = run(&arrival(&alerts, &[0]));
        let mut batched = Book::new(settings(CAPS));
        for batch in alerts.chunks(size) {
            let changes = batched.correlator.alerts(batch, batch[batch.len() - 1].time);
            batched.read(&changes);
        }
        prop_assert_eq!(&batched.members, &one_by_one.members);
        prop_assert_eq!(&batched.events, &one_by_one.events);
        prop_assert_eq!(&batched.refused, &one_by_one.refused);
    }

    #[test]
    fn what_completes_a_pattern_is_one_event(drafts in vec(
        (0..60i64, select(vec![0usize, 2, 4, 5, 6, 7, 8]), vec(entity(), 1..4), any::<u64>(), Just(1usize)),
        1..30,
    ), delays in delays()) {
        let mut alerts = ordered(drafts);
        // No two fold: the reference knows nothing of that.
        for (n, alert) in alerts.iter_mut().enumerate() {
            alert.rule.version = n.to_string();
        }
        let settings = settings(Caps::default());
        let mut book = Book::new(settings.clone());
        for (now, alert) in arrival(&alerts, &delays) {
            book.alert(&alert, now);
        }
        let event = |alert: &AlertId| book.members.get(alert).map(|m| m.event);
        // What is ours never makes two attackers one, not even where a pattern is tied by it.
        let attackers: BTreeSet<_> = alerts.iter().flat_map(|a| &a.entities).filter(|e| e.role == Role::Attacker).collect();
        let ours: BTreeSet<_> = (alerts.iter().flat_map(|a| &a.entities))
            .filter(|e| e.role != Role::Attacker && e.key.kind != EntityKind::Ip || e.role == Role::Victim)
            .map(|e| &e.key)
            .collect();
        let (mut matched, mut left_open) = (BTreeSet::new(), BTreeSet::new());
        for (_, pattern) in settings.patterns.iter() {
            for found in find(pattern, &alerts) {
                let members = found.steps.iter().flatten().copied();
                if attackers.len() > 1 && found.shared.iter().any(|key| ours.contains(key)) {
                    left_open.extend(members);
                    continue;
                }
                let events: Vec<_> = members.clone().map(|alert| event(&alert)).collect();
                prop_assert!(events[0].is_some() && events.iter().all(|e| *e == events[0]), "{:?} {:?}", found, events);
                matched.extend(members);
            }
        }
        // What gives no event by itself is in one if and only if it is of a match.
        for alert in alerts.iter().filter(|alert| alert.rule.id == "rule-4" && !left_open.contains(&alert.id)) {
            prop_assert_eq!(event(&alert.id).is_some(), matched.contains(&alert.id));
        }
    }

    #[test]
    fn merge_then_split_is_identity(alerts in alerts(), pair in any::<(prop::sample::Index, prop::sample::Index)>()) {
        let (mut book, _) = run(&arrival(&alerts, &[0]));
        if book.events.is_empty() {
            return Ok(());
        }
        let ids: Vec<EventId> = book.events.keys().copied().collect();
        let pair = [*pair.0.get(&ids), *pair.1.get(&ids)];
        let (members, events, merged) = (book.members.clone(), book.events.clone(), book.merged.clone());
        let Ok((whole, changes)) = book.correlator.merge(&pair, "ann") else {
            return Ok(());
        };
        book.read(&changes);
        book.check(&alerts, Caps { graph: 24, other: 24 });
        let by_hand = |m: &&model::Membership| matches!(m.reason, model::LinkReason::ByHand { .. });
        let cut = book.members.values().find(by_hand).map(|m| (m.alert, m.reason.alert().unwrap()));
        let (off, changes) = book.correlator.split(whole, &[cut.unwrap()]).unwrap();
        book.read(&changes);
        prop_assert!(pair.contains(&off[0]) && pair.contains(&whole));
        prop_assert_eq!(&book.members, &members);
        prop_assert_eq!(&book.events, &events);
        prop_assert_eq!(&book.merged, &merged);
    }

    #[test]
    fn garbage_is_no_snapshot(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(correlate::Correlator::default().restore(&bytes).is_err());
    }
}

/// A late alert before all others, whose event takes theirs in.
#[test]
fn a_late_alert_can_take_over_the_event_of_others() {
    let shares = |id: u128, what: &[(EntityKind, &str)]| {
        what.iter()
            .fold(alert(id, 0, "rule-6").graph(), |alert, (kind, value)| {
                alert.with(*kind, value, Role::Artefact)
            })
    };
    let (file, process) = (EntityKind::File, EntityKind::Process);
    let late = shares(0, &[(process, "p2"), (process, "p8")]);
    let alerts = [
        shares(1, &[(file, "f2"), (file, "f4")]),
        shares(2, &[(file, "f2"), (process, "p2")]),
        shares(3, &[(file, "f2"), (file, "f4"), (process, "p8")]),
        late,
    ];
    let mut book = Book::new(settings(CAPS));
    for (number, alert) in alerts.iter().enumerate() {
        book.alert(
            alert,
            alert.time.plus(Duration::from_secs(36 * (number as u64 / 3))),
        );
        book.check(&alerts[..=number], CAPS);
    }
}
