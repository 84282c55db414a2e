//! The attack chain: lanes in matrix order, gaps, and the entry point.

use crate::build::{Shape, alert};
use correlate::Chain;
use model::{Alert, Side, Tactic};

fn order() -> Vec<Tactic> {
    [
        "reconnaissance",
        "initial-access",
        "execution",
        "persistence",
        "impact",
    ]
    .map(Tactic::new)
    .to_vec()
}

/// The lanes of these alerts as `tactic: ids`, and the entry point.
#[track_caller]
fn check(alerts: &[Alert], expected: &[(&str, &[u128])], entry: Option<u128>) {
    let chain = Chain::new(alerts, &order());
    let lanes: Vec<(&str, Vec<u128>)> = chain
        .lanes
        .iter()
        .map(|lane| {
            let tactic = lane.tactic.as_ref().map_or("-", Tactic::as_str);
            (tactic, lane.alerts.iter().map(|alert| alert.bits()).collect())
        })
        .collect();
    let expected: Vec<(&str, Vec<u128>)> = expected
        .iter()
        .map(|(tactic, ids)| (*tactic, ids.to_vec()))
        .collect();
    assert_eq!(lanes, expected);
    assert_eq!(chain.entry.map(|entry| entry.alert.bits()), entry);
}

#[test]
fn lanes_are_in_matrix_order_and_gaps_are_kept() {
    let with = |id, secs, tactic: &str| alert(id, secs, "r").tactic(tactic);
    check(&[], &[], None);
    check(
        &[
            with(1, 30, "impact"),
            with(2, 20, "initial-access"),
            with(3, 10, "initial-access"),
        ],
        &[
            ("initial-access", &[3, 2]),
            ("execution", &[]),
            ("persistence", &[]),
            ("impact", &[1]),
        ],
        Some(3),
    );
    // Several tactics, an unknown one, and none.
    check(
        &[
            with(1, 5, "execution").tactic("persistence"),
            with(2, 1, "no-such-tactic"),
            alert(3, 0, "r"),
        ],
        &[
            ("execution", &[1]),
            ("persistence", &[1]),
            ("no-such-tactic", &[2]),
            ("-", &[3]),
        ],
        Some(1),
    );
}

#[test]
fn the_entry_point_is_on_the_host_if_one_was_reached() {
    let scan = alert(1, 0, "scan").tactic("reconnaissance");
    let shell = Alert {
        side: Side::Host,
        ..alert(2, 10, "shell").tactic("execution")
    };
    check(std::slice::from_ref(&scan), &[("reconnaissance", &[1])], Some(1));
    check(
        &[scan, shell],
        &[
            ("reconnaissance", &[1]),
            ("initial-access", &[]),
            ("execution", &[2]),
        ],
        Some(2),
    );
}
