//! What readers see when an alert comes late.

use crate::{
    book::{Book, settings},
    build::{Shape, alert, at},
};
use correlate::{Caps, EventChangeKind};
use model::{Alert, EntityKind, Role};

#[test]
fn an_event_keeps_its_id_when_an_earlier_alert_comes_late() {
    let (early, late) = (
        alert(1, 10, "sqli").by("203.0.113.7"),
        alert(2, 0, "scan").by("203.0.113.7"),
    );
    let mut book = Book::new(settings(Caps::default()));
    book.alert(&early, at(10));
    let id = book.members[&early.id].event;
    let changes = book.alert(&late, at(20));
    book.check(&[early.clone(), late.clone()], Caps::default());
    assert_eq!(book.event(&late).id, id);
    assert_eq!(book.opened, [id], "nothing is triggered twice");
    assert!(
        changes
            .events
            .iter()
            .all(|change| change.kind == EventChangeKind::Updated)
    );
    assert_eq!(book.event(&late).first_time, at(0));
}

#[test]
fn a_late_alert_that_ties_two_events_merges_them() {
    let file = |alert: Alert, hash: &str| alert.with(EntityKind::File, hash, Role::Artefact);
    let one = file(file(alert(1, 0, "a").graph().on("web-1"), "f1"), "f2");
    let two = file(file(alert(2, 50, "a").graph().on("web-2"), "f3"), "f4");
    let late = file(
        file(
            file(file(alert(3, 40, "b").graph().on("web-3"), "f1"), "f2"),
            "f3",
        ),
        "f4",
    );
    let mut book = Book::new(settings(Caps::default()));
    for alert in [&one, &two, &late] {
        book.alert(alert, at(60));
    }
    book.check(&[one.clone(), two.clone(), late.clone()], Caps::default());
    assert_eq!(book.events.len(), 1);
    assert_eq!(book.opened.len(), 2);
    assert_eq!(book.merged.values().next(), Some(&book.members[&one.id].event));
}

#[test]
fn a_late_alert_can_split_an_event() {
    // A full event: the late alert takes the second place, the third moves to a continuation.
    let caps = Caps { graph: 2, other: 2 };
    let scan = |id, secs| alert(id, secs, &format!("r{id}")).by("203.0.113.7");
    let alerts = [scan(1, 0), scan(2, 10), scan(3, 5)];
    let mut book = Book::new(settings(caps));
    for alert in &alerts {
        book.alert(alert, at(20));
    }
    book.check(&alerts, caps);
    assert_eq!(
        book.members[&alerts[0].id].event,
        book.members[&alerts[2].id].event
    );
    assert_eq!(book.event(&alerts[1]).continues, Some(book.event(&alerts[0]).id));
    assert_eq!(book.opened.len(), 1, "a split triggers nothing");
}

#[test]
fn a_late_repeat_closes_the_gap_between_two_folds() {
    let scan = |id, secs| alert(id, secs, "scan").by("203.0.113.7");
    let alerts = [scan(1, 0), scan(2, 100), scan(3, 50)];
    let mut book = Book::new(settings(Caps::default()));
    for alert in &alerts {
        book.alert(alert, at(100));
    }
    book.check(&alerts, Caps::default());
    assert_eq!(book.folds().len(), 1);
}

#[test]
fn a_flood_is_left_in_its_order_of_arrival() {
    let scan = |id: u128, millis: i64| Alert {
        time: model::Time::from_millis(at(0).millis() + millis),
        ..alert(id, 0, &format!("r{id}")).by("203.0.113.7")
    };
    let mut alerts: Vec<Alert> = (0..1500).map(|i| scan(i + 2, i as i64 + 1)).collect();
    alerts.push(scan(1, 0));
    let mut book = Book::new(settings(Caps::default()));
    book.correlator.alerts(&alerts, at(10));
    assert_eq!(book.correlator.counters().unordered, 1);
}
