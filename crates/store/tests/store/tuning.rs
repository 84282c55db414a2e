//! What people tune: whitelists and the settings of correlation, changed by two at once; and the alerts that tell what
//! a change would do, read in order.

use crate::fixture::{Fixture, alert, at, audit, membership};
use model::{
    AlertId, Condition, CorrelationSettings, EntityKind, EventId, Predicate, TenantId,
    condition::Operator,
    correlation::Shared,
    whitelist::{Whitelist, WhitelistScope},
};
use store::{Between, Error, WhitelistRow};

fn whitelist(right: &str) -> Whitelist {
    Whitelist {
        id: "w".into(),
        scope: WhitelistScope::Event,
        condition: Condition {
            conditions: vec![Predicate {
                left: "rule".into(),
                operator: Operator::Equals,
                right: vec![right.into()],
                not: false,
            }],
            formula: None,
        },
        reason: "a scanner of our own".into(),
        owner: "ann".into(),
        expires_at: Some(at(100)),
    }
}

#[tokio::test]
async fn a_whitelist_is_changed_from_the_version_one_saw() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    store
        .whitelist_insert(tenant, &whitelist("a"), at(0), &audit("whitelist.create"))
        .await
        .unwrap();
    let twice = store
        .whitelist_insert(tenant, &whitelist("a"), at(0), &audit("whitelist.create"))
        .await;
    assert!(matches!(twice, Err(Error::Exists { .. })), "{twice:?}");
    let made = store.whitelist_list(tenant).await.unwrap().remove(0);
    assert_eq!((made.version, made.paused), (1, false));
    assert!(made.holds(at(99)) && !made.holds(at(100)));
    let changed = WhitelistRow {
        whitelist: whitelist("b"),
        paused: true,
        ..made.clone()
    };
    let update = async |row: &WhitelistRow| {
        store
            .whitelist_update(tenant, row, &audit("whitelist.update"))
            .await
    };
    assert_eq!(update(&changed).await.unwrap(), 2);
    let late = update(&made).await;
    assert!(
        matches!(late, Err(Error::Conflict { version: 2, .. })),
        "{late:?}"
    );
    let kept = store.whitelist_list(tenant).await.unwrap().remove(0);
    assert_eq!(
        kept,
        WhitelistRow {
            version: 2,
            ..changed
        }
    );
    assert!(!kept.holds(at(0)), "paused");
    let mut gone = kept;
    gone.whitelist.id = "x".into();
    assert!(matches!(update(&gone).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn settings_of_correlation_are_changed_from_the_version_one_saw() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let none = store.correlation_settings_fetch(tenant).await.unwrap();
    assert_eq!(none, (CorrelationSettings::default(), 0));
    let settings = CorrelationSettings {
        infrastructure: vec![Shared {
            kind: EntityKind::Ip,
            value: "203.0.113.0/24".into(),
            note: "NAT".into(),
        }],
        noisy: [("rule-a".to_owned(), true)].into(),
        patterns_off: ["p".to_owned()].into(),
    };
    let save = async |version| {
        let audit = audit("correlation_settings.update");
        store
            .correlation_settings_save(tenant, &settings, version, &audit)
            .await
    };
    assert_eq!(save(0).await.unwrap(), 1);
    assert!(matches!(save(0).await, Err(Error::Conflict { version: 1, .. })));
    assert_eq!(save(1).await.unwrap(), 2);
    assert_eq!(
        store.correlation_settings_fetch(tenant).await.unwrap(),
        (settings, 2)
    );
}

#[tokio::test]
async fn alerts_are_read_in_order_piece_by_piece() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut batch = fixture.batch(0, 1);
    // Two of one second, and stored out of order.
    let order = [(3, 30), (1, 10), (5, 20), (4, 20), (9, 40)];
    batch.alerts = order.map(|(id, time)| alert(id, time, "203.0.113.7")).into();
    batch.memberships = vec![membership(7, 4)];
    store.pipeline_commit(&batch).await.unwrap();
    let between = Between {
        from: at(10),
        until: at(40),
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let piece = store.alert_stream(tenant, between, after, 2).await.unwrap();
        let Some(last) = piece.last() else { break };
        assert!(piece.len() <= 2);
        after = Some((last.alert.time, last.alert.id));
        seen.extend(piece);
    }
    let ids: Vec<AlertId> = seen.iter().map(|row| row.alert.id).collect();
    assert_eq!(ids, [1, 4, 5, 3].map(AlertId::from_bits));
    assert!(
        seen.iter()
            .all(|row| row.alert.evidence.is_empty() && row.alert.entities.len() == 2)
    );
    assert_eq!(seen[1].event, Some(EventId::from_bits(7)));
    assert_eq!(seen[0].event, None);
    assert_eq!(store.alert_count(tenant, between).await.unwrap(), 4);
    let newest = async |most| store.alert_newest_from(tenant, between, most).await.unwrap();
    assert_eq!(
        [newest(4).await, newest(3).await, newest(1).await],
        [at(10), at(20), at(30)]
    );
    let elsewhere = TenantId::new("other");
    assert_eq!(store.alert_count(&elsewhere, between).await.unwrap(), 0);
    let piece = store.alert_stream(&elsewhere, between, None, 9).await.unwrap();
    assert!(piece.is_empty());
}
