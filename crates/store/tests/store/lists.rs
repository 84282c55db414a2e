//! Lists: pages that stay right, and filters.

use crate::fixture::{Fixture, alert, at, event, membership, product};
use model::{
    AlertId, EntityKind, EventId, EventStatus, Level, NoEventReason, Origin, Provider, SecurityEvent, Side,
    Time,
};
use std::collections::HashSet;
use store::{
    AlertFilter, AlertTab, EntityFilter, EntitySort, Error, EventFilter, EventSort, PageRequest,
    PipelineCommit, Total, Unlinked,
};

fn page(limit: u32, cursor: Option<String>) -> PageRequest {
    PageRequest { limit, cursor }
}

/// Events of changing levels and times.
fn mixed(numbers: std::ops::Range<u128>) -> Vec<SecurityEvent> {
    let levels = [Level::Low, Level::High, Level::Medium];
    numbers
        .map(|n| event(n, (n % 4) as i64, levels[n as usize % 3]))
        .collect()
}

async fn check_paging(sort: EventSort, key: impl Fn(&SecurityEvent) -> (u8, Time, EventId)) {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    fixture.open_events(mixed(0..20)).await;
    let mut seen: Vec<SecurityEvent> = Vec::new();
    let mut cursor = None;
    for number in 1..=20 {
        let filter = EventFilter::default();
        let got = store
            .event_list(tenant, &filter, sort, &page(7, cursor), at(10_000))
            .await
            .unwrap();
        seen.extend(got.items.into_iter().map(|row| row.event));
        cursor = got.next_cursor;
        if cursor.is_none() {
            break;
        }
        // New events between two pages: above, between and below what was shown.
        fixture
            .open_events(mixed(1_000 * number..1_000 * number + 3))
            .await;
    }
    assert!(cursor.is_none(), "there is an end");
    let ids: HashSet<_> = seen.iter().map(|e| e.id).collect();
    assert_eq!(ids.len(), seen.len(), "one was shown twice");
    assert!(
        seen.windows(2).all(|pair| key(&pair[0]) > key(&pair[1])),
        "not in order"
    );
    for original in mixed(0..20) {
        assert!(ids.contains(&original.id), "{} was left out", original.id);
    }
}

#[tokio::test]
async fn pages_stay_right_while_events_are_inserted() {
    check_paging(EventSort::Level, |e| (e.level.number(), e.last_time, e.id)).await;
    check_paging(EventSort::Time, |e| (0, e.last_time, e.id)).await;
    check_paging(EventSort::Score, |e| (e.score, e.last_time, e.id)).await;
}

#[tokio::test]
async fn a_page_says_whether_there_is_another() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    fixture
        .open_events((1..=4).map(|n| event(n, 0, Level::Low)).collect())
        .await;
    let list = async |limit, cursor| {
        store
            .event_list(
                tenant,
                &EventFilter::default(),
                EventSort::Time,
                &page(limit, cursor),
                at(10_000),
            )
            .await
    };
    let first = list(2, None).await.unwrap();
    assert_eq!(
        first.total,
        Total {
            value: 4,
            exact: true
        }
    );
    let second = list(2, first.next_cursor.clone()).await.unwrap();
    assert_eq!(
        (second.items.len(), second.next_cursor),
        (2, None),
        "exactly full, and the last"
    );
    assert!(matches!(
        list(2, Some("nonsense".into())).await,
        Err(Error::Cursor(_))
    ));
    let other_order = store
        .event_list(
            tenant,
            &EventFilter::default(),
            EventSort::Level,
            &page(2, first.next_cursor),
            at(10_000),
        )
        .await;
    assert!(
        matches!(other_order, Err(Error::Cursor(_))),
        "a cursor of another order"
    );
}

async fn check_events(fixture: &Fixture, set: impl FnOnce(&mut EventFilter), expected: &[u128]) {
    let Fixture { store, tenant, .. } = fixture;
    let mut filter = EventFilter::default();
    set(&mut filter);
    let (sort, first, now) = (EventSort::Level, PageRequest::default(), at(10_000));
    let got = store
        .event_list(tenant, &filter, sort, &first, now)
        .await
        .unwrap();
    let ids: Vec<_> = got.items.iter().map(|row| row.event.id.bits()).collect();
    assert_eq!(ids, expected, "{filter:?}");
    let counts = store.event_counts(tenant, &filter, now).await.unwrap();
    let counted: u64 = counts.by_status_and_level.values().sum();
    assert_eq!(counted, expected.len() as u64, "{filter:?}");
}

/// Event 1 with an alert, and event 2 that differs from it in everything.
async fn two_events() -> Fixture {
    let fixture = Fixture::new().await;
    let mut other = event(2, 100, Level::High);
    other.products = [product("self_hosted/nginx")].into();
    other.accounts = ["2002".to_owned()].into();
    other.side = Side::Host;
    other.status = EventStatus::Handled;
    other.entities.clear();
    fixture.open_events(vec![event(1, 10, Level::Low), other]).await;
    let batch = PipelineCommit {
        alerts: vec![alert(7, 10, "203.0.113.7")],
        memberships: vec![membership(1, 7)],
        ..fixture.batch(1, 2)
    };
    fixture.store.pipeline_commit(&batch).await.unwrap();
    fixture
}

#[tokio::test]
async fn events_are_found_by_what_they_are() {
    let f = &two_events().await;
    check_events(f, |_| (), &[2, 1]).await;
    check_events(f, |f| f.statuses = vec![EventStatus::Handled], &[2]).await;
    check_events(f, |f| f.levels = vec![Level::Low, Level::Serious], &[1]).await;
    check_events(f, |f| f.side = Some(Side::Host), &[2]).await;
    check_events(f, |f| f.owner = Some(None), &[2, 1]).await;
    check_events(f, |f| f.owner = Some(Some("ann".into())), &[]).await;
    check_events(f, |f| f.from = Some(at(50)), &[2]).await;
    check_events(f, |f| f.until = Some(at(50)), &[1]).await;
    check_events(f, |f| f.updated_since = Some(at(10_001)), &[]).await;
}

#[tokio::test]
async fn events_are_found_by_what_is_in_them() {
    let f = &two_events().await;
    check_events(f, |f| f.account = Some("1001".into()), &[1]).await;
    check_events(f, |f| f.product = Some(product("self_hosted/nginx")), &[2]).await;
    check_events(f, |f| f.provider = Some(Provider::Alibaba), &[1]).await;
    check_events(f, |f| f.rule = Some("rule-a".into()), &[1]).await;
    check_events(f, |f| f.tactic = Some("initial-access".into()), &[2, 1]).await;
    check_events(f, |f| f.entity = Some("203.0.113.7".into()), &[1]).await;
    check_events(f, |f| f.text = Some("attack 2".into()), &[2]).await;
    check_events(f, |f| f.text = Some("攻击 1".into()), &[1]).await;
    check_events(f, |f| f.text = Some(EventId::from_bits(1).to_string()), &[1]).await;
    check_events(f, |f| f.text = Some("100%".into()), &[]).await;
}

#[tokio::test]
async fn events_without_activity_for_half_a_year_are_not_listed() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    fixture.open_events(vec![event(1, 0, Level::Low)]).await;
    let listed = async |days: i64| {
        let now = at(10_000 + days * 86_400);
        let got = store
            .event_list(
                tenant,
                &EventFilter::default(),
                EventSort::Time,
                &PageRequest::default(),
                now,
            )
            .await
            .unwrap();
        got.items.len()
    };
    assert_eq!((listed(180).await, listed(181).await), (1, 0));
    assert!(
        store
            .event_fetch(tenant, EventId::from_bits(1))
            .await
            .unwrap()
            .is_some(),
        "it still opens"
    );
}

async fn check_alerts(fixture: &Fixture, set: impl FnOnce(&mut AlertFilter), expected: &[u128]) {
    let mut filter = AlertFilter::default();
    set(&mut filter);
    let first = PageRequest::default();
    let got = fixture
        .store
        .alert_list(&fixture.tenant, &filter, &first)
        .await
        .unwrap();
    let ids: Vec<_> = got.items.iter().map(|row| row.alert.id.bits()).collect();
    assert_eq!(ids, expected, "{filter:?}");
    assert_eq!(got.total.value, expected.len() as u64);
}

#[tokio::test]
async fn alerts_are_found_by_tab_and_filter() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut custom = alert(2, 20, "203.0.113.9");
    custom.origin = Origin::Custom;
    custom.products = [product("self_hosted/nginx")].into();
    let mut vendor = alert(3, 30, "203.0.113.9");
    vendor.origin = Origin::Vendor;
    vendor.level = Level::Serious;
    let batch = PipelineCommit {
        alerts: vec![alert(1, 10, "203.0.113.7"), custom, vendor],
        memberships: vec![membership(1, 1)],
        unlinked: vec![Unlinked {
            alert: AlertId::from_bits(2),
            reason: NoEventReason::NoPolicy,
            whitelist: None,
        }],
        ..fixture.batch(0, 1)
    };
    store.pipeline_commit(&batch).await.unwrap();
    let f = &fixture;
    let nginx = AlertTab::Product(product("self_hosted/nginx"));
    check_alerts(f, |_| (), &[3, 2, 1]).await;
    check_alerts(f, |f| f.tab = Some(AlertTab::Aggregate), &[3, 1]).await;
    check_alerts(f, |f| f.tab = Some(AlertTab::Custom), &[2]).await;
    check_alerts(f, |f| f.tab = Some(nginx), &[2]).await;
    check_alerts(f, |f| f.levels = vec![Level::Serious], &[3]).await;
    check_alerts(f, |f| f.side = Some(Side::Host), &[]).await;
    check_alerts(f, |f| f.entity = Some("203.0.113.9".into()), &[3, 2]).await;
    check_alerts(f, |f| f.provider = Some(Provider::SelfHosted), &[2]).await;
    check_alerts(f, |f| f.tactic = Some("impact".into()), &[]).await;
    check_alerts(f, |f| f.account = Some("1001".into()), &[3, 2, 1]).await;
    check_alerts(f, |f| f.rule = Some("rule-b".into()), &[]).await;
    check_alerts(f, |f| f.in_event = Some(true), &[1]).await;
    check_alerts(f, |f| f.in_event = Some(false), &[3, 2]).await;
    check_alerts(f, |f| f.event = Some(EventId::from_bits(1)), &[1]).await;
    check_alerts(f, |f| f.no_event = Some(NoEventReason::NoPolicy), &[2]).await;
    check_alerts(f, |f| f.from = Some(at(20)), &[3, 2]).await;
    check_alerts(f, |f| f.until = Some(at(20)), &[1]).await;
    check_alerts(f, |f| f.text = Some("sql INJ".into()), &[3, 2, 1]).await;
    let products = store.alert_product_list(tenant).await.unwrap();
    assert_eq!(products, [product("alibaba/waf"), product("self_hosted/nginx")]);
}

#[tokio::test]
async fn entities_are_listed_once_each() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let batch = PipelineCommit {
        alerts: (1..=5)
            .map(|n| alert(n, n as i64, &format!("203.0.113.{}", n % 2)))
            .collect(),
        ..fixture.batch(0, 1)
    };
    store.pipeline_commit(&batch).await.unwrap();
    let list = async |filter: EntityFilter| {
        let got = store
            .entity_list(tenant, &filter, EntitySort::Seen, &PageRequest::default())
            .await
            .unwrap();
        got.items
            .iter()
            .map(|row| (row.key.value.clone(), row.alert_count))
            .collect::<Vec<_>>()
    };
    let any = EntityFilter::default;
    let entry = |value: &str, count| (value.to_owned(), count);
    let all = [
        entry("203.0.113.1", 3),
        entry("shop.example.com", 5),
        entry("203.0.113.0", 2),
    ];
    assert_eq!(list(any()).await, all);
    assert_eq!(
        list(EntityFilter {
            kind: Some(EntityKind::Domain),
            ..any()
        })
        .await,
        all[1..2]
    );
    assert_eq!(
        list(EntityFilter {
            malicious: Some(true),
            ..any()
        })
        .await,
        [all[0].clone(), all[2].clone()]
    );
    assert_eq!(
        list(EntityFilter {
            text: Some("SHOP".into()),
            ..any()
        })
        .await,
        all[1..2]
    );
    assert_eq!(
        list(EntityFilter {
            since: Some(at(5)),
            ..any()
        })
        .await,
        all[..2]
    );
}
