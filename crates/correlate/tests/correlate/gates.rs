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

/// What an alert of this side, origin and method becomes: the method of its event, or why there is none.
#[test]
fn side_and_method() {
    let check = |side, origin, aggregation, expected: Result<Aggregation, NoEventReason>| {
        let one = Alert {
            side,
            origin,
            aggregation,
            ..alert(1, 0, "r").by("203.0.113.7")
        };
        let book = Book::of(std::slice::from_ref(&one));
        let got = book
            .refused
            .get(&one.id)
            .map_or_else(|| Ok(book.event(&one).method), |reason| Err(*reason));
        assert_eq!(got, expected, "{side:?} {origin:?} {aggregation:?}");
    };
    let no_policy = Err(NoEventReason::NoPolicy);
    check(
        Side::Network,
        Origin::Predefined,
        Aggregation::Expert,
        Ok(Aggregation::Expert),
    );
    check(
        Side::Network,
        Origin::Predefined,
        Aggregation::GraphCompute,
        Ok(Aggregation::GraphCompute),
    );
    check(Side::Network, Origin::Predefined, Aggregation::None, no_policy);
    check(
        Side::Network,
        Origin::Predefined,
        Aggregation::Passthrough,
        no_policy,
    );
    check(Side::Network, Origin::Predefined, Aggregation::Window, no_policy);
    check(
        Side::Network,
        Origin::Custom,
        Aggregation::Passthrough,
        Ok(Aggregation::Passthrough),
    );
    check(
        Side::Network,
        Origin::Custom,
        Aggregation::Window,
        Ok(Aggregation::Window),
    );
    check(Side::Network, Origin::Custom, Aggregation::Expert, no_policy);
    check(Side::Network, Origin::Custom, Aggregation::None, no_policy);
    check(
        Side::Network,
        Origin::Vendor,
        Aggregation::GraphCompute,
        no_policy,
    );
    check(Side::Network, Origin::Vendor, Aggregation::None, no_policy);
    check(
        Side::Host,
        Origin::Vendor,
        Aggregation::None,
        Ok(Aggregation::GraphCompute),
    );
    check(
        Side::Host,
        Origin::Predefined,
        Aggregation::GraphCompute,
        Ok(Aggregation::GraphCompute),
    );
    check(
        Side::Host,
        Origin::Predefined,
        Aggregation::None,
        Ok(Aggregation::None),
    );
    check(
        Side::Host,
        Origin::Custom,
        Aggregation::Window,
        Ok(Aggregation::Window),
    );
    check(
        Side::Host,
        Origin::Custom,
        Aggregation::None,
        Ok(Aggregation::None),
    );
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
