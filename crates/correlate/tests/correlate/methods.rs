//! Which alerts belong together, method by method, and what their event says.

use crate::{
    book::{Book, check, events_of, settings},
    build::{Shape, alert, at},
};
use correlate::{Caps, Settings};
use model::{
    Aggregation, Alert, CorrelationSettings, Entity, EntityKey, EntityKind, Infrastructure, Level,
    LinkReason, Role, Side, correlation::Shared,
};
use std::time::Duration;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[test]
fn expert_groups_by_attacker() {
    let (a, b) = ("203.0.113.7", "198.51.100.4");
    // One attacker, several rules, products and victims: one event.
    let second = Alert {
        products: ["self_hosted/nginx".parse().unwrap()].into(),
        ..alert(2, 10, "scan")
    };
    let book = check(
        &[
            alert(1, 0, "sqli").by(a).site("shop.example"),
            second.by(a).site("blog.example"),
            alert(3, 20, "xss").by(a),
        ],
        &[0, 0, 0],
    );
    let attacker = EntityKey::new(EntityKind::Ip, a);
    assert_eq!(
        *book.reason(&alert(2, 0, "")),
        LinkReason::SameAttacker {
            alert: alert(1, 0, "").id,
            attacker,
        }
    );
    // A victim never links two attackers.
    check(
        &[
            alert(1, 0, "sqli").by(a).site("shop.example"),
            alert(2, 1, "sqli").by(b).site("shop.example"),
        ],
        &[0, 1],
    );
    // A day of silence ends the event.
    check(&[alert(1, 0, "sqli").by(a), alert(2, DAY, "sqli").by(a)], &[0, 0]);
    check(
        &[alert(1, 0, "sqli").by(a), alert(2, DAY + 1, "sqli").by(a)],
        &[0, 1],
    );
    // Without an attacker, an event of its own.
    check(
        &[
            alert(1, 0, "sqli").site("shop.example"),
            alert(2, 1, "xss").site("shop.example"),
        ],
        &[0, 1],
    );
    // The address says who it is, not the account that was tried.
    let account = |alert: Alert, name: &str| alert.with(EntityKind::HostAccount, name, Role::Attacker);
    check(
        &[
            account(alert(1, 0, "r"), "root").by(a),
            account(alert(2, 1, "q"), "admin").by(a),
        ],
        &[0, 0],
    );
    // An alert from long ago opens its own event, and the event of today goes on.
    let (old, today) = (alert(2, -3 * DAY, "sqli").by(a), alert(3, 5, "xss").by(a));
    let mut book = Book::new(settings(Caps::default()));
    let first = alert(1, 0, "sqli").by(a);
    for alert in [&first, &old, &today] {
        book.alert(alert, at(10));
    }
    assert_eq!(events_of(&book, &[first, old, today]), [0, 1, 0]);
}

#[test]
fn infrastructure_is_nobodys_attacker() {
    let proxy = EntityKey::new(EntityKind::Ip, "192.0.2.1");
    let settings = Settings {
        infrastructure: Infrastructure::from_iter([proxy]),
        ..settings(Caps::default())
    };
    let mut book = Book::new(settings);
    let alerts = [
        alert(1, 0, "sqli").by("192.0.2.1"),
        alert(2, 1, "xss").by("192.0.2.1"),
        alert(3, 2, "sqli").by("192.0.2.1").by("203.0.113.7"),
        alert(4, 3, "xss").by("192.0.2.1").by("203.0.113.7"),
    ];
    for alert in &alerts {
        book.alert(alert, alert.time);
    }
    assert_eq!(events_of(&book, &alerts), [0, 1, 2, 2]);
}

#[test]
fn what_becomes_infrastructure_links_no_more_and_what_is_linked_stays() {
    let mut book = Book::new(settings(Caps::default()));
    let rules = ["sqli", "xss", "traversal", "upload"];
    let alerts: Vec<Alert> = (0..4)
        .map(|number| alert(number as u128 + 1, number, rules[number as usize]).by("203.0.113.7"))
        .collect();
    for alert in &alerts[..2] {
        book.alert(alert, alert.time);
    }
    let said = CorrelationSettings {
        infrastructure: vec![Shared {
            kind: EntityKind::Ip,
            value: "203.0.113.0/24".to_owned(),
            note: "NAT gateways".to_owned(),
        }],
        ..CorrelationSettings::default()
    };
    book.correlator.configure(&said);
    for alert in &alerts[2..] {
        book.alert(alert, alert.time);
    }
    assert_eq!(events_of(&book, &alerts), [0, 0, 1, 2]);
    let again = alert(5, 4, "scan").by("203.0.113.7");
    book.correlator.configure(&CorrelationSettings::default());
    book.alert(&again, again.time);
    assert_eq!(
        events_of(&book, &[alerts[0].clone(), again]),
        [0, 0],
        "and links again when it is none any more"
    );
}

#[test]
fn window_groups_similar_items() {
    let custom = |id, secs, rule: &str| alert(id, secs, rule).custom(Aggregation::Window);
    let with_window = |alert: Alert| Alert {
        window: Some(Duration::from_mins(10)),
        ..alert
    };
    check(
        &[custom(1, 0, "a").on("web-1"), custom(2, HOUR, "a").on("web-1")],
        &[0, 0],
    );
    check(
        &[
            custom(1, 0, "a").on("web-1"),
            custom(2, HOUR + 1, "a").on("web-1"),
        ],
        &[0, 1],
    );
    check(
        &[custom(1, 0, "a").on("web-1"), custom(2, 1, "b").on("web-1")],
        &[0, 1],
    );
    check(
        &[custom(1, 0, "a").on("web-1"), custom(2, 1, "a").on("web-2")],
        &[0, 1],
    );
    check(
        &[
            custom(1, 0, "a").on("web-1").by("203.0.113.7"),
            custom(2, 1, "a").on("web-2").by("203.0.113.7"),
        ],
        &[0, 0],
    );
    let (first, second) = (
        with_window(custom(1, 0, "a").on("web-1")),
        with_window(custom(2, 601, "a").on("web-1")),
    );
    check(&[first, second], &[0, 1]);
}

#[test]
fn passthrough_gives_one_event_per_alert() {
    let custom = |id, secs| {
        alert(id, secs, "a")
            .custom(Aggregation::Passthrough)
            .by("203.0.113.7")
    };
    check(&[custom(1, 0), custom(2, 61), custom(3, 122)], &[0, 1, 2]);
    // A repeat is the same alert.
    check(&[custom(1, 0), custom(2, 60), custom(3, 120)], &[0, 0, 0]);
}

#[test]
fn a_host_alert_without_method_stays_alone() {
    let alone = |id, rule: &str| Alert {
        side: Side::Host,
        aggregation: Aggregation::None,
        ..alert(id, 0, rule).on("web-1")
    };
    check(&[alone(1, "a"), alone(2, "b")], &[0, 1]);
}

#[test]
fn folds_close_after_a_minute_or_a_day() {
    let repeat = |id, secs| alert(id, secs, "scan").by("203.0.113.7");
    let check = |secs: &[i64], expected: usize| {
        let alerts: Vec<Alert> = secs.iter().zip(1..).map(|(secs, id)| repeat(id, *secs)).collect();
        let book = Book::of(&alerts);
        book.check(&alerts, Caps::default());
        assert_eq!(book.folds().len(), expected, "{secs:?}");
    };
    check(&[0, 60, 120], 1);
    check(&[0, 61], 2);
    let day: Vec<i64> = (0..=DAY + 60).step_by(60).collect();
    check(&day, 2);
    // Another level or version is another fold.
    let other = [repeat(1, 0), repeat(2, 1).level(Level::High)];
    assert_eq!(Book::of(&other).folds().len(), 2);
}

/// Host-side alerts that share this and that, so many seconds apart, on different hosts unless said otherwise.
#[test]
fn graph_links_by_shared_entities() {
    let pair = |secs: i64, shape: &dyn Fn(Alert, usize) -> Alert| {
        [
            shape(alert(1, 0, "a").graph(), 1),
            shape(alert(2, secs, "b").graph(), 2),
        ]
    };
    let artefact = |kind: EntityKind, value: &'static str| {
        move |alert: Alert, host: usize| alert.with(kind, value, Role::Artefact).on(&format!("web-{host}"))
    };
    let (together, apart) = ([0, 0], [0, 1]);
    check(&pair(7 * DAY, &artefact(EntityKind::File, "d41d8cd9")), &together);
    check(
        &pair(7 * DAY + 1, &artefact(EntityKind::File, "d41d8cd9")),
        &apart,
    );
    check(
        &pair(7 * DAY, &artefact(EntityKind::Process, "web-1/1790000000/4711")),
        &together,
    );
    check(
        &pair(
            7 * DAY + 1,
            &artefact(EntityKind::Process, "web-1/1790000000/4711"),
        ),
        &apart,
    );
    check(&pair(0, &artefact(EntityKind::AccessKey, "LTAI")), &apart);
    check(&pair(0, &artefact(EntityKind::Ip, "203.0.113.7")), &apart);
    // Two lesser things add up.
    let two = |alert: Alert, host| artefact(EntityKind::AccessKey, "LTAI")(alert, host).by("203.0.113.7");
    check(&pair(600, &two), &together);
    // A host alone: within an hour.
    let host = |alert: Alert, _: usize| alert.on("web-1");
    check(&pair(HOUR, &host), &together);
    check(&pair(HOUR + 1, &host), &apart);
    let steps =
        |tactics: [&'static str; 2]| move |alert: Alert, n: usize| alert.on("web-1").tactic(tactics[n - 1]);
    check(&pair(HOUR, &steps(["initial-access", "execution"])), &together);
    check(&pair(HOUR, &steps(["execution", "initial-access"])), &together);
    check(&pair(HOUR + 1, &steps(["initial-access", "execution"])), &apart);
    // A victim does not tie two attackers.
    let attackers = |alert: Alert, n: usize| alert.on("web-1").by(["203.0.113.7", "198.51.100.4"][n - 1]);
    check(&pair(1, &attackers), &apart);
    let and_key = |alert, n| artefact(EntityKind::AccessKey, "LTAI")(attackers(alert, n), 1);
    check(&pair(1, &and_key), &apart);
}

#[test]
fn what_is_ours_never_ties_two_attackers() {
    let (a, b) = ("203.0.113.7", "198.51.100.4");
    let host = |id, secs, name: &str| {
        alert(id, secs, &format!("r{id}"))
            .graph()
            .on(name)
            .site("shop.example")
    };
    // Not through an alert without an attacker in between.
    check(
        &[
            host(1, 0, "web-1").by(a),
            host(2, 1, "web-1"),
            host(3, 2, "web-1").by(b),
        ],
        &[0, 0, 1],
    );
    // And such an alert does not merge their events, however much it shares with both.
    let both = host(3, 2, "web-1").on("web-2").site("blog.example");
    let (one, two) = (host(1, 0, "web-1"), host(2, 1, "web-2").site("blog.example"));
    check(&[one.clone().by(a), two.clone().by(b), both.clone()], &[0, 1, 1]);
    check(&[one.by(a), two.by(a), both], &[0, 0, 0]);
}

#[test]
fn a_graph_reason_says_what_is_shared() {
    let alerts = [
        alert(1, 0, "a").graph().on("web-1"),
        alert(2, 60, "b").graph().on("web-1"),
    ];
    let book = Book::of(&alerts);
    let LinkReason::Shares {
        alert,
        entities,
        score,
    } = book.reason(&alerts[1])
    else {
        panic!("{:?}", book.reason(&alerts[1]))
    };
    assert_eq!(*alert, alerts[0].id);
    let [shared] = entities.as_slice() else {
        panic!("{entities:?}")
    };
    assert_eq!(shared.key, EntityKey::new(EntityKind::Host, "web-1"));
    assert_eq!((shared.weight, shared.base, shared.rarity), (1.0, 0.7, 1.0));
    assert!(shared.decay > 0.98 && shared.decay < 1.0, "{}", shared.decay);
    assert!((score - 1.0).abs() < 1e-9);
}

#[test]
fn a_hub_does_not_link() {
    // A file on sixty hosts is a golden image; before a day has passed it is not known to be one.
    let on = |id: usize, secs| {
        alert(id as u128, secs, "file")
            .graph()
            .with(EntityKind::File, "golden", Role::Artefact)
            .on(&format!("web-{id}"))
    };
    let mut alerts: Vec<Alert> = (1..=60).map(|id| on(id, id as i64)).collect();
    alerts.push(on(61, DAY + HOUR));
    let book = Book::of(&alerts);
    assert_eq!(book.event(&alerts[59]).alert_count, 60);
    assert_eq!(book.event(&alerts[60]).alert_count, 1);
    // Nor does it help a second entity to link, unless it is known to be malicious.
    let check = |malicious: bool, together: bool| {
        let with = |mut alert: Alert| {
            alert
                .entities
                .push(Entity::new(EntityKind::File, "golden", Role::Artefact, malicious));
            alert.with(EntityKind::Url, "http://shop.example/x", Role::Artefact)
        };
        let (one, two) = (
            alert(70, DAY + HOUR, "a").graph().on("db-1"),
            alert(71, DAY + HOUR, "b").graph().on("db-2"),
        );
        let pair = [with(one), with(two)];
        let book = Book::of(&[&alerts[..60], &pair].concat());
        assert_eq!(
            book.event(&pair[0]).id == book.event(&pair[1]).id,
            together,
            "malicious: {malicious}"
        );
    };
    check(false, false);
    check(true, true);
}

#[test]
fn a_clock_that_runs_ahead_does_not_age_the_rest() {
    let alerts = [
        alert(1, 0, "a").by("203.0.113.7"),
        alert(2, 3650 * DAY, "b").by("198.51.100.4"),
        alert(3, 10, "c").by("203.0.113.7"),
    ];
    let mut book = Book::new(settings(Caps::default()));
    for alert in &alerts {
        book.alert(alert, at(10));
    }
    assert_eq!(events_of(&book, &alerts), [0, 1, 0]);
    assert_eq!(book.event(&alerts[1]).last_time, at(130));
}

#[test]
fn the_state_stays_as_large_as_a_week() {
    let mut book = Book::new(settings(Caps::default()));
    let mut sizes = Vec::new();
    for id in 1..=120 {
        let n = id as i64;
        let one = alert(id, n * 6 * HOUR, "a")
            .by(&format!("203.0.113.{n}"))
            .on(&format!("web-{n}"))
            .graph();
        book.alert(&one, one.time);
        sizes.push(book.correlator.snapshot().len());
    }
    let (week, month) = (sizes[39], sizes[119]);
    assert!(
        month < week * 5 / 4,
        "{week} bytes after ten days, {month} after thirty"
    );
}
