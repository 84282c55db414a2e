//! What an event says of itself: its title, level, score and entities.

use crate::{
    book::Book,
    build::{Shape, alert},
};
use model::{Alert, EntityKind, Level, LocalText, Role, Side};

#[test]
fn an_event_says_what_its_alerts_say() {
    let titled = |id, secs, rule: &str, en: &str, zh: &str| Alert {
        title: LocalText::new(en, zh),
        ..alert(id, secs, rule)
    };
    let (ip, site) = ("203.0.113.7", "shop.example");
    let alerts = [
        titled(
            1,
            0,
            "scan",
            "Directory scan on shop.example",
            "shop.example 遭受目录扫描",
        )
        .by(ip)
        .site(site)
        .level(Level::Low),
        titled(
            2,
            5,
            "sqli",
            "SQL injection attempt on shop.example",
            "shop.example 遭受 SQL 注入尝试",
        )
        .by(ip)
        .site(site),
    ];
    let book = Book::of(&alerts);
    let event = book.event(&alerts[0]);
    let title = LocalText::new(
        "SQL injection attempt and directory scan against shop.example by 203.0.113.7",
        "203.0.113.7 攻击 shop.example：SQL 注入尝试、目录扫描",
    );
    assert_eq!(event.title, title);
    assert_eq!(
        (event.level, event.side, event.alert_count),
        (Level::Medium, Side::Network, 2)
    );
    let entities: Vec<_> = event
        .entities
        .iter()
        .map(|e| (e.role, e.key.value.as_str()))
        .collect();
    assert_eq!(entities, [(Role::Attacker, ip), (Role::Victim, site)]);
}

#[test]
fn an_intrusion_over_two_hosts_is_serious() {
    let shell = |id, secs, host: &str| {
        alert(id, secs, "shell").graph().level(Level::High).on(host).with(
            EntityKind::File,
            "f1",
            Role::Artefact,
        )
    };
    let alerts = [shell(1, 0, "web-1"), shell(2, 10, "web-2")];
    assert_eq!(Book::of(&alerts[..1]).event(&alerts[0]).level, Level::High);
    let book = Book::of(&alerts);
    assert_eq!(book.event(&alerts[0]).level, Level::Serious);
    assert_eq!(book.event(&alerts[0]).level_reasons.len(), 2);
}

#[test]
fn encrypted_data_is_serious_on_one_host_and_mining_is_not() {
    let of = |technique: &str| {
        let mut alert = alert(1, 0, "payload")
            .graph()
            .level(Level::High)
            .on("db-1")
            .tactic("impact");
        alert.techniques = vec![technique.to_owned()];
        let book = Book::of(std::slice::from_ref(&alert));
        let event = book.event(&alert);
        (event.level, event.score, event.level_reasons.len())
    };
    // Of a band of twenty: a host (4), a late tactic (2), and the interruption (4).
    assert_eq!(of("T1486"), (Level::Serious, 90, 2));
    assert_eq!(of("T1496.001"), (Level::High, 66, 1));
}
