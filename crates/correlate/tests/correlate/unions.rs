//! Which events become one, which stay apart, and what goes on in a continuation.

use crate::{
    book::{Book, check, events_of, settings},
    build::{Shape, alert, at},
};
use correlate::Caps;
use model::{Alert, EntityKind, EventStatus, LinkReason, Role};

/// Two events, each of one host, and an alert that ties them together by two files or one.
fn bridge(files: &[&str]) -> Vec<Alert> {
    let file = |alert: Alert, hash: &str| alert.with(EntityKind::File, hash, Role::Artefact);
    let mut last = alert(9, 100, "c").graph().on("web-3");
    for hash in files {
        last = file(last, hash);
    }
    vec![
        file(file(alert(1, 0, "a").graph().on("web-1"), "f1"), "f2"),
        file(file(alert(2, 1, "a").graph().on("web-2"), "f3"), "f4"),
        last,
    ]
}

#[test]
fn only_a_strong_bridge_merges() {
    let weak = check(&bridge(&["f1", "f3"]), &[0, 1, 0]);
    assert!(weak.merged.is_empty());
    let alerts = bridge(&["f1", "f2", "f3", "f4"]);
    let strong = check(&alerts, &[0, 0, 0]);
    // The oldest survives; the opener of the other now hangs on the bridge.
    let (_, into) = strong.merged.first_key_value().unwrap();
    assert_eq!(*into, strong.members[&alerts[0].id].event);
    let LinkReason::Shares { alert, .. } = strong.reason(&alerts[1]) else {
        panic!("{:?}", strong.reason(&alerts[1]))
    };
    assert_eq!(*alert, alerts[2].id);
}

#[test]
fn a_host_of_ours_that_both_used_makes_no_two_attackers_one() {
    const HOUR: i64 = 3600;
    let inner = "1000/10.0.0.5";
    let from = |id, secs, ip: &str, host: &str| alert(id, secs, &format!("r{id}")).graph().by(ip).on(host);
    let reaches = |alert: Alert| alert.with(EntityKind::Ip, inner, Role::Victim);
    let tool = |alert: Alert| alert.with(EntityKind::File, "f1", Role::Artefact);
    let through = |second: &str| {
        [
            // History, so that what is rare is known to be.
            from(9, -48 * HOUR, "192.0.2.1", "mail-1"),
            reaches(from(1, 0, "203.0.113.7", "web-1")),
            from(2, 60, inner, "db-1"),
            from(3, 6 * HOUR, second, "web-2"),
            tool(reaches(from(4, 6 * HOUR + 60, second, "web-2"))),
            tool(from(5, 6 * HOUR + 120, inner, "db-2")),
            tool(from(6, 6 * HOUR + 180, inner, "db-3")),
        ]
    };
    check(&through("203.0.113.7"), &[0, 1, 1, 1, 1, 1, 1]);
    check(&through("198.51.100.4"), &[0, 1, 1, 2, 2, 2, 2]);
}

#[test]
fn no_merge_of_what_is_handled_or_too_large() {
    let alerts = bridge(&["f1", "f2", "f3", "f4"]);
    let check = |caps: Caps, handled: bool, events: usize| {
        let mut book = Book::new(settings(caps));
        for alert in &alerts {
            book.alert(alert, alert.time);
            if handled && alert.id == alerts[1].id {
                let second = book.members[&alerts[1].id].event;
                book.status(second, EventStatus::Handling);
            }
        }
        book.check(&alerts, caps);
        assert_eq!((book.events.len(), book.merged.len()), (events, 2 - events));
    };
    check(Caps::default(), false, 1);
    check(Caps::default(), true, 2);
    check(
        Caps {
            graph: 3,
            ..Caps::default()
        },
        false,
        1,
    );
    check(
        Caps {
            graph: 2,
            ..Caps::default()
        },
        false,
        2,
    );
}

#[test]
fn a_continuation_is_not_merged_away() {
    let mut alerts = bridge(&["f1", "f2", "f3", "f4"]);
    let before = Alert {
        id: model::AlertId::from_bits(50),
        rule: model::RuleRef {
            id: "before".to_owned(),
            version: "1".to_owned(),
        },
        ..alerts[1].clone()
    };
    alerts.insert(1, before);
    let mut book = Book::new(settings(Caps::default()));
    for alert in &alerts {
        book.alert(alert, alert.time);
        if alert.id == alerts[1].id {
            let event = book.members[&alert.id].event;
            book.status(event, EventStatus::Handled);
        }
    }
    book.check(&alerts, Caps::default());
    assert_eq!(events_of(&book, &alerts), [0, 1, 2, 0]);
    assert_eq!(book.event(&alerts[2]).continues, Some(book.event(&alerts[1]).id));
}

#[test]
fn a_merge_carries_repeats_along() {
    let mut alerts = bridge(&["f1", "f2", "f3", "f4"]);
    let repeat = Alert {
        id: model::AlertId::from_bits(50),
        time: at(5),
        ..alerts[1].clone()
    };
    alerts.insert(2, repeat);
    let book = check(&alerts, &[0, 0, 0, 0]);
    assert_eq!(
        book.events
            .values()
            .next()
            .map(|e| (e.alert_count, e.raw_alert_count)),
        Some((3, 4))
    );
}

#[test]
fn full_and_handled_events_are_continued() {
    let caps = Caps { graph: 2, other: 2 };
    let scan = |id, secs| alert(id, secs, &format!("r{id}")).by("203.0.113.7");
    let mut book = Book::new(settings(caps));
    let alerts: Vec<Alert> = (1..=5).map(|id| scan(id, id as i64)).collect();
    for alert in &alerts {
        book.alert(alert, alert.time);
    }
    book.check(&alerts, caps);
    assert_eq!(events_of(&book, &alerts), [0, 0, 1, 1, 2]);
    let event = |i: usize| book.event(&alerts[i]);
    assert_eq!(
        (event(2).continues, event(4).continues),
        (Some(event(0).id), Some(event(2).id))
    );
    assert_eq!(book.opened.len(), 3);

    // Handled: the next alert opens a successor; reopened: the newest that is unhandled takes the next.
    let mut book = Book::new(settings(Caps::default()));
    let alerts: Vec<Alert> = (1..=5).map(|id| scan(id, id as i64)).collect();
    book.alert(&alerts[0], at(1));
    let first = book.members[&alerts[0].id].event;
    book.status(first, EventStatus::Handling);
    book.alert(&alerts[1], at(2));
    let second = book.members[&alerts[1].id].event;
    assert_eq!(book.events[&second].continues, Some(first));
    book.status(first, EventStatus::Unhandled);
    book.alert(&alerts[2], at(3));
    book.status(second, EventStatus::Handled);
    book.alert(&alerts[3], at(4));
    assert_eq!(book.members[&alerts[2].id].event, second);
    assert_eq!(book.members[&alerts[3].id].event, first);
    book.status(first, EventStatus::Handled);
    book.alert(&alerts[4], at(5));
    assert_eq!(book.event(&alerts[4]).continues, Some(second));
}

#[test]
fn a_fold_closes_with_its_event() {
    let repeat = |id, secs| alert(id, secs, "scan").by("203.0.113.7");
    let mut book = Book::new(settings(Caps::default()));
    book.alert(&repeat(1, 0), at(0));
    let first = book.members[&repeat(1, 0).id].event;
    book.status(first, EventStatus::Handled);
    book.alert(&repeat(2, 10), at(10));
    assert_ne!(book.event(&repeat(2, 10)).id, first);
    assert_eq!(*book.reason(&repeat(2, 10)), LinkReason::Opened);
}
