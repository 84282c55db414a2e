//! Entities over time: roles, days, what they come with, who calls them malicious; and events that are alike.

use crate::fixture::{Fixture, alert, at, attacker, audit, event};
use model::{
    Alert, Entity, EntityKey, EntityKind, EventId, Level, LocalText, Origin, Role, TagSource, TenantId,
};
use std::collections::BTreeSet;
use store::{
    Activity, ActivityKind, AlertFilter, ChangeKind, EntityFilter, EntityRow, EntitySort, EntityTagChange,
    EventChange, EventFilter, EventSort, PageRequest, PipelineCommit, Prevalence,
};

fn ip(value: &str) -> EntityKey {
    EntityKey::new(EntityKind::Ip, value)
}

fn host(name: &str) -> Entity {
    Entity::new(EntityKind::Host, name, Role::Victim, false)
}

async fn fetch(fixture: &Fixture, key: &EntityKey) -> EntityRow {
    let found = fixture.store.entity_fetch(&fixture.tenant, key).await.unwrap();
    found.unwrap_or_else(|| panic!("{key} is not there"))
}

async fn commit(fixture: &Fixture, change: impl FnOnce(&mut PipelineCommit)) {
    let after = fixture.store.pipeline_position(&fixture.tenant).await.unwrap();
    let mut batch = fixture.batch(after, after + 1);
    change(&mut batch);
    fixture.store.pipeline_commit(&batch).await.unwrap();
}

/// An alert in which the address is attacker and victim, and a host.
fn both_roles(number: u128, seconds: i64) -> Alert {
    let mut alert = alert(number, seconds, "203.0.113.7");
    alert
        .entities
        .push(Entity::new(EntityKind::Ip, "203.0.113.7", Role::Victim, false));
    alert.entities.push(host("web-1"));
    alert
}

#[tokio::test]
async fn roles_and_days_are_counted_once_for_each_alert() {
    let fixture = Fixture::new().await;
    // The second day is the one after; the second batch delivers an alert again.
    let day = 86_400;
    let alerts = vec![both_roles(1, 0), alert(2, day, "203.0.113.7")];
    commit(&fixture, |batch| batch.alerts = alerts).await;
    commit(&fixture, |batch| batch.alerts = vec![both_roles(1, 0)]).await;
    let row = fetch(&fixture, &ip("203.0.113.7")).await;
    assert_eq!(
        (
            row.alert_count,
            row.attacker_count,
            row.victim_count,
            row.artefact_count
        ),
        (2, 2, 1, 0)
    );
    assert!(row.is_asset(), "it was attacked, too");
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let alerts = store.entity_alerts(tenant, &row).await.unwrap();
    assert_eq!(alerts.considered, 2);
    let now = at(day + 10);
    let got = store
        .entity_prevalence(tenant, &row.key, &alerts, 7, now)
        .await
        .unwrap();
    let expected = Prevalence {
        days: 7,
        alerts: (2, 2),
        hours: (2, 7 * 24),
        hosts: (1, 1),
    };
    assert_eq!(got, expected);
    let days = store
        .entity_days(tenant, &row.key, now.day() - 6, now.day())
        .await
        .unwrap();
    let days: Vec<_> = days
        .iter()
        .map(|d| (d.day - now.day(), d.alerts, d.hours))
        .collect();
    assert_eq!(days, [(-1, 1, 1), (0, 1, 1)]);
    store.entity_day_forget(tenant, now).await.unwrap();
    let days = store
        .entity_days(tenant, &row.key, now.day() - 6, now.day())
        .await
        .unwrap();
    assert_eq!(days.len(), 1, "only today is left");
}

#[tokio::test]
async fn what_an_entity_comes_with_is_counted_by_alert() {
    let fixture = Fixture::new().await;
    let mut alerts = vec![both_roles(1, 0), both_roles(2, 10), alert(3, 20, "203.0.113.9")];
    alerts[1].rule.id = "rule-b".into();
    alerts[1].accounts.insert("2002".into());
    commit(&fixture, |batch| batch.alerts = alerts).await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let row = fetch(&fixture, &ip("203.0.113.7")).await;
    let alerts = store.entity_alerts(tenant, &row).await.unwrap();
    let reach = store.entity_reach(tenant, &row.key, &alerts).await.unwrap();
    assert_eq!(reach.rules, [("rule-a".to_owned(), 1), ("rule-b".to_owned(), 1)]);
    assert_eq!(reach.accounts, ["1001", "2002"]);
    assert_eq!(reach.products, ["alibaba/waf"]);
    assert_eq!(reach.assets, 2, "the host and the domain");
    let related = store.entity_related(tenant, &row.key, &alerts).await.unwrap();
    let related: Vec<_> = related
        .iter()
        .map(|r| {
            (
                r.key.value.as_str(),
                r.alert_count,
                r.newest.bits(),
                r.newest_time,
            )
        })
        .collect();
    assert_eq!(
        related,
        [("shop.example.com", 2, 2, at(10)), ("web-1", 2, 2, at(10))]
    );
    let filter = AlertFilter {
        entity_key: Some(row.key.clone()),
        ..AlertFilter::default()
    };
    let page = store
        .alert_list(tenant, &filter, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn say(fixture: &Fixture, key: &EntityKey, malicious: bool, by: &str) {
    let change = EntityTagChange {
        entity: key.clone(),
        malicious,
        source: TagSource::Analyst,
        reference: by.into(),
        reason: LocalText::same("seen in a report"),
    };
    commit(fixture, |batch| batch.entity_tags = vec![change]).await;
}

#[tokio::test]
async fn a_tag_says_who_when_and_why_and_is_taken_back_as_one() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let key = ip("203.0.113.7");
    let mut vendor = alert(2, 5, "203.0.113.7");
    vendor.origin = Origin::Vendor;
    let alerts = vec![alert(1, 0, "203.0.113.7"), vendor, alert(3, 6, "203.0.113.7")];
    commit(&fixture, |batch| batch.alerts = alerts).await;
    say(&fixture, &key, true, "ann").await;
    let tags = store.entity_tag_list(tenant, &key).await.unwrap();
    let mut by: Vec<_> = tags
        .iter()
        .map(|tag| (tag.source, tag.reference.as_str()))
        .collect();
    by.sort_unstable();
    assert_eq!(
        by,
        [
            (TagSource::Analyst, "ann"),
            (TagSource::Rule, "rule-a"),
            (TagSource::Vendor, "rule-a")
        ]
    );
    assert!(tags.iter().all(|tag| tag.removed.is_none()));
    say(&fixture, &key, false, "bob").await;
    assert!(!fetch(&fixture, &key).await.malicious);
    let tags = store.entity_tag_list(tenant, &key).await.unwrap();
    assert!(tags.iter().all(|tag| {
        let removed = tag.removed.as_ref();
        removed.is_some_and(|(_, by, why)| by == "bob" && why.en == "seen in a report")
    }));
    say(&fixture, &key, true, "ann").await;
    assert!(fetch(&fixture, &key).await.malicious);
    let tags = store.entity_tag_list(tenant, &key).await.unwrap();
    assert_eq!(tags.iter().filter(|tag| tag.removed.is_none()).count(), 1);
    assert_eq!(tags.len(), 4, "the history stays");
}

#[tokio::test]
async fn an_event_shows_what_is_known_of_its_entities_now() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    commit(&fixture, |batch| {
        batch.alerts = vec![alert(1, 0, "203.0.113.7")];
        batch.events = vec![EventChange {
            event: event(1, 0, Level::High),
            kind: ChangeKind::Opened,
        }];
    })
    .await;
    let malicious = async || {
        let entities = store
            .event_entity_list(tenant, EventId::from_bits(1))
            .await
            .unwrap();
        entities[0].entity.malicious
    };
    assert!(malicious().await);
    say(&fixture, &attacker("203.0.113.7").key, false, "ann").await;
    assert!(!malicious().await);
}

#[tokio::test]
async fn entities_are_sorted_and_filtered() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let alerts = vec![
        both_roles(1, 0),
        alert(2, 10, "203.0.113.9"),
        alert(3, 5, "203.0.113.9"),
    ];
    commit(&fixture, |batch| batch.alerts = alerts).await;
    fixture.open_events(vec![event(1, 0, Level::High)]).await;
    let list = async |filter: EntityFilter, sort, limit| {
        let (mut values, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageRequest { limit, cursor };
            let got = store.entity_list(tenant, &filter, sort, &page).await.unwrap();
            values.extend(got.items.into_iter().map(|row| row.key.value));
            cursor = got.next_cursor;
            if cursor.is_none() {
                return values;
            }
        }
    };
    let any = EntityFilter::default;
    let by_alerts = ["shop.example.com", "203.0.113.9", "203.0.113.7", "web-1"];
    for limit in [1, 2, 50] {
        assert_eq!(list(any(), EntitySort::Alerts, limit).await, by_alerts);
        assert_eq!(list(any(), EntitySort::Events, limit).await[0], "203.0.113.7");
        assert_eq!(list(any(), EntitySort::Events, limit).await.len(), 4);
    }
    let assets = EntityFilter {
        asset: Some(true),
        ..any()
    };
    let found = list(assets, EntitySort::Alerts, 50).await;
    assert_eq!(found, ["shop.example.com", "203.0.113.7", "web-1"]);
    let others = EntityFilter {
        asset: Some(false),
        ..any()
    };
    assert_eq!(list(others, EntitySort::Alerts, 50).await, ["203.0.113.9"]);
    let stranger = TenantId::new("other");
    let page = PageRequest::default();
    for sort in [EntitySort::Seen, EntitySort::Alerts, EntitySort::Events] {
        let got = store.entity_list(&stranger, &any(), sort, &page).await.unwrap();
        assert_eq!((got.items.len(), got.total.value), (0, 0), "of another tenant");
    }
    let key = ip("203.0.113.7");
    assert_eq!(store.entity_fetch(&stranger, &key).await.unwrap(), None);
    assert!(store.entity_tag_list(&stranger, &key).await.unwrap().is_empty());
}

#[tokio::test]
async fn counts_go_with_old_alerts_and_so_does_what_rules_said() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let alerts = vec![both_roles(1, 0), alert(2, 1, "203.0.113.9")];
    commit(&fixture, |batch| batch.alerts = alerts).await;
    say(&fixture, &ip("203.0.113.9"), true, "ann").await;
    commit(&fixture, |batch| {
        batch.now = at(500);
        batch.alerts = vec![alert(3, 2, "203.0.113.7")];
    })
    .await;
    assert_eq!(store.alert_delete_before(tenant, at(400)).await.unwrap(), 2);
    let row = fetch(&fixture, &ip("203.0.113.7")).await;
    assert_eq!((row.alert_count, row.attacker_count, row.victim_count), (1, 1, 0));
    let left = store.entity_tag_list(tenant, &ip("203.0.113.9")).await.unwrap();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].source, TagSource::Analyst);
}

#[tokio::test]
async fn candidates_name_the_same_entities_or_come_from_the_same_rules() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let of = |number: u128, ip: &str| {
        let mut event = event(number, number as i64, Level::High);
        event.entities = vec![attacker(ip)];
        event
    };
    let same_entity = of(2, "203.0.113.7");
    let same_rule = of(3, "198.51.100.1");
    let neither = of(4, "198.51.100.2");
    let this = of(1, "203.0.113.7");
    fixture
        .open_events(vec![this.clone(), same_entity, same_rule, neither])
        .await;
    commit(&fixture, |batch| {
        batch.alerts = vec![alert(1, 0, "203.0.113.7"), alert(3, 0, "198.51.100.1")];
        batch.memberships = vec![crate::fixture::membership(1, 1), crate::fixture::membership(3, 3)];
    })
    .await;
    let rules = BTreeSet::from(["rule-a".to_owned()]);
    let got = store
        .event_candidates(tenant, &this, &rules, at(0))
        .await
        .unwrap();
    assert_eq!(got.named_by.get(&ip("203.0.113.7")), Some(&2));
    let mut found: Vec<_> = got
        .events
        .iter()
        .map(|(row, rules)| (row.event.id.bits(), row.event.entities.len(), rules.len()))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [(2, 1, 0), (3, 1, 1)]);
    let stranger = TenantId::new("other");
    let got = store
        .event_candidates(&stranger, &this, &rules, at(0))
        .await
        .unwrap();
    assert!(got.events.is_empty(), "of another tenant");
    let late = store
        .event_candidates(tenant, &this, &rules, at(100_000))
        .await
        .unwrap();
    assert!(late.events.is_empty(), "too long ago");
}

#[tokio::test]
async fn an_event_keeps_its_place_within_the_level_an_analyst_chose() {
    let fixture = Fixture::new().await;
    let (store, tenant) = (&fixture.store, &fixture.tenant);
    let scored = |number, score| {
        let mut event = event(number, 0, Level::High);
        event.score = score;
        event
    };
    fixture.open_events(vec![scored(1, 64), scored(2, 70)]).await;
    let id = EventId::from_bits(1);
    let activity = Activity {
        event: id,
        at: at(1),
        actor: "ann".into(),
        kind: ActivityKind::Level,
        body: serde_json::json!({}),
    };
    store
        .event_set_level(tenant, id, Level::Serious, &activity, &audit("event.level"))
        .await
        .unwrap();
    let list = async || {
        let (filter, page) = (EventFilter::default(), PageRequest::default());
        let got = store
            .event_list(tenant, &filter, EventSort::Score, &page, at(10_000))
            .await
            .unwrap();
        let listed = got.items.iter().map(|row| (row.event.id.bits(), row.event.score));
        listed.collect::<Vec<_>>()
    };
    assert_eq!(list().await, [(1, 84), (2, 70)]);
    // What the machine finds later moves it within the chosen level only.
    fixture.open_events(vec![scored(1, 79)]).await;
    assert_eq!(list().await, [(1, 99), (2, 70)]);
}
