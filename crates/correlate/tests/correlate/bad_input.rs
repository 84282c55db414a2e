//! What no rule should raise and somebody's will: every alert still gets exactly one answer, and the others are put
//! together as if it were not there.

use crate::{
    book::{Book, settings},
    build::{Shape as _, alert, at},
};
use correlate::{Caps, Correlator};
use model::{Alert, AlertId, EntityKind, EventId, LinkReason, Role, TenantId, Time, limits};
use std::{collections::BTreeSet, time::Duration};

/// Ten years.
const LONG: Duration = Duration::from_hours(24 * 3_652);

/// An intruder's three steps on a host, which belong together.
fn attack(from: u128) -> Vec<Alert> {
    let step = |number: u128, tactic: &str| {
        alert(from + number, number as i64 * 60, &format!("step-{number}"))
            .graph()
            .by("203.0.113.7")
            .on("web-1")
            .tactic(tactic)
    };
    vec![
        step(0, "initial-access"),
        step(1, "execution"),
        step(2, "persistence"),
    ]
}

/// The alert at the time that counts: a clock that runs ahead is not believed.
fn counted(alert: &Alert, now: Time) -> Alert {
    let time = alert.time.min(now.plus(limits::ALLOWED_LATENESS));
    Alert {
        time,
        first_time: alert.first_time.min(time),
        ..alert.clone()
    }
}

#[test]
fn alerts_without_entities_stay_alone() {
    let empty = |number: u128, rule: &str| alert(100 + number, number as i64, rule);
    let mut alerts = attack(1);
    alerts.extend([
        empty(0, "empty").graph(),
        empty(1, "empty-too").graph(),
        empty(2, "empty-network"),
        empty(3, "empty-custom").custom(model::Aggregation::Window),
    ]);
    alerts.sort_by_key(|alert| alert.time);
    let book = Book::of(&alerts);
    book.check(&alerts, Caps::default());
    for one in alerts.iter().filter(|alert| alert.entities.is_empty()) {
        assert_eq!(*book.reason(one), LinkReason::Opened, "{}", one.rule.id);
        assert_eq!(book.event(one).alert_count, 1, "{}", one.rule.id);
    }
    let steps: BTreeSet<EventId> = attack(1).iter().map(|step| book.event(step).id).collect();
    assert_eq!(steps.len(), 1, "the attack is one event all the same");
}

#[test]
fn an_alert_of_ten_thousand_entities_is_taken_whole() {
    let mut large = alert(50, 30, "sweep").graph().by("203.0.113.7");
    for number in 0..10_000_u32 {
        let [_, _, c, d] = number.to_be_bytes();
        large.entities.push(model::Entity::new(
            EntityKind::Ip,
            &format!("198.18.{c}.{d}"),
            Role::Victim,
            false,
        ));
    }
    large.entities.sort();
    let mut alerts = attack(1);
    alerts.push(large.clone());
    alerts.push(Alert {
        id: AlertId::from_bits(51),
        time: at(45),
        first_time: at(45),
        ..large.clone()
    });
    alerts.sort_by_key(|alert| (alert.time, alert.id));
    let book = Book::of(&alerts);
    book.check(&alerts, Caps::default());
    let repeat = alerts
        .iter()
        .find(|alert| alert.id == AlertId::from_bits(51))
        .unwrap();
    assert_eq!(*book.reason(repeat), LinkReason::Repeats { alert: large.id });
    let event = book.event(&large);
    assert_eq!(event.entities.len(), 500, "as many as a page shows");
}

#[test]
fn clocks_ten_years_off_cost_nobody_else_anything() {
    for (name, wrong) in [("behind", at(50).minus(LONG)), ("ahead", at(50).plus(LONG))] {
        let mut stray = alert(60, 0, "stray").graph().by("203.0.113.7").on("web-1");
        (stray.time, stray.first_time) = (wrong, wrong);
        let steps = attack(1);
        let mut book = Book::new(settings(Caps::default()));
        book.alert(&steps[0], steps[0].time);
        book.alert(&stray, at(50));
        for step in &steps[1..] {
            book.alert(step, step.time);
        }
        let mut all = steps.clone();
        all.push(counted(&stray, at(50)));
        book.check(&all, Caps::default());
        let events: BTreeSet<EventId> = steps.iter().map(|step| book.event(step).id).collect();
        assert_eq!(events.len(), 1, "{name}: the attack is one event");
        // A clock that runs ahead is dated by its receipt, which is today; one that is behind is believed.
        let today = events.contains(&book.event(&stray).id);
        assert_eq!(today, name == "ahead", "{name}");
        // And a day later the correlator still works.
        let later = at(90_000);
        let next = Alert {
            time: later,
            first_time: later,
            ..alert(61, 0, "next").graph().on("db-1")
        };
        book.alert(&next, later);
        assert_eq!(*book.reason(&next), LinkReason::Opened, "{name}");
    }
}

#[test]
fn one_id_in_two_tenants_is_two_alerts() {
    let of = |tenant: &str| -> Vec<Alert> {
        let tenant = TenantId::new(tenant);
        attack(1)
            .into_iter()
            .map(|alert| Alert {
                tenant: tenant.clone(),
                ..alert
            })
            .collect()
    };
    let (ours, theirs) = (of("ours"), of("theirs"));
    let mut both = Correlator::new(settings(Caps::default()));
    let mut events = Vec::new();
    for (one, other) in ours.iter().zip(&theirs) {
        for (alert, tenant) in [(one, "ours"), (other, "theirs")] {
            let changes = both.alert(alert, alert.time);
            assert!(
                changes.alerts.iter().any(|outcome| outcome.alert == alert.id),
                "{tenant} has an answer"
            );
            for change in &changes.events {
                assert_eq!(change.event.tenant.as_str(), tenant);
            }
            events.extend(changes.events.into_iter().map(|change| change.event));
        }
    }
    let last = |tenant: &str| {
        let event = events.iter().rev().find(|event| event.tenant.as_str() == tenant);
        event.map(|event| (event.id, event.alert_count)).unwrap()
    };
    assert_eq!((last("ours").1, last("theirs").1), (3, 3));
    assert_ne!(last("ours").0, last("theirs").0);
    // In one call as well, each in its own tenant.
    let mut together: Vec<Alert> = ours.clone();
    together.extend(theirs.clone());
    let changes = Correlator::new(settings(Caps::default())).alerts(&together, at(200));
    assert_eq!(changes.alerts.len(), 6);
    let counted: u64 = changes
        .events
        .iter()
        .map(|change| change.event.raw_alert_count)
        .sum();
    assert_eq!(counted, 6);
}

#[test]
fn a_flood_fills_events_and_loses_nothing() {
    let caps = Caps { graph: 20, other: 50 };
    let scan = |number: u128| {
        let site = format!("{}.example.com", number % 170);
        alert(1_000 + number, number as i64, "scan")
            .by("203.0.113.9")
            .site(&site)
    };
    let guess = |number: u128| {
        let user = format!("web-1/user{}", number % 90);
        alert(5_000 + number, number as i64, "guess")
            .graph()
            .by("203.0.113.9")
            .on("web-1")
            .with(EntityKind::HostAccount, &user, Role::Victim)
    };
    for (name, alerts) in [
        ("scan", (0..340).map(scan).collect::<Vec<_>>()),
        ("guess", (0..270).map(guess).collect()),
    ] {
        let mut book = Book::new(settings(caps));
        for alert in &alerts {
            book.alert(alert, alert.time);
        }
        book.check(&alerts, caps);
        let raw: u64 = book.events.values().map(|event| event.raw_alert_count).sum();
        assert_eq!(raw, alerts.len() as u64, "{name}: each alert is in one event");
        let full = book
            .events
            .values()
            .filter(|event| event.alert_count >= 20)
            .count();
        assert!(full >= 3, "{name}: {full} full events");
        let first: Vec<_> = book
            .events
            .values()
            .filter(|event| event.continues.is_none())
            .collect();
        assert_eq!(first.len(), 1, "{name}: the others continue the first");
    }
}

#[test]
fn the_earliest_and_the_latest_time_are_times() {
    let edges = [Time::from_millis(i64::MIN), Time::from_millis(i64::MAX)];
    let mut alerts = Vec::new();
    for (number, edge) in edges.into_iter().enumerate() {
        let mut one = alert(number as u128 + 1, 0, "edge").graph().on("web-1");
        (one.time, one.first_time) = (edge, edge);
        alerts.push(one);
    }
    let mut book = Book::new(settings(Caps::default()));
    for alert in &alerts {
        book.alert(alert, at(0));
    }
    let alerts: Vec<Alert> = alerts.iter().map(|alert| counted(alert, at(0))).collect();
    book.check(&alerts, Caps::default());
    let events: BTreeSet<EventId> = alerts.iter().map(|alert| book.event(alert).id).collect();
    assert_eq!(events.len(), 2);
}

/// Found by generated scenarios: the first alert after the pause made the state forget alerts that a late one could
/// still have undone, and the second one found them gone.
#[test]
fn a_tenant_may_be_quiet_for_weeks() {
    let day = 86_400;
    let mut book = Book::new(settings(Caps::default()));
    let mut all = Vec::new();
    for round in 0..4_u128 {
        for mut step in attack(1 + round * 10) {
            let time = step.time.plus(Duration::from_secs(round as u64 * 10 * day));
            (step.time, step.first_time) = (time, time);
            book.alert(&step, time);
            all.push(step);
        }
    }
    book.check(&all, Caps::default());
    let of_round = |round: usize| book.event(&all[round * 3]).id;
    for (place, step) in all.iter().enumerate() {
        assert_eq!(book.event(step).id, of_round(place / 3), "step {place}");
    }
    assert_eq!(book.events.len(), 4, "each round is an event of its own");
}
