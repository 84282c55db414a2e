//! The attack chain: lanes in matrix order, gaps, what led to what, and the entry point.

use crate::build::{Shape, alert};
use correlate::{Chain, EdgeKind};
use model::{
    Alert, AlertId, Entity, EntityKey, EntityKind, EventId, Level, LinkReason, Membership, Role,
    SharedEntity, Side, Tactic,
};

/// The tactics of the tests in their order.
pub fn order() -> Vec<Tactic> {
    [
        "reconnaissance",
        "initial-access",
        "execution",
        "persistence",
        "lateral-movement",
        "impact",
    ]
    .map(Tactic::new)
    .to_vec()
}

/// The membership of an alert that repeats none.
pub fn member(alert: &Alert) -> Membership {
    Membership {
        event: EventId::from_bits(1),
        alert: alert.id,
        folded_into: alert.id,
        reason: LinkReason::Opened,
        also: Vec::new(),
    }
}

/// The chain of alerts that repeat none.
pub fn chain(alerts: &[Alert]) -> Chain {
    let members: Vec<Membership> = alerts.iter().map(member).collect();
    Chain::new(alerts.iter().zip(&members), &order())
}

fn on_host(alert: Alert) -> Alert {
    Alert {
        side: Side::Host,
        ..alert
    }
}

/// Names a process, which `malicious` says did it.
fn process(mut alert: Alert, value: &str, malicious: bool) -> Alert {
    let entity = Entity::new(EntityKind::Process, value, Role::Artefact, malicious);
    alert.entities.push(entity);
    alert.entities.sort();
    alert
}

/// The lanes of these alerts as `tactic: ids`, and the entry point.
#[track_caller]
fn check_lanes(alerts: &[Alert], expected: &[(&str, &[u128])], entry: Option<u128>) {
    let chain = chain(alerts);
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

/// The edges of these alerts: from, to and the strongest kind.
#[track_caller]
fn check_edges(alerts: &[Alert], expected: &[(u128, u128, EdgeKind)]) {
    let chain = chain(alerts);
    let edges: Vec<(u128, u128, EdgeKind)> = chain
        .edges
        .iter()
        .map(|edge| (edge.from.bits(), edge.to.bits(), edge.causes[0].kind))
        .collect();
    assert_eq!(edges, expected);
}

/// The entry point of these alerts, and a part of its reason in each language.
#[track_caller]
fn check_entry(alerts: &[Alert], expected: u128, en: &str, zh: &str) {
    let entry = chain(alerts).entry.unwrap();
    assert_eq!(entry.alert.bits(), expected, "{}", entry.reason.en);
    assert!(entry.reason.en.contains(en), "{}", entry.reason.en);
    assert!(entry.reason.zh.contains(zh), "{}", entry.reason.zh);
}

#[test]
fn lanes_are_in_matrix_order_and_gaps_are_kept() {
    let with = |id, secs, tactic: &str| alert(id, secs, "r").tactic(tactic);
    check_lanes(&[], &[], None);
    check_lanes(
        &[
            with(1, 30, "impact"),
            with(2, 20, "initial-access"),
            with(3, 10, "initial-access"),
        ],
        &[
            ("initial-access", &[3, 2]),
            ("execution", &[]),
            ("persistence", &[]),
            ("lateral-movement", &[]),
            ("impact", &[1]),
        ],
        Some(3),
    );
    // Several tactics, an unknown one, and none.
    check_lanes(
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
        Some(3),
    );
}

#[test]
fn repeats_are_one_node() {
    let alerts = [alert(2, 5, "r"), alert(1, 0, "r"), alert(3, 9, "r")];
    let members: Vec<Membership> = alerts
        .iter()
        .map(|alert| Membership {
            folded_into: AlertId::from_bits(2),
            ..member(alert)
        })
        .collect();
    let chain = Chain::new(alerts.iter().zip(&members), &order());
    let [node] = &chain.nodes[..] else {
        panic!("{:?}", chain.nodes)
    };
    assert_eq!((node.alert.bits(), node.count), (2, 3));
    assert_eq!((node.time, node.last_time), (alerts[0].time, alerts[2].time));
}

#[test]
fn each_kind_of_evidence_ties_an_alert_to_the_next() {
    use EntityKind::{AccessKey, CloudAccount, Domain, File, HostAccount, Ip};
    use Role::{Artefact, Attacker, Victim};
    let check = |first: Alert, second: Alert, kind| check_edges(&[first, second], &[(1, 2, kind)]);
    let (first, second) = (|| alert(1, 0, "a"), || alert(2, 10, "b"));
    let both = |entity_kind, value: &str, role, kind| {
        check(
            first().with(entity_kind, value, role),
            second().with(entity_kind, value, role),
            kind,
        );
    };
    both(File, "h1//tmp/x", Artefact, EdgeKind::File);
    both(AccessKey, "AK1", Victim, EdgeKind::AccessKey);
    both(HostAccount, "h1/root", Victim, EdgeKind::HostAccount);
    both(CloudAccount, "1000/li", Victim, EdgeKind::CloudIdentity);
    both(CloudAccount, "1000", Victim, EdgeKind::SameAsset);
    both(Ip, "203.0.113.7", Attacker, EdgeKind::SameAttacker);
    both(Ip, "203.0.113.7", Artefact, EdgeKind::SameAddress);
    both(Domain, "shop.example", Victim, EdgeKind::SameAsset);
    check(
        first().by("203.0.113.7"),
        second().with(Ip, "203.0.113.7", Artefact),
        EdgeKind::Contact,
    );
    // A private address is local to its account whatever part it plays.
    let mut attacked = first().with(Ip, "1000/10.0.0.5", Victim);
    let mut attacks = second().by("10.0.0.5");
    attacked.accounts = ["1000".to_owned()].into();
    attacks.accounts = ["1000".to_owned()].into();
    check(attacked.clone(), attacks.clone(), EdgeKind::LateralMovement);
    attacks.accounts = ["2000".to_owned()].into();
    check_edges(&[attacked, attacks], &[]);
    check(
        process(first(), "h1/100/7", true),
        process(process(second(), "h1/200/8", true), "h1/100/7", false),
        EdgeKind::ProcessParent,
    );
    check(
        process(process(first(), "h1/200/8", true), "h1/100/7", false),
        process(process(second(), "h1/300/9", true), "h1/100/7", false),
        EdgeKind::SameParent,
    );
    check(
        process(first(), "h1/100/7", false),
        process(second(), "h1/100/7", false),
        EdgeKind::SameProcess,
    );
    check_edges(
        &[
            first().with(EntityKind::Url, "/login", Victim),
            second().with(EntityKind::Url, "/login", Victim),
        ],
        &[],
    );
}

#[test]
fn what_a_longer_path_says_is_left_out_and_weak_edges_only_fill_in() {
    let scan = alert(1, 0, "scan").by("203.0.113.7").site("shop.example");
    let exploit = alert(2, 10, "exploit").by("203.0.113.7").site("shop.example");
    let shell = alert(3, 20, "shell").by("203.0.113.7").on("web-1");
    // Only the time and the place tie this one to the rest.
    let cron = alert(4, 30, "cron").on("web-1");
    check_edges(
        &[scan, exploit, shell, cron],
        &[
            (1, 2, EdgeKind::SameAttacker),
            (2, 3, EdgeKind::SameAttacker),
            (3, 4, EdgeKind::SameAsset),
        ],
    );
    // 1 → 3 by the account is made needless by 1 → 2 → 3.
    let account = |id: u128, secs| alert(id, secs, "r").with(EntityKind::HostAccount, "h/root", Role::Victim);
    check_edges(
        &[
            account(1, 0),
            alert(2, 5, "r")
                .with(EntityKind::HostAccount, "h/root", Role::Victim)
                .with(EntityKind::File, "f", Role::Artefact),
            account(3, 10).with(EntityKind::File, "f", Role::Artefact),
        ],
        &[(1, 2, EdgeKind::HostAccount), (2, 3, EdgeKind::File)],
    );
}

#[test]
fn an_alert_that_nothing_explains_is_tied_to_what_it_was_linked_to() {
    let alerts = [alert(1, 0, "a"), alert(2, 5, "b")];
    let mut members: Vec<Membership> = alerts.iter().map(member).collect();
    members[1].reason = LinkReason::Shares {
        alert: alerts[0].id,
        entities: vec![SharedEntity {
            key: EntityKey::new(EntityKind::Host, "h"),
            weight: 1.0,
            base: 0.7,
            rarity: 1.0,
            decay: 1.0,
        }],
        score: 1.0,
    };
    let chain = Chain::new(alerts.iter().zip(&members), &order());
    assert_eq!(chain.edges.len(), 1);
    assert!(!chain.edges[0].causal);
    assert_eq!(chain.edges[0].text.en, "Host h put it into the event");
}

#[test]
fn attempts_from_the_network_are_no_entry_where_a_host_was_reached() {
    let scan = alert(1, 0, "scan").tactic("reconnaissance").by("198.51.100.1");
    let shell = on_host(alert(2, 10, "shell").tactic("execution"));
    check_lanes(std::slice::from_ref(&scan), &[("reconnaissance", &[1])], Some(1));
    check_lanes(
        &[scan.clone(), shell],
        &[
            ("reconnaissance", &[1]),
            ("initial-access", &[]),
            ("execution", &[2]),
        ],
        Some(2),
    );
    // The exploit of the other attacker led to the host, by the address the shell calls.
    let exploit = alert(3, 5, "exploit").tactic("initial-access").by("203.0.113.7");
    let calls = on_host(alert(4, 10, "shell").tactic("execution").level(Level::High)).with(
        EntityKind::Ip,
        "203.0.113.7",
        Role::Artefact,
    );
    let alerts = [scan, exploit, calls];
    check_entry(
        &alerts,
        3,
        "1 of the 3 alerts follows from it, up to level High: IP address 203.0.113.7",
        "IP 地址 203.0.113.7",
    );
    check_entry(
        &alerts,
        3,
        "1 earlier alert is reconnaissance",
        "此前 1 条告警属于侦察",
    );
    let attempts: Vec<u128> = chain(&alerts)
        .nodes
        .iter()
        .filter(|node| node.attempt)
        .map(|node| node.alert.bits())
        .collect();
    assert_eq!(attempts, [1]);
}

#[test]
fn the_entry_is_the_root_from_which_the_worst_follows() {
    // The scan of one attacker leads on to his exploit, which is how he came in.
    let scan = alert(1, 0, "scan").tactic("reconnaissance").by("203.0.113.7");
    let exploit = alert(2, 10, "exploit").tactic("initial-access").by("203.0.113.7");
    let lateral = alert(3, 20, "ssh")
        .tactic("lateral-movement")
        .by("203.0.113.7")
        .level(Level::Serious);
    let apart = alert(4, 1, "login")
        .tactic("initial-access")
        .by("198.51.100.9")
        .level(Level::High);
    check_entry(
        &[lateral, apart.clone(), exploit, scan],
        2,
        "the attacker is the same, IP address 203.0.113.7",
        "攻击者相同：IP 地址 203.0.113.7",
    );
    // Nothing follows from anything: the worst, then the earliest.
    check_entry(
        &[alert(5, 0, "probe").site("a.example"), apart],
        4,
        "first alert of the highest level (High), on IP address 198.51.100.9",
        "最高等级（高危）",
    );
}
