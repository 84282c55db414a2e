//! When it is enough that two alerts name the same host: at once, while an intruder is on it, and never for what fires all
//! the time or everywhere.

use crate::{
    book::{Book, check, events_of},
    build::{Shape, alert},
};
use correlate::Caps;
use model::{Aggregation, Alert, EntityKind, Level, Role};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// An alert of an agent on a host.
fn seen(id: u128, secs: i64, rule: &str, host: &str) -> Alert {
    alert(id, secs, rule).graph().on(host)
}

/// The same of a process that this account of the host runs.
fn run_by(account: &str, alert: Alert) -> Alert {
    alert.with(EntityKind::HostAccount, account, Role::Victim)
}

/// Two alerts of level high on a host.
fn break_in(secs: i64, host: &str) -> [Alert; 2] {
    let high = |id, secs, rule| run_by("web-1/www-data", seen(id, secs, rule, host)).level(Level::High);
    [high(1, secs, "web-shell"), high(2, secs + 60, "reverse-shell")]
}

#[test]
fn a_noisy_rule_does_not_link() {
    let mut alerts: Vec<Alert> = (0..30)
        .map(|i| alert(i + 1, i as i64 * HOUR, "noise").graph().on("web-1"))
        .collect();
    let later = 30 * HOUR;
    alerts.push(alert(100, later, "noise").graph().on("web-1"));
    alerts.push(
        alert(101, later + 10, "shell")
            .graph()
            .on("web-1")
            .tactic("execution"),
    );
    alerts.push(alert(102, later + 20, "noise").graph().on("web-1"));
    let book = Book::of(&alerts);
    book.check(&alerts, Caps::default());
    let event = |id: u128| book.members[&model::AlertId::from_bits(id)].event;
    assert_eq!(event(100), event(102), "similar items stay together");
    assert_ne!(event(100), event(101));
    assert_eq!(book.events[&event(100)].method, Aggregation::GraphCompute);
    // In the first day nobody is noisy: the same alerts link.
    let early: Vec<Alert> = (0..3)
        .map(|i| {
            alert(i + 1, i as i64 * 600, if i == 1 { "shell" } else { "noise" })
                .graph()
                .on("web-1")
        })
        .collect();
    check(&early, &[0, 0, 0]);
}

#[test]
fn a_host_is_enough_while_an_intruder_is_on_it() {
    let follows = |after: i64, expected: usize| {
        let [one, two] = break_in(0, "web-1");
        let later = seen(3, after, "miner", "web-1");
        check(&[one, two, later], &[0, 0, expected]);
    };
    follows(20 * HOUR, 0);
    follows(26 * HOUR, 1);
    // Where nobody broke in, it is enough for a while only.
    let quiet = [seen(1, 0, "odd", "web-1"), seen(2, 20 * HOUR, "miner", "web-1")];
    check(&quiet, &[0, 1]);
    // As long as the event lives, however long ago the host was named last.
    let [one, two] = break_in(0, "web-1");
    let [one, two] = [one, two].map(|alert| alert.with(EntityKind::File, "deadbeef", Role::Artefact));
    let elsewhere =
        seen(3, 20 * HOUR, "web-shell", "web-2").with(EntityKind::File, "deadbeef", Role::Artefact);
    check(
        &[one, two, elsewhere, seen(4, 40 * HOUR, "miner", "web-1")],
        &[0, 0, 0, 0],
    );
}

#[test]
fn an_account_that_the_intruder_never_used_is_somebody_else() {
    let by = |account: &str, expected: usize| {
        let [one, two] = break_in(0, "web-1");
        let later = run_by(account, seen(3, 5 * HOUR, "odd", "web-1"));
        check(&[one, two, later], &[0, 0, expected]);
    };
    by("web-1/www-data", 0);
    by("web-1/deploy", 1);
}

#[test]
fn a_connection_to_elsewhere_is_somebody_elses() {
    let connects =
        |id, secs, to: &str| seen(id, secs, "control", "web-1").with(EntityKind::Ip, to, Role::Artefact);
    let to = |second: &str, expected: usize| {
        let [one, two] = break_in(0, "web-1");
        let alerts = [
            one,
            two,
            connects(3, 600, "203.0.113.7"),
            connects(4, 5 * HOUR, second),
        ];
        check(&alerts, &[0, 0, 0, expected]);
    };
    to("203.0.113.7", 0);
    to("198.51.100.4", 1);
    // The first connection that is seen at all may well be the intruder's.
    let [one, two] = break_in(0, "web-1");
    check(&[one, two, connects(3, 5 * HOUR, "198.51.100.4")], &[0, 0, 0]);
}

#[test]
fn a_program_that_every_host_has_ties_nothing() {
    let uses = |path: &str, expected: usize| {
        let file = format!("web-1/{path}");
        let run =
            |id, secs, rule| seen(id, secs, rule, "web-1").with(EntityKind::File, &file, Role::Artefact);
        check(&[run(1, 0, "shell"), run(2, 5 * HOUR, "odd")], &[0, expected]);
    };
    uses("/tmp/.x/miner", 0);
    uses("/usr/bin/bash", 1);
}

#[test]
fn the_same_rule_on_the_same_account_is_the_same_thing_again() {
    let again = |rule: &str, account: &str, after: i64, expected: usize| {
        let first = run_by("web-1/www-data", seen(1, 0, "hidden-program", "web-1"));
        let second = run_by(account, seen(2, after, rule, "web-1"));
        check(&[first, second], &[0, expected]);
    };
    again("hidden-program", "web-1/www-data", 50 * HOUR, 0);
    again("hidden-program", "web-1/www-data", 80 * HOUR, 1);
    again("hidden-program", "web-1/root", 50 * HOUR, 1);
    again("key-search", "web-1/www-data", 50 * HOUR, 1);
    // Every night at the same time is routine.
    again("hidden-program", "web-1/www-data", 2 * DAY + 60, 1);
}

#[test]
fn a_rule_of_the_fleet_says_nothing_of_one_host() {
    let stopped = |assets: u128| -> Vec<Alert> {
        let on = |n: u128| seen(10 + n, n as i64, "agent-stopped", &format!("app-{n}"));
        let mut alerts: Vec<Alert> = (0..assets).map(on).collect();
        alerts.extend(break_in(60 * HOUR, "web-1"));
        alerts.push(seen(3, 65 * HOUR, "agent-stopped", "web-1"));
        alerts
    };
    let joins = |assets| {
        let alerts = stopped(assets);
        let events = events_of(&Book::of(&alerts), &alerts);
        events[events.len() - 1] == events[events.len() - 2]
    };
    assert!(joins(5));
    assert!(!joins(6));
}

#[test]
fn a_noisy_rule_ties_by_its_files() {
    let bad = |id, secs, rule: &str, file: &str| {
        seen(id, secs, rule, "web-1").with(EntityKind::File, file, Role::Artefact)
    };
    let mut alerts: Vec<Alert> = (0..30)
        .map(|i| seen(i + 1, i as i64 * HOUR, "noise", &format!("app-{i}")))
        .collect();
    alerts.extend([
        bad(100, 30 * HOUR, "dropper", "deadbeef"),
        bad(101, 40 * HOUR, "noise", "deadbeef"),
        bad(102, 50 * HOUR, "noise", "c0ffee"),
        bad(103, 60 * HOUR, "noise", "deadbeef"),
    ]);
    let book = Book::of(&alerts);
    book.check(&alerts, Caps::default());
    let events = events_of(&book, &alerts);
    let [dropper, same, other, again] = events[30..] else {
        panic!("{events:?}")
    };
    assert_eq!((same, again), (dropper, dropper));
    assert_ne!(other, dropper);
}
