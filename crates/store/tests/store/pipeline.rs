//! The commit point: everything or nothing, and only once.

use crate::fixture::{Fixture, alert, at, attacker, audit, event, membership};
use model::{
    AlertId, Entity, EntityKey, EntityKind, EventId, EventStatus, Level, NoEventReason, RecordId, Role,
    SourceId,
    whitelist::{Whitelist, WhitelistScope},
};
use serde_json::json;
use std::collections::HashMap;
use store::{
    ActionResult, Activity, ActivityKind, AlertFilter, ChangeKind, ClientCount, Committed, DeadLetter, Error,
    EventChange, EventFetch, PageRequest, PipelineCommit, Snapshot, SourceCount, Trigger, Unlinked,
};

fn full_batch(fixture: &Fixture) -> PipelineCommit {
    let source = SourceId::from_bits(5);
    PipelineCommit {
        source_counts: vec![SourceCount {
            source,
            day: 3,
            received: 4,
            stored: 2,
            duplicate: 1,
            rejected: 0,
            dead_letter: 1,
            bytes: 400,
        }],
        client_counts: vec![ClientCount {
            client: "203.0.113.7".into(),
            day: 3,
            requests: 4,
            refusals: 1,
        }],
        dead_letters: vec![DeadLetter {
            source,
            received: at(10),
            reason: "json".into(),
            detail: "expected `,`".into(),
            offset: Some(7),
            raw: b"\xff{".to_vec(),
        }],
        records: vec![RecordId::from_bits(1), RecordId::from_bits(2)],
        alerts: vec![alert(1, 10, "203.0.113.7"), alert(2, 11, "203.0.113.9")],
        unlinked: vec![Unlinked {
            alert: AlertId::from_bits(2),
            reason: NoEventReason::Whitelisted,
            whitelist: Some("w".into()),
        }],
        memberships: vec![membership(1, 1)],
        events: vec![EventChange {
            event: event(1, 10, Level::High),
            kind: ChangeKind::Opened,
        }],
        activities: vec![Activity {
            event: EventId::from_bits(1),
            at: at(10),
            actor: "system".into(),
            kind: ActivityKind::Opened,
            body: json!({}),
        }],
        triggers: vec![Trigger::EventOccurrence(EventId::from_bits(1))],
        audits: vec![audit("event.status")],
        action_results: vec![ActionResult {
            action: "act-1".into(),
            result: json!({"ok": true}),
        }],
        snapshot: Some(b"state".to_vec()),
        ..fixture.batch(0, 100)
    }
}

#[tokio::test]
async fn a_row_that_fails_takes_the_whole_batch_with_it() {
    let fixture = Fixture::new().await;
    // As a statement fails that does not take back its own rows: the labels before this one are in.
    sqlx::query(
        "CREATE TRIGGER refuse BEFORE INSERT ON event_label WHEN NEW.kind = 'tactic' \
         BEGIN SELECT RAISE(FAIL, 'refused'); END",
    )
    .execute(&mut fixture.raw().await)
    .await
    .unwrap();
    let before = fixture.dump().await;
    let batch = full_batch(&fixture);
    assert!(batch.events[0].event.tactics.len() == 1 && !batch.events[0].event.products.is_empty());
    fixture.store.pipeline_commit(&batch).await.unwrap_err();
    assert_eq!(fixture.dump().await, before);
    assert_eq!(fixture.store.pipeline_position(&fixture.tenant).await.unwrap(), 0);
    sqlx::query("DROP TRIGGER refuse")
        .execute(&mut fixture.raw().await)
        .await
        .unwrap();
    let committed = fixture.store.pipeline_commit(&batch).await.unwrap();
    assert_eq!(committed, Committed::Now);
}

#[tokio::test]
async fn a_batch_counts_once() {
    let fixture = Fixture::new().await;
    let whitelist = Whitelist {
        id: "w".into(),
        scope: WhitelistScope::Event,
        condition: serde_json::from_value(json!({"conditions": []})).unwrap(),
        reason: "a scan of our own".into(),
        owner: "ann".into(),
        expires_at: None,
    };
    let Fixture { store, tenant, .. } = &fixture;
    store
        .whitelist_insert(tenant, &whitelist, at(0), &audit("whitelist.create"))
        .await
        .unwrap();

    let batch = full_batch(&fixture);
    assert_eq!(store.pipeline_commit(&batch).await.unwrap(), Committed::Now);
    let rows = fixture.dump().await;
    assert_eq!(store.pipeline_commit(&batch).await.unwrap(), Committed::Before);
    assert_eq!(fixture.dump().await, rows);

    assert_eq!(store.pipeline_position(tenant).await.unwrap(), 100);
    let snapshot = store.pipeline_snapshot_latest(tenant).await.unwrap();
    assert_eq!(
        snapshot,
        Some(Snapshot {
            position: 100,
            state: b"state".to_vec()
        })
    );
    assert_eq!(
        store.source_day_list(tenant, 0, 9).await.unwrap(),
        batch.source_counts
    );
    let clients = ["203.0.113.7".to_owned()];
    assert_eq!(
        store
            .client_day_list(tenant, &clients, at(-1_700_000_000))
            .await
            .unwrap(),
        batch.client_counts
    );
    let letters = store
        .dead_letter_list(tenant, None, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(letters.items[0].letter, batch.dead_letters[0]);
    assert_eq!(
        store.action_result_fetch(tenant, "act-1").await.unwrap(),
        Some(json!({"ok": true}))
    );
    let whitelists = store.whitelist_list(tenant).await.unwrap();
    assert_eq!((whitelists[0].hits, whitelists[0].last_hit), (1, Some(at(100))));
    let asked = [1, 2, 3].map(RecordId::from_bits);
    let known = store.record_positions(tenant, &asked).await.unwrap();
    assert_eq!(known, HashMap::from([(asked[0], 100), (asked[1], 100)]));
    assert_eq!(store.record_forget(tenant, at(86_400)).await.unwrap(), 2);
    assert!(store.record_positions(tenant, &asked).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_stored_is_read_back() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let batch = full_batch(&fixture);
    store.pipeline_commit(&batch).await.unwrap();

    let first = store
        .alert_fetch(tenant, AlertId::from_bits(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.alert, batch.alerts[0]);
    assert_eq!(first.membership, Some(membership(1, 1)));
    let second = store
        .alert_fetch(tenant, AlertId::from_bits(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.no_event, Some(NoEventReason::Whitelisted));
    assert_eq!(second.whitelist.as_deref(), Some("w"));
    let Some(EventFetch::Event(row)) = store.event_fetch(tenant, EventId::from_bits(1)).await.unwrap() else {
        panic!("no event");
    };
    assert_eq!(row.event, batch.events[0].event);
    let members = store
        .event_member_list(tenant, EventId::from_bits(1))
        .await
        .unwrap();
    assert_eq!(members.len(), 1);
    assert!(
        members[0].alert.evidence.is_empty(),
        "evidence comes with one alert only"
    );
    let entities = store
        .event_entity_list(tenant, EventId::from_bits(1))
        .await
        .unwrap();
    assert_eq!(
        (&entities[0].entity, entities[0].alert_count),
        (&attacker("203.0.113.7"), 1)
    );
    let domain = EntityKey::new(EntityKind::Domain, "shop.example.com");
    let domain = store.entity_fetch(tenant, &domain).await.unwrap().unwrap();
    assert_eq!(
        (domain.alert_count, domain.event_count, domain.last_time),
        (2, 0, at(11))
    );
    let activity = store.activity_list(tenant, EventId::from_bits(1)).await.unwrap();
    assert_eq!(activity[0].activity, batch.activities[0]);
}

#[tokio::test]
async fn a_batch_that_fails_leaves_nothing() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let before = fixture.dump().await;
    let mut raw = fixture.raw().await;
    // Refused in the very last statement, after everything else was written.
    sqlx::query("CREATE TRIGGER refuse BEFORE INSERT ON pipeline BEGIN SELECT raise(ABORT, 'refused'); END")
        .execute(&mut raw)
        .await
        .unwrap();
    let batch = full_batch(&fixture);
    assert!(matches!(
        store.pipeline_commit(&batch).await,
        Err(Error::Database(_))
    ));
    assert_eq!(fixture.dump().await, before);
    assert_eq!(store.pipeline_position(tenant).await.unwrap(), 0);
    sqlx::query("DROP TRIGGER refuse")
        .execute(&mut raw)
        .await
        .unwrap();
    assert_eq!(store.pipeline_commit(&batch).await.unwrap(), Committed::Now);
}

#[tokio::test]
async fn a_batch_that_does_not_follow_is_refused() {
    let fixture = Fixture::new().await;
    let store = &fixture.store;
    store.pipeline_commit(&fixture.batch(0, 10)).await.unwrap();
    for (after, position) in [(11, 20), (5, 20)] {
        let refused = store.pipeline_commit(&fixture.batch(after, position)).await;
        assert!(
            matches!(refused, Err(Error::Gap { committed: 10, .. })),
            "{after} to {position}"
        );
    }
    store.pipeline_commit(&fixture.batch(10, 20)).await.unwrap();
}

#[tokio::test]
async fn an_alert_raised_again_changes_nothing() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut batch = fixture.batch(0, 1);
    batch.alerts = vec![alert(1, 10, "203.0.113.7")];
    batch.memberships = vec![membership(1, 1)];
    store.pipeline_commit(&batch).await.unwrap();
    let rows = fixture.dump().await;
    batch = PipelineCommit {
        after: 1,
        position: 2,
        now: at(99),
        ..batch
    };
    store.pipeline_commit(&batch).await.unwrap();
    assert_eq!(fixture.dump().await, rows);
    let key = EntityKey::new(EntityKind::Ip, "203.0.113.7");
    assert_eq!(
        store
            .entity_fetch(tenant, &key)
            .await
            .unwrap()
            .unwrap()
            .alert_count,
        1
    );
}

#[tokio::test]
async fn an_alert_moves_when_its_event_is_merged() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut batch = fixture.batch(0, 1);
    batch.alerts = vec![alert(1, 10, "203.0.113.7"), alert(2, 11, "203.0.113.7")];
    batch.memberships = vec![membership(1, 1), membership(2, 2)];
    batch.events = [1, 2]
        .map(|number| EventChange {
            event: event(number, 10, Level::Low),
            kind: ChangeKind::Opened,
        })
        .into();
    store.pipeline_commit(&batch).await.unwrap();
    let mut merge = fixture.batch(1, 2);
    merge.memberships = vec![membership(1, 2)];
    merge.events = vec![EventChange {
        event: event(2, 10, Level::Low),
        kind: ChangeKind::Merged {
            into: EventId::from_bits(1),
        },
    }];
    store.pipeline_commit(&merge).await.unwrap();
    let found = store.event_fetch(tenant, EventId::from_bits(2)).await.unwrap();
    assert_eq!(found, Some(EventFetch::MergedInto(EventId::from_bits(1))));
    assert_eq!(
        store
            .event_member_list(tenant, EventId::from_bits(1))
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        store
            .entity_event_list(tenant, &attacker("203.0.113.7").key)
            .await
            .unwrap(),
        [EventId::from_bits(1)]
    );
    let of_merged = AlertFilter {
        event: Some(EventId::from_bits(2)),
        ..AlertFilter::default()
    };
    let page = store
        .alert_list(tenant, &of_merged, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.total.value, 0);
}

#[tokio::test]
async fn what_analysts_chose_outlives_the_next_alert() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let id = EventId::from_bits(1);
    fixture.open_events(vec![event(1, 10, Level::Low)]).await;
    let note = |kind| Activity {
        event: id,
        at: at(20),
        actor: "ann".into(),
        kind,
        body: json!({}),
    };
    store
        .event_set_owner(
            tenant,
            id,
            Some("ann"),
            &note(ActivityKind::Owner),
            &audit("event.owner"),
        )
        .await
        .unwrap();
    store
        .event_set_level(
            tenant,
            id,
            Level::High,
            &note(ActivityKind::Level),
            &audit("event.level"),
        )
        .await
        .unwrap();
    store
        .event_set_tag(
            tenant,
            id,
            ("vip", true),
            &note(ActivityKind::Tag),
            &audit("event.tag"),
        )
        .await
        .unwrap();
    let mut update = fixture.batch(1, 2);
    let mut grown = event(1, 10, Level::Medium);
    grown.status = EventStatus::Handling;
    grown.entities.push(Entity::new(
        EntityKind::Domain,
        "shop.example.com",
        Role::Victim,
        false,
    ));
    // Of several changes in one batch, the last one holds.
    for count in [2, 3] {
        grown.alert_count = count;
        update.events.push(EventChange {
            event: grown.clone(),
            kind: ChangeKind::Updated,
        });
    }
    store.pipeline_commit(&update).await.unwrap();
    let Some(EventFetch::Event(row)) = store.event_fetch(tenant, id).await.unwrap() else {
        panic!("no event");
    };
    assert_eq!(
        (row.owner.as_deref(), row.event.level, row.level_chosen),
        (Some("ann"), Level::High, true)
    );
    assert_eq!(
        (row.event.status, row.event.alert_count),
        (EventStatus::Handling, 3)
    );
    assert_eq!((row.tags, row.event.entities.len()), (vec!["vip".to_owned()], 2));
    assert_eq!(store.audit_verify(tenant).await.unwrap().entries, 3);
}

#[tokio::test]
async fn a_missing_event_cannot_be_changed() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let id = EventId::from_bits(9);
    let activity = Activity {
        event: id,
        at: at(20),
        actor: "ann".into(),
        kind: ActivityKind::Owner,
        body: json!({}),
    };
    let entry = audit("event.owner");
    let owner = store.event_set_owner(tenant, id, None, &activity, &entry).await;
    assert!(matches!(owner, Err(Error::NotFound { .. })));
    let tag = store
        .event_set_tag(tenant, id, ("vip", true), &activity, &entry)
        .await;
    assert!(matches!(tag, Err(Error::NotFound { .. })));
    assert_eq!(store.audit_verify(tenant).await.unwrap().entries, 0);
    assert!(store.activity_list(tenant, id).await.unwrap().is_empty());
}

#[tokio::test]
async fn old_alerts_go_with_all_that_hangs_on_them() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut old = fixture.batch(0, 1);
    // An alert whose log claims a time far in the future is old all the same.
    old.alerts = vec![
        alert(1, 10, "203.0.113.7"),
        alert(2, 1_000_000_000, "203.0.113.9"),
    ];
    old.memberships = vec![membership(1, 1)];
    store.pipeline_commit(&old).await.unwrap();
    let mut new = fixture.batch(1, 500);
    new.alerts = vec![alert(3, 12, "203.0.113.7")];
    store.pipeline_commit(&new).await.unwrap();
    assert_eq!(store.alert_delete_before(tenant, at(400)).await.unwrap(), 2);
    assert_eq!(store.alert_delete_before(tenant, at(400)).await.unwrap(), 0);
    let rows = fixture.dump().await;
    let count = |table: &str| rows[table];
    assert_eq!(
        (
            count("alert"),
            count("alert_product"),
            count("alert_entity"),
            count("membership")
        ),
        (1, 1, 2, 0)
    );
    assert_eq!(count("entity"), 2, "an entity without alerts is gone");
    let key = EntityKey::new(EntityKind::Domain, "shop.example.com");
    assert_eq!(
        store
            .entity_fetch(tenant, &key)
            .await
            .unwrap()
            .unwrap()
            .alert_count,
        1
    );
}

#[tokio::test]
async fn dead_letters_are_capped_per_source() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let letter = |source, length| DeadLetter {
        source: SourceId::from_bits(source),
        received: at(1),
        reason: "json".into(),
        detail: String::new(),
        offset: None,
        raw: vec![b'x'; length],
    };
    let mut batch = fixture.batch(0, 1);
    batch.dead_letters = (0..1_200)
        .map(|_| letter(1, 1))
        .chain([letter(2, 100_000)])
        .collect();
    store.pipeline_commit(&batch).await.unwrap();
    let of = async |source| {
        let source = Some(SourceId::from_bits(source));
        store
            .dead_letter_list(tenant, source, &PageRequest::default())
            .await
            .unwrap()
    };
    assert_eq!(of(1).await.total.value, 1_000);
    let long = &of(2).await.items[0];
    assert_eq!((long.letter.raw.len(), long.raw_length), (64 * 1024, 100_000));
}

#[tokio::test]
async fn only_the_newest_snapshots_stay() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    for position in 1..=4 {
        let mut batch = fixture.batch(position - 1, position);
        batch.snapshot = Some(vec![position as u8]);
        store.pipeline_commit(&batch).await.unwrap();
    }
    let positions: Vec<_> = store
        .pipeline_snapshot_list(tenant)
        .await
        .unwrap()
        .iter()
        .map(|s| s.position)
        .collect();
    assert_eq!(positions, [4, 3]);
    assert_eq!(store.pipeline_snapshot_position(tenant).await.unwrap(), 4);
}

/// Prints how fast alerts are committed; fails only if it is slower than anyone could bear.
#[tokio::test]
async fn a_thousand_alerts_are_one_short_transaction() {
    let fixture = Fixture::new().await;
    let mut took = std::time::Duration::ZERO;
    let batches = 5;
    for batch in 0..batches {
        let mut commit = fixture.batch(batch, batch + 1);
        let ids = u128::from(batch) * 1_000..u128::from(batch + 1) * 1_000;
        commit.alerts = ids
            .clone()
            .map(|n| alert(n << 64 | n, n as i64, &format!("198.51.100.{}", n % 250)))
            .collect();
        commit.memberships = commit
            .alerts
            .iter()
            .map(|a| {
                let mut m = membership(1, 1);
                m.alert = a.id;
                m
            })
            .collect();
        commit.records = ids.map(|n| RecordId::from_bits(n << 64)).collect();
        commit.events = vec![EventChange {
            event: event(1, 10, Level::High),
            kind: ChangeKind::Updated,
        }];
        let start = std::time::Instant::now();
        fixture.store.pipeline_commit(&commit).await.unwrap();
        took += start.elapsed();
    }
    let rate = batches as f64 * 1_000.0 / took.as_secs_f64();
    eprintln!("pipeline_commit: {rate:.0} alerts/s in batches of 1,000");
    assert!(rate > 500.0, "{rate:.0} alerts/s");
}
