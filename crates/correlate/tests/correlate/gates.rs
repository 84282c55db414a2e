//! Which alerts become events at all (S3 … S6, S16), and in which order that is asked.

use crate::{
    book::{Book, settings},
    build::{Shape, alert, at},
};
use correlate::{Caps, Outcome};
use model::{
    Aggregation, Alert, Capabilities, Condition, NoEventReason, Origin, Predicate, Provider, Side,
    condition::Operator,
    whitelist::{Whitelist, WhitelistScope},
};

type Becomes = Result<Aggregation, NoEventReason>;

/// Checks what an alert becomes: the method of its event, or why there is none.
#[track_caller]
fn check(side: Side, origin: Origin, aggregation: Aggregation, expected: Becomes) {
    let one = Alert {
        side,
        origin,
        aggregation,
        ..alert(1, 0, "r").by("203.0.113.7")
    };
    let book = Book::of(std::slice::from_ref(&one));
    let refused = book.refused.get(&one.id).copied();
    assert_eq!(refused.map_or_else(|| Ok(book.event(&one).method), Err), expected);
}

#[test]
fn the_network_side_needs_a_method() {
    let check = |origin, aggregation, allowed: bool| {
        let expected = if allowed {
            Ok(aggregation)
        } else {
            Err(NoEventReason::NoPolicy)
        };
        check(Side::Network, origin, aggregation, expected);
    };
    check(Origin::Predefined, Aggregation::Expert, true);
    check(Origin::Predefined, Aggregation::GraphCompute, true);
    check(Origin::Predefined, Aggregation::None, false);
    check(Origin::Predefined, Aggregation::Passthrough, false);
    check(Origin::Predefined, Aggregation::Window, false);
    check(Origin::Custom, Aggregation::Passthrough, true);
    check(Origin::Custom, Aggregation::Window, true);
    check(Origin::Custom, Aggregation::Expert, false);
    check(Origin::Custom, Aggregation::GraphCompute, false);
    check(Origin::Custom, Aggregation::None, false);
    check(Origin::Vendor, Aggregation::GraphCompute, false);
    check(Origin::Vendor, Aggregation::None, false);
}

#[test]
fn the_host_side_always_gives_an_event() {
    let check = |origin, aggregation, method| check(Side::Host, origin, aggregation, Ok(method));
    check(Origin::Vendor, Aggregation::None, Aggregation::GraphCompute);
    check(
        Origin::Predefined,
        Aggregation::GraphCompute,
        Aggregation::GraphCompute,
    );
    check(Origin::Predefined, Aggregation::Expert, Aggregation::Expert);
    check(Origin::Predefined, Aggregation::None, Aggregation::None);
    check(Origin::Custom, Aggregation::Window, Aggregation::Window);
    check(Origin::Custom, Aggregation::GraphCompute, Aggregation::None);
    check(Origin::Custom, Aggregation::None, Aggregation::None);
}

fn whitelist(id: &str, scope: WhitelistScope, left: &str, right: &str) -> Whitelist {
    let predicate = Predicate {
        left: left.to_owned(),
        operator: Operator::Equals,
        right: vec![right.to_owned()],
        not: false,
    };
    Whitelist {
        id: id.to_owned(),
        scope,
        condition: Condition {
            conditions: vec![predicate],
            formula: None,
        },
        reason: "our scanner".to_owned(),
        owner: "admin".to_owned(),
        expires_at: None,
    }
}

#[test]
fn the_first_gate_that_stops_gives_the_reason() {
    let check = |one: Alert, expected: Option<(NoEventReason, Option<&str>)>| {
        let mut book = Book::new(settings(Caps::default()));
        book.correlator.whitelists(&[
            whitelist("wl1", WhitelistScope::Event, "attacker.ip", "198.51.100.9"),
            whitelist("wl2", WhitelistScope::Alert, "rule", "agent"),
        ]);
        let changes = book.alert(&one, at(0));
        let got = match &changes.alerts[0].outcome {
            Outcome::NoEvent(reason, whitelist) => Some((*reason, whitelist.as_deref())),
            Outcome::Joined(_) => None,
        };
        assert_eq!(got, expected, "{one:?}");
    };
    let harmful = || alert(1, 0, "r").by("203.0.113.7");
    let scanner = || harmful().by("198.51.100.9");
    let foreign = |alert: Alert| Alert {
        products: ["other/firewall".parse().unwrap()].into(),
        ..alert
    };
    let no_method = |alert: Alert| Alert {
        aggregation: Aggregation::None,
        ..alert
    };
    check(harmful(), None);
    check(
        Alert {
            testing: true,
            ..scanner()
        },
        Some((NoEventReason::Testing, None)),
    );
    check(
        foreign(scanner()),
        Some((NoEventReason::Whitelisted, Some("wl1"))),
    );
    check(no_method(foreign(harmful())), Some((NoEventReason::Vendor, None)));
    check(no_method(harmful()), Some((NoEventReason::NoPolicy, None)));
    // An alert whitelist is for host-agent alerts only (S14).
    let agent = |origin| Alert {
        origin,
        side: Side::Host,
        ..alert(1, 0, "agent")
    };
    check(agent(Origin::Predefined), None);
    check(
        agent(Origin::Vendor),
        Some((NoEventReason::Whitelisted, Some("wl2"))),
    );
}

#[test]
fn a_whitelist_ends_at_its_time_of_receipt() {
    let mut book = Book::new(settings(Caps::default()));
    let until = whitelist("wl", WhitelistScope::Event, "rule", "r");
    book.correlator.whitelists(&[Whitelist {
        expires_at: Some(at(100)),
        ..until
    }]);
    let (before, after) = (
        alert(1, 0, "r").by("203.0.113.7"),
        alert(2, 1, "r").by("203.0.113.7"),
    );
    book.alert(&before, at(99));
    book.alert(&after, at(100));
    assert!(book.refused.contains_key(&before.id) && book.members.contains_key(&after.id));
}

#[test]
fn an_administrator_may_widen_a_vendor() {
    let mut book = Book::new(settings(Caps::default()));
    let foreign = |id| Alert {
        products: ["other/firewall".parse().unwrap()].into(),
        ..alert(id, 0, "r")
    };
    book.alert(&foreign(1), at(0));
    let mut capabilities = Capabilities::default();
    let cloud = capabilities.of(Provider::Alibaba);
    capabilities.set(Provider::Other, cloud);
    book.correlator.capabilities(capabilities);
    book.alert(&foreign(2), at(0));
    assert_eq!((book.refused.len(), book.members.len()), (1, 1));
}
