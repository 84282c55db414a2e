//! A state made from what a reader of the changes knows is as good as the one that made it.

use crate::{
    book::Book,
    build::{Shape, alert, at, cases},
    properties::{CAPS, alerts, arrival, delays, run, settings},
};
use correlate::{Arrival, Correlator, KeptEvent, Outcome};
use model::{Alert, AlertId, EventId, EventStatus, SecurityEvent, TenantId, Time};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The reader's book with a correlator made from it alone.
fn adopted(book: &Book, seen: &[(Time, Alert)]) -> Book {
    let mut correlator = Correlator::new(settings(CAPS));
    let mut seen = seen.to_vec();
    seen.sort_by_key(|(_, alert)| (alert.time, alert.id));
    let tenants: BTreeSet<&TenantId> = seen.iter().map(|(_, alert)| &alert.tenant).collect();
    for tenant in tenants {
        let events = book.events.values().filter(|event| event.tenant == *tenant);
        let events = events.map(|event| KeptEvent {
            id: event.id,
            method: event.method,
            status: event.status,
            owner: None,
            continues: event.continues,
        });
        let mut adoption = correlator.adopt(tenant.clone(), events);
        for (now, alert) in seen.iter().filter(|(_, alert)| alert.tenant == *tenant) {
            let joined = book.members.get(&alert.id).map(|m| Outcome::Joined(m.clone()));
            let refused = book.refused.get(&alert.id).map(|r| Outcome::NoEvent(*r, None));
            adoption.alert(&Arrival::new(alert, *now), joined.or(refused).as_ref());
        }
        adoption.finish([]);
    }
    Book {
        correlator,
        members: book.members.clone(),
        refused: book.refused.clone(),
        events: book.events.clone(),
        merged: book.merged.clone(),
        opened: book.opened.clone(),
    }
}

/// What an event says but for the order of names in its reasons: that is the order in which alerts arrived.
fn facts(event: &SecurityEvent, status: EventStatus) -> SecurityEvent {
    SecurityEvent {
        level_reasons: Vec::new(),
        score_reasons: Vec::new(),
        status,
        ..event.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(128)))]
    #[test]
    fn every_event_is_what_it_was(alerts in alerts(), delays in delays()) {
        let arrival = arrival(&alerts, &delays);
        let (before, _) = run(&arrival);
        let mut after = adopted(&before, &arrival);
        let ids: Vec<EventId> = before.events.keys().copied().collect();
        for id in ids {
            after.status(id, EventStatus::Handling);
            let (found, expected) = (&after.events[&id], &before.events[&id]);
            prop_assert_eq!(facts(found, EventStatus::Handling), facts(expected, EventStatus::Handling));
            prop_assert_eq!(found.status, EventStatus::Handling);
        }
        prop_assert_eq!(after.events.len(), before.events.len());
    }

    #[test]
    fn it_goes_on_by_the_same_laws(alerts in alerts(), delays in delays(), at in any::<prop::sample::Index>()) {
        let arrival = arrival(&alerts, &delays);
        let at = at.index(arrival.len());
        let (before, _) = run(&arrival[..at]);
        let mut after = adopted(&before, &arrival[..at]);
        for (now, alert) in &arrival[..at] {
            let changes = after.alert(alert, *now);
            prop_assert_eq!(changes, correlate::Changes::default(), "an alert that is known changes nothing");
        }
        for (now, alert) in &arrival[at..] {
            after.alert(alert, *now);
        }
        after.check(&alerts, CAPS);
    }

    #[test]
    fn bytes_go_on_from_there(alerts in alerts()) {
        let arrival = arrival(&alerts, &[0]);
        let (before, _) = run(&arrival);
        let made = adopted(&before, &arrival);
        let bytes = made.correlator.snapshot();
        let mut restored = Correlator::new(settings(CAPS));
        restored.restore(&bytes).unwrap();
        prop_assert_eq!(restored.snapshot(), bytes);
    }
}

/// Seconds apart, so that nothing folds, by one attacker.
fn attacks(numbers: std::ops::Range<u128>) -> Vec<Alert> {
    numbers
        .map(|n| alert(n, n as i64 * 100, "rule-0").by("203.0.113.7"))
        .collect()
}

fn with_times(alerts: &[Alert]) -> Vec<(Time, Alert)> {
    alerts.iter().map(|alert| (alert.time, alert.clone())).collect()
}

#[test]
fn the_next_alert_joins_the_event_that_was_there() {
    let alerts = attacks(1..4);
    let before = Book::of(&alerts[..2]);
    let mut after = adopted(&before, &with_times(&alerts[..2]));
    after.alert(&alerts[2], alerts[2].time);
    assert_eq!(after.events.len(), 1);
    assert_eq!(after.event(&alerts[2]).alert_count, 3);
    assert_eq!(after.event(&alerts[2]).id, before.event(&alerts[0]).id);
}

#[test]
fn a_handled_event_stays_as_it_is_and_is_continued() {
    let alerts = attacks(1..5);
    let mut before = Book::of(&alerts[..2]);
    let handled = before.event(&alerts[0]).id;
    before.status(handled, EventStatus::Handled);
    let mut after = adopted(&before, &with_times(&alerts[..2]));
    after.alert(&alerts[2], alerts[2].time);
    let next = after.event(&alerts[2]).clone();
    assert_eq!(next.continues, Some(handled));
    // And once more from there: the continuation is found, not the event it continues.
    let mut again = adopted(&after, &with_times(&alerts[..3]));
    again.alert(&alerts[3], alerts[3].time);
    assert_eq!(again.event(&alerts[3]).id, next.id);
    assert_eq!(again.events[&handled].alert_count, 2);
}

#[test]
fn what_an_analyst_took_apart_is_not_merged() {
    let graph = |id: u128, secs: i64, files: &[&str]| {
        let alert = alert(id, secs, &format!("rule-{id}")).graph();
        files.iter().fold(alert, |alert, file| {
            alert.with(model::EntityKind::File, file, model::Role::Artefact)
        })
    };
    let (one, other) = (graph(1, 0, &["a", "b"]), graph(2, 100, &["c", "d"]));
    let bridge = graph(3, 200, &["a", "b", "c", "d"]);
    let book = Book::of(&[one.clone(), other.clone()]);
    assert_eq!(book.events.len(), 2);
    for apart in [false, true] {
        let mut correlator = Correlator::new(settings(CAPS));
        let events = book.events.values().map(|event| KeptEvent {
            id: event.id,
            method: event.method,
            status: event.status,
            owner: None,
            continues: None,
        });
        let mut adoption = correlator.adopt(TenantId::default(), events);
        for alert in [&one, &other] {
            let joined = Outcome::Joined(book.members[&alert.id].clone());
            adoption.alert(&Arrival::new(alert, alert.time), Some(&joined));
        }
        let marks: Vec<(AlertId, AlertId)> = apart.then_some((one.id, other.id)).into_iter().collect();
        adoption.finish(marks);
        let changes = correlator.alert(&bridge, at(200));
        let standing = changes
            .events
            .iter()
            .filter(|c| c.kind == correlate::EventChangeKind::Updated);
        let merged = changes
            .events
            .iter()
            .filter(|c| matches!(c.kind, correlate::EventChangeKind::Merged { .. }));
        assert_eq!(
            (standing.count(), merged.count()),
            (1, usize::from(!apart)),
            "{changes:?}"
        );
    }
}
