//! What analysts decide: merge, split, what a split forbids, and whose an event is.

use crate::{
    book::Book,
    build::{Shape, alert},
};
use correlate::Refused;
use model::{Aggregation, Alert, AlertId, Apart, EntityKind, EventId, EventStatus, LinkReason, Role};

fn on(id: u128, secs: i64, host: &str) -> Alert {
    alert(id, secs, &format!("rule-{id}")).graph().on(host)
}

fn event(book: &Book, alert: &Alert) -> EventId {
    book.members[&alert.id].event
}

fn merge(book: &mut Book, alerts: &[&Alert]) -> Result<EventId, Refused> {
    let events: Vec<EventId> = alerts.iter().map(|alert| event(book, alert)).collect();
    let (event, changes) = book.correlator.merge(&events, "ann")?;
    book.read(&changes);
    Ok(event)
}

fn split(book: &mut Book, of: EventId, cuts: &[(AlertId, AlertId)]) -> Result<Vec<EventId>, Refused> {
    let (events, changes) = book.correlator.split(of, cuts)?;
    book.read(&changes);
    Ok(events)
}

#[test]
fn merge_then_split_is_identity() {
    let alerts = [on(1, 0, "a"), on(2, 60, "a"), on(3, 70, "b"), on(4, 90, "b")];
    let mut book = Book::of(&alerts);
    let (members, events) = (book.members.clone(), book.events.clone());
    let second = event(&book, &alerts[2]);
    let merged = merge(&mut book, &[&alerts[2], &alerts[0]]).unwrap();
    book.check(&alerts, correlate::Caps::default());
    assert_eq!(merged, event(&book, &alerts[3]), "the oldest stays");
    assert_eq!(book.merged[&second], merged);
    let LinkReason::ByHand { alert, actor } = book.reason(&alerts[2]) else {
        panic!("{:?}", book.reason(&alerts[2]))
    };
    assert_eq!((*alert, actor.as_str()), (alerts[0].id, "ann"));
    let off = split(&mut book, merged, &[(alerts[2].id, alerts[0].id)]).unwrap();
    assert_eq!(off, [second], "it is the event it was");
    assert_eq!((&book.members, &book.events), (&members, &events));
    assert!(book.merged.is_empty());
}

#[test]
fn what_was_cut_is_not_merged_again() {
    let file = |alert: Alert, hash: &str| alert.with(EntityKind::File, hash, Role::Artefact);
    let both = |alert: Alert| file(file(alert, "f1"), "f2");
    let alerts = [both(on(1, 0, "a")), both(on(2, 7200, "b"))];
    let mut book = Book::of(&alerts);
    let whole = event(&book, &alerts[1]);
    assert_eq!(whole, event(&book, &alerts[0]));
    let off = split(&mut book, whole, &[(alerts[1].id, alerts[0].id)]).unwrap();
    assert_eq!(off, [event(&book, &alerts[1])]);
    assert_ne!(off, [whole]);
    // A third alert ties both as strongly as can be: it joins one, and tells of the other.
    let third = both(on(3, 7210, "b"));
    let changes = book.alert(&third, third.time);
    assert_eq!(event(&book, &third), off[0]);
    let [related] = changes.related.as_slice() else {
        panic!("{:?}", changes.related)
    };
    assert_eq!(
        (related.event, related.other, related.kept_apart),
        (off[0], whole, Apart::ByHand)
    );
    assert_eq!(
        merge(&mut book, &[&alerts[0], &alerts[1]]),
        Err(Refused::Apart(Apart::ByHand))
    );
    assert!(book.correlator.allow_link(alerts[0].id, alerts[1].id));
    assert!(!book.correlator.allow_link(alerts[0].id, alerts[1].id));
    assert_eq!(merge(&mut book, &[&alerts[0], &alerts[1]]), Ok(whole));
}

#[test]
fn a_split_takes_what_hangs_on_the_link() {
    let by = |id, secs| {
        alert(id, secs, &format!("rule-{id}"))
            .by("203.0.113.7")
            .site("shop.example")
    };
    let alerts: Vec<Alert> = (1..=5).map(|n| by(n, n as i64 * 10)).collect();
    let mut book = Book::of(&alerts);
    let whole = event(&book, &alerts[0]);
    let off = split(
        &mut book,
        whole,
        &[(alerts[2].id, alerts[0].id), (alerts[3].id, alerts[0].id)],
    )
    .unwrap();
    assert_eq!(off.len(), 2);
    // Named twice and from the other end, a link is cut once; and the state has the same bytes every time.
    let again = |cuts: &[(AlertId, AlertId)]| {
        let mut book = Book::of(&alerts);
        let off = split(&mut book, whole, cuts).unwrap();
        (off, book.correlator.snapshot())
    };
    let cuts = [2, 3].map(|n: usize| (alerts[n].id, alerts[0].id));
    let twice = [cuts[0], cuts[1], cuts[0], (cuts[1].1, cuts[1].0)];
    assert_eq!(again(&twice), (off.clone(), book.correlator.snapshot()));
    book.check(&alerts, correlate::Caps::default());
    let count = |event: &EventId| book.events[event].alert_count;
    assert_eq!((count(&whole), count(&off[0]), count(&off[1])), (3, 1, 1));
    // The attacker's next alert goes where the newest of the old ones is.
    let next = by(9, 100);
    book.alert(&next, next.time);
    assert_eq!(event(&book, &next), whole);
    // There is no such link.
    let none = split(&mut book, whole, &[(alerts[1].id, alerts[4].id)]);
    assert_eq!(
        none,
        Err(Refused::NotTied {
            from: alerts[1].id,
            to: alerts[4].id
        })
    );
}

#[test]
fn merges_are_refused_with_the_reason() {
    let alerts = [on(1, 0, "a"), on(2, 1, "b"), on(3, 2, "c")];
    let mut book = Book::of(&alerts);
    let unknown = EventId::from_bits(7);
    assert_eq!(
        book.correlator.merge(&[unknown], "ann").unwrap_err(),
        Refused::Unknown(unknown)
    );
    assert_eq!(merge(&mut book, &[&alerts[0], &alerts[0]]), Err(Refused::TooFew));
    let [first, second, third] = [0, 1, 2].map(|n: usize| event(&book, &alerts[n]));
    book.status(first, EventStatus::Handling);
    assert_eq!(
        merge(&mut book, &[&alerts[0], &alerts[1]]),
        Err(Refused::Apart(Apart::Handled))
    );
    book.correlator.owner(second, Some("ann"));
    book.correlator.owner(third, Some("bob"));
    assert_eq!(
        merge(&mut book, &[&alerts[1], &alerts[2]]),
        Err(Refused::Apart(Apart::Owners))
    );
    book.correlator.owner(third, None);
    assert_eq!(merge(&mut book, &[&alerts[1], &alerts[2]]), Ok(second));
    // What is merged away has no links of its own.
    assert_eq!(split(&mut book, third, &[]), Err(Refused::Unknown(third)));
}

#[test]
fn a_restart_remembers_what_was_cut() {
    let file = |alert: Alert| alert.with(EntityKind::File, "f1", Role::Artefact);
    let alerts = [file(on(1, 0, "a")), file(on(2, 7200, "b"))];
    let mut book = Book::of(&alerts);
    let whole = event(&book, &alerts[0]);
    split(&mut book, whole, &[(alerts[0].id, alerts[1].id)]).unwrap();
    let bytes = book.correlator.snapshot();
    book.correlator = correlate::Correlator::default();
    book.correlator.restore(&bytes).unwrap();
    assert_eq!(
        merge(&mut book, &[&alerts[0], &alerts[1]]),
        Err(Refused::Apart(Apart::ByHand))
    );
}

#[test]
fn one_sweep_is_one_event() {
    let sweep = |id, secs, host: &str| Alert {
        aggregation: Aggregation::GraphCompute,
        ..alert(id, secs, "port-scan").on(host)
    };
    // A day of something else, so that there is a history to be rare in.
    let mut alerts: Vec<Alert> = (0..2)
        .map(|n| on(100 + n, n as i64 * 90_000, "elsewhere"))
        .collect();
    alerts.extend([
        sweep(1, 90_100, "a"),
        sweep(2, 90_130, "b"),
        sweep(3, 90_190, "c"),
        sweep(4, 90_251, "d"),
        sweep(5, 90_255, "e").by("203.0.113.7"),
    ]);
    let book = Book::of(&alerts);
    let events: Vec<EventId> = alerts[2..].iter().map(|alert| event(&book, alert)).collect();
    assert_eq!((events[0], events[0]), (events[1], events[2]));
    assert_ne!(events[2], events[3], "a minute and a second later");
    assert_ne!(
        events[3], events[4],
        "somebody is named: that is what ties it, or does not"
    );
    let LinkReason::Sweep { alert, seconds } = book.reason(&alerts[3]) else {
        panic!("{:?}", book.reason(&alerts[3]))
    };
    assert_eq!((*alert, *seconds), (alerts[2].id, 30));
}

#[test]
fn a_continuation_outlives_what_it_continues() {
    const DAY: i64 = 86_400;
    let caps = correlate::Caps { graph: 3, other: 3 };
    // No two on one host: what they share is files.
    let with = |id: u128, secs: i64, files: &[&str]| {
        let alert = on(id, secs, &format!("host-{id}"));
        let add = |alert: Alert, hash: &&str| alert.with(EntityKind::File, hash, Role::Artefact);
        files.iter().fold(alert, add)
    };
    let alerts = [
        with(1, 0, &["f1", "g1"]),
        with(2, 60, &["f1"]),
        with(3, 120, &["f1"]),
        // The event is full: the next goes on in another, and the one after that knows an alert of the first only.
        with(4, DAY, &["f1", "f4"]),
        with(5, DAY + 3600, &["g1"]),
        with(6, 6 * DAY, &["f4"]),
        // By now the first event is forgotten, and the second is not.
        with(7, 9 * DAY, &["elsewhere"]),
    ];
    let mut book = Book::new(crate::book::settings(caps));
    for alert in &alerts {
        book.alert(alert, alert.time);
    }
    let second = event(&book, &alerts[3]);
    assert_eq!(book.events[&second].continues, Some(event(&book, &alerts[0])));
    assert_eq!([4, 5].map(|n: usize| event(&book, &alerts[n])), [second, second]);
    assert_eq!(book.reason(&alerts[4]).alert(), Some(alerts[0].id));
    let before = book.members[&alerts[4].id].clone();
    let off = split(&mut book, second, &[(alerts[5].id, alerts[3].id)]).unwrap();
    assert_eq!(off, [event(&book, &alerts[5])]);
    assert_eq!(
        book.members[&alerts[4].id], before,
        "its reason is told as before"
    );
}
