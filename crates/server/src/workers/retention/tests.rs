//! However much is old, one round forgets all of it, and nothing that is not.

use super::forget;
use crate::clock;
use model::{
    Aggregation, Alert, AlertId, EventId, EventStatus, Level, LocalText, Origin, RuleRef, SecurityEvent,
    Side, TenantId, Time,
};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use store::{
    AlertFilter, ChangeKind, EventChange, EventFilter, EventSort, PageRequest, PipelineCommit, Store,
};

const DAY: Duration = Duration::from_hours(24);

fn alert(number: u128, time: Time) -> Alert {
    Alert {
        id: AlertId::from_bits(number),
        tenant: TenantId::default(),
        time,
        first_time: time,
        rule: RuleRef {
            id: "rule-a".into(),
            version: "1".into(),
        },
        title: LocalText::same("SQL injection attempt"),
        origin: Origin::Predefined,
        testing: false,
        side: Side::Network,
        level: Level::Medium,
        aggregation: Aggregation::Expert,
        window: None,
        category: "abnormal_web_access".into(),
        tactics: Vec::new(),
        techniques: Vec::new(),
        products: BTreeSet::new(),
        accounts: BTreeSet::new(),
        entities: Vec::new(),
        records: Vec::new(),
        evidence: Vec::new(),
        threshold: None,
        defended: None,
        suppressed: 0,
    }
}

fn event(number: u128, time: Time) -> EventChange {
    let event = SecurityEvent {
        id: EventId::from_bits(number),
        tenant: TenantId::default(),
        title: LocalText::same("Attack"),
        description: LocalText::default(),
        level: Level::Medium,
        level_reasons: Vec::new(),
        score: 40,
        score_reasons: Vec::new(),
        method: Aggregation::Expert,
        side: Side::Network,
        status: EventStatus::Unhandled,
        first_time: time,
        last_time: time,
        alert_count: 1,
        raw_alert_count: 1,
        tactics: BTreeMap::new(),
        techniques: BTreeSet::new(),
        products: BTreeSet::new(),
        accounts: BTreeSet::new(),
        entities: Vec::new(),
        continues: None,
    };
    EventChange {
        event,
        kind: ChangeKind::Opened,
    }
}

/// A store with so many alerts and events from `at`, after the position.
async fn add(store: &Store, after: u64, numbers: std::ops::Range<u128>, at: Time) {
    let mut commit = PipelineCommit::empty(TenantId::default(), after, after + 1, at);
    commit.alerts = numbers.clone().map(|number| alert(number, at)).collect();
    commit.events = numbers.map(|number| event(number, at)).collect();
    store.pipeline_commit(&commit).await.unwrap();
}

async fn left(store: &Store) -> (u64, u64) {
    let (tenant, page) = (TenantId::default(), PageRequest::default());
    let alerts = store
        .alert_list(&tenant, &AlertFilter::default(), &page)
        .await
        .unwrap();
    let (filter, sort) = (EventFilter::default(), EventSort::default());
    // As of long ago, or a list leaves out what is too old for it.
    let events = store
        .event_list(&tenant, &filter, sort, &page, Time::default())
        .await
        .unwrap();
    (alerts.total.value, events.total.value)
}

#[tokio::test]
async fn a_round_forgets_all_that_is_old_and_stops_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("ctdr.db")).await.unwrap();
    let (tenant, now) = (TenantId::default(), clock::now());
    // More than two pieces of each.
    add(&store, 0, 0..1_201, now.minus(181 * DAY)).await;
    add(&store, 1, 2_000..2_003, now.minus(179 * DAY)).await;

    forget(&store, &tenant, now, || false).await.unwrap();
    assert_eq!(left(&store).await, (1_204, 1_204), "told to stop before it began");

    let asked = Cell::new(0);
    let once = || asked.replace(asked.get() + 1) == 0;
    forget(&store, &tenant, now, once).await.unwrap();
    assert_eq!(left(&store).await, (704, 1_204), "told to stop after a piece");

    forget(&store, &tenant, now, || true).await.unwrap();
    assert_eq!(left(&store).await, (3, 3));
}
