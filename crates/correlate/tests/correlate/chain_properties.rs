//! What holds of every chain, whatever its alerts: no circles, forward in time, complete, the same in any order.

use crate::{
    build::{Shape, alert},
    chain::chain,
};
use correlate::{Chain, Edge};
use model::{Alert, AlertId, Entity, EntityKind, Level, Role, Side};
use proptest::{collection::vec, prelude::*};
use std::collections::{BTreeMap, BTreeSet};

fn entities() -> impl Strategy<Value = Vec<Entity>> {
    let kind = prop::sample::select(EntityKind::all().collect::<Vec<_>>());
    let role = prop::sample::select(vec![Role::Attacker, Role::Victim, Role::Artefact]);
    let entity = (kind, 0..4_u8, role, any::<bool>()).prop_map(|(kind, value, role, malicious)| {
        let value = match kind {
            EntityKind::Ip => format!("203.0.113.{value}"),
            EntityKind::Process => format!("h/{value}/{value}"),
            _ => format!("1000/{value}"),
        };
        Entity::new(kind, &value, role, malicious)
    });
    vec(entity, 0..4)
}

fn alerts() -> impl Strategy<Value = Vec<Alert>> {
    let tactic = prop::sample::select(vec!["reconnaissance", "initial-access", "execution", "other"]);
    let one = (0..60_i64, entities(), any::<bool>(), 0..5_usize, tactic);
    vec(one, 1..25).prop_map(|alerts| {
        let shape = |(number, (secs, entities, host, level, tactic))| {
            let mut alert = alert(number as u128 + 1, secs, "r")
                .tactic(tactic)
                .level(Level::ALL[level]);
            alert.entities = entities;
            alert.entities.sort();
            alert.entities.dedup();
            if host {
                alert.side = Side::Host;
            }
            alert
        };
        alerts.into_iter().enumerate().map(shape).collect()
    })
}

/// What can be reached from `start`.
fn reached(chain: &Chain, start: impl IntoIterator<Item = AlertId>) -> BTreeSet<AlertId> {
    let mut open: Vec<AlertId> = start.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(alert) = open.pop() {
        if seen.insert(alert) {
            open.extend(chain.edges.iter().filter(|e| e.from == alert).map(|e| e.to));
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::build::cases(128)))]
    #[test]
    fn edges_go_forward_and_every_alert_is_a_root_or_reached_from_one(alerts in alerts()) {
        let chain = chain(&alerts);
        let place: BTreeMap<AlertId, usize> = chain.nodes.iter().enumerate().map(|(i, n)| (n.alert, i)).collect();
        prop_assert_eq!(place.len(), alerts.len());
        for edge in &chain.edges {
            // Places are by time: an edge that goes forward in them cannot close a circle.
            prop_assert!(place[&edge.from] < place[&edge.to]);
            prop_assert!(chain.nodes[place[&edge.from]].time <= chain.nodes[place[&edge.to]].time);
            prop_assert!(!edge.causes.is_empty() && edge.causes.is_sorted());
            prop_assert_eq!(edge.causal, edge.causes[0].kind.is_causal());
            // What explains is not left out because one thing merely came after another.
            let says = |other: &&Edge| *other != edge && (other.causal || !edge.causal);
            let others = Chain { edges: chain.edges.iter().filter(says).cloned().collect(), ..chain.clone() };
            prop_assert!(!reached(&others, [edge.from]).contains(&edge.to), "a path says what the edge says");
        }
        let led_to: BTreeSet<AlertId> = chain.edges.iter().map(|edge| edge.to).collect();
        let roots = place.keys().copied().filter(|alert| !led_to.contains(alert));
        prop_assert_eq!(reached(&chain, roots).len(), alerts.len());
    }

    #[test]
    fn the_order_of_the_input_is_nothing(alerts in alerts(), by in any::<u64>()) {
        let expected = chain(&alerts);
        let mut shuffled = alerts;
        shuffled.sort_by_key(|alert| (alert.id.bits() as u64 + 1).wrapping_mul(by | 1) >> 7);
        prop_assert_eq!(chain(&shuffled), expected);
    }

    #[test]
    fn the_entry_is_no_attempt_and_reaches_what_any_other_root_may(alerts in alerts()) {
        let chain = chain(&alerts);
        let entry = chain.entry.clone().unwrap();
        let node = chain.nodes.iter().find(|node| node.alert == entry.alert).unwrap();
        prop_assert!(!node.attempt);
        let worst = |start| {
            let reached = reached(&chain, [start]);
            chain.nodes.iter().filter(|node| reached.contains(&node.alert)).map(|node| node.level).max()
        };
        let best = chain.nodes.iter().filter(|node| !node.attempt).map(|node| worst(node.alert)).max().unwrap();
        prop_assert_eq!(worst(entry.alert), best);
    }
}

#[test]
fn two_thousand_alerts_that_share_much_stay_few_edges() {
    let alerts: Vec<Alert> = (0..2_000_u128)
        .map(|number| {
            alert(number + 1, number as i64, "r")
                .by(&format!("203.0.113.{}", number % 50))
                .on(&format!("web-{}", number % 20))
                .with(EntityKind::File, &format!("f{}", number % 300), Role::Artefact)
                .with(
                    EntityKind::HostAccount,
                    &format!("h/{}", number % 7),
                    Role::Victim,
                )
                .tactic("execution")
        })
        .collect();
    let chain = chain(&alerts);
    assert_eq!(chain.nodes.len(), 2_000);
    // Three of the four entities explain something, each from its newest mention alone: at most three edges a node.
    assert!(
        (1_900..=6_000).contains(&chain.edges.len()),
        "{} edges",
        chain.edges.len()
    );
}
