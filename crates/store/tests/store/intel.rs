//! Feeds and what they said.

use crate::fixture::{Fixture, alert, at, audit};
use model::{AlertId, EntityKey, EntityKind, LocalText, TagSource, TenantId};
use serde_json::json;
use store::{
    EntityTagChange, Error, IntelFeed, IntelMatch, IntelRun, IntelTagEnd, SecretBytes, SecretChange,
};

fn feed() -> IntelFeed {
    IntelFeed {
        id: "feed-1".into(),
        name: "ours".into(),
        kind: "taxii".into(),
        config: json!({"url": "https://taxii.example/"}),
        enabled: true,
        created: at(0),
        changed: at(0),
    }
}

#[tokio::test]
async fn a_feed_keeps_its_secret_to_itself_and_says_how_it_is_doing() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let secret = SecretBytes::new("s3cr3t");
    let create = audit("intel_feed.create");
    store
        .intel_feed_save(tenant, &feed(), &SecretChange::Set(secret.clone()), &create)
        .await
        .unwrap();
    let twin = IntelFeed {
        id: "feed-2".into(),
        ..feed()
    };
    let again = store
        .intel_feed_save(tenant, &twin, &SecretChange::Keep, &create)
        .await;
    assert!(
        matches!(again, Err(Error::Exists { what: "feed", .. })),
        "names are unique"
    );

    let good = IntelRun {
        at: at(1),
        result: Ok((Some("etag".into()), Some(json!({"indicators": 3})))),
    };
    assert!(store.intel_feed_ran(tenant, &feed(), &good).await.unwrap());
    let bad = IntelRun {
        at: at(2),
        result: Err("no answer".into()),
    };
    store.intel_feed_ran(tenant, &feed(), &bad).await.unwrap();
    store.intel_feed_ran(tenant, &feed(), &bad).await.unwrap();
    let status = store.intel_feed_list(tenant).await.unwrap().remove(0);
    assert_eq!(status.feed, feed());
    assert!(status.has_secret);
    assert_eq!((status.last_run, status.last_good), (Some(at(2)), Some(at(1))));
    assert_eq!(
        (status.failures, status.last_error.as_deref()),
        (2, Some("no answer"))
    );
    assert_eq!(
        (status.cursor.as_deref(), &status.report),
        (Some("etag"), &json!({"indicators": 3}))
    );

    let unchanged = IntelRun {
        at: at(3),
        result: Ok((Some("etag".into()), None)),
    };
    store.intel_feed_ran(tenant, &feed(), &unchanged).await.unwrap();
    let status = store.intel_feed_list(tenant).await.unwrap().remove(0);
    assert_eq!(
        (status.failures, status.last_error, &status.report),
        (0, None, &json!({"indicators": 3}))
    );
}

#[tokio::test]
async fn a_feed_that_moves_is_read_anew_and_forgets_its_secret_when_told() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let secret = SecretBytes::new("s3cr3t");
    let create = audit("intel_feed.create");
    store
        .intel_feed_save(tenant, &feed(), &SecretChange::Set(secret.clone()), &create)
        .await
        .unwrap();
    let good = IntelRun {
        at: at(1),
        result: Ok((Some("etag".into()), None)),
    };
    assert!(store.intel_feed_ran(tenant, &feed(), &good).await.unwrap());
    let moved = IntelFeed {
        config: json!({"url": "https://other.example/"}),
        changed: at(4),
        ..feed()
    };
    store
        .intel_feed_save(tenant, &moved, &SecretChange::Keep, &create)
        .await
        .unwrap();
    let status = store.intel_feed_list(tenant).await.unwrap().remove(0);
    assert_eq!(status.cursor, None, "another place is read from the beginning");
    assert!(
        !store.intel_feed_ran(tenant, &feed(), &good).await.unwrap(),
        "it was changed meanwhile"
    );
    assert_eq!(
        store.intel_feed_secret(tenant, "feed-1").await.unwrap(),
        Some(secret)
    );
    assert_eq!(
        store
            .intel_feed_secret(&TenantId::new("other"), "feed-1")
            .await
            .unwrap(),
        None
    );

    store
        .intel_feed_save(tenant, &moved, &SecretChange::Forget, &create)
        .await
        .unwrap();
    assert_eq!(store.intel_feed_secret(tenant, "feed-1").await.unwrap(), None);
    store
        .intel_feed_delete(tenant, "feed-1", &audit("intel_feed.delete"))
        .await
        .unwrap();
    assert_eq!(store.intel_feed_list(tenant).await.unwrap(), []);
}

#[tokio::test]
async fn matches_are_counted_and_verdicts_last_as_long_as_they_can_be_run_again() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let entity = EntityKey::new(EntityKind::Ip, "203.0.113.7");
    let found = |alert: u128, tags| IntelMatch {
        alert: AlertId::from_bits(alert),
        entity: entity.clone(),
        feed: "feed-1".into(),
        indicator: "203.0.113.0/24".into(),
        names: vec!["Emotet".into()],
        confidence: 90,
        tags,
        alone: true,
        reason: LocalText::same("it is listed"),
    };
    for (position, snapshot) in [(10, false), (20, true), (30, true), (40, false)] {
        let mut batch = fixture.batch(position - 10, position);
        batch.alerts = vec![alert(u128::from(position), position as i64, "203.0.113.7")];
        batch.intel = vec![
            found(u128::from(position), true),
            found(u128::from(position) + 1, false),
        ];
        batch.snapshot = snapshot.then(|| b"state".to_vec());
        store.pipeline_commit(&batch).await.unwrap();
        store.pipeline_commit(&batch).await.unwrap();
    }
    let rows = store.intel_match_list(tenant, &entity).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].at, rows[0].last, rows[0].alerts), (at(10), at(40), 8));
    assert_eq!(
        (rows[0].names.as_slice(), rows[0].confidence, rows[0].tags),
        (&["Emotet".to_owned()][..], 90, true)
    );

    let of = |position: u128| (AlertId::from_bits(position), entity.clone());
    assert_eq!(store.intel_verdict_list(tenant, 30).await.unwrap(), [of(40)]);
    assert_eq!(
        store.intel_verdict_list(tenant, 0).await.unwrap(),
        [of(30), of(40)],
        "the older of two snapshots is at 20"
    );
    assert_eq!(store.intel_match_forget(tenant, at(41)).await.unwrap(), 1);
}

/// A tag: who says so, in which feed, by what, and who ended it.
type Told = (TagSource, String, String, Option<String>);

/// The history of an entity's tags.
async fn told(fixture: &Fixture, entity: &EntityKey) -> Vec<Told> {
    let tags = fixture.store.entity_tag_list(&fixture.tenant, entity).await;
    let tags = tags.unwrap().into_iter().map(|tag| {
        let removed = tag.removed.map(|(_, by, _)| by);
        (tag.source, tag.feed.unwrap_or_default(), tag.reference, removed)
    });
    let mut tags: Vec<_> = tags.collect();
    tags.sort();
    tags
}

#[tokio::test]
async fn a_tag_of_a_feed_ends_with_its_indicator_and_stays_in_the_history() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let entity = EntityKey::new(EntityKind::Ip, "203.0.113.7");
    let found = |indicator: &str, alone| IntelMatch {
        alert: AlertId::from_bits(1),
        entity: entity.clone(),
        feed: "feed-1".into(),
        indicator: indicator.into(),
        names: Vec::new(),
        confidence: 90,
        tags: true,
        alone,
        reason: LocalText::same(indicator),
    };
    let mut batch = fixture.batch(0, 10);
    batch.alerts = vec![alert(1, 5, "203.0.113.7")];
    batch.alerts[0].entities[0].malicious = true;
    batch.intel = vec![found("203.0.113.0/24", true), found("http://a.example/x y", true)];
    store.pipeline_commit(&batch).await.unwrap();
    let told = async || told(&fixture, &entity).await;
    let of = |indicator: &str, removed: Option<&str>| {
        let (feed, indicator) = ("feed-1".to_owned(), indicator.to_owned());
        (TagSource::Intel, feed, indicator, removed.map(ToOwned::to_owned))
    };
    let expected = [of("203.0.113.0/24", None), of("http://a.example/x y", None)];
    assert_eq!(told().await, expected, "the rule did not say so");
    let malicious = async || {
        let row = store.entity_fetch(tenant, &entity).await.unwrap();
        row.unwrap().malicious
    };
    let held = store.intel_tag_list(tenant).await.unwrap();
    let end = |number: usize| IntelTagEnd {
        tag: held[number].clone(),
        by: "ours".into(),
        reason: LocalText::same("expired"),
    };
    store.intel_tag_end(tenant, &[end(0)], at(100)).await.unwrap();
    assert!(malicious().await, "the other indicator is still there");
    store
        .intel_tag_end(tenant, &[end(0), end(1)], at(200))
        .await
        .unwrap();
    assert!(!malicious().await);
    assert_eq!(store.intel_tag_list(tenant).await.unwrap(), []);
    let ended = [
        of("203.0.113.0/24", Some("ours")),
        of("http://a.example/x y", Some("ours")),
    ];
    assert_eq!(told().await, ended);

    // It is listed again: that is a row of its own. Now the rule says so, too, and then a person.
    let mut batch = fixture.batch(10, 20);
    batch.alerts = vec![alert(2, 15, "203.0.113.7")];
    batch.alerts[0].entities[0].malicious = true;
    batch.intel = vec![IntelMatch {
        alert: AlertId::from_bits(2),
        ..found("203.0.113.0/24", false)
    }];
    batch.entity_tags = vec![EntityTagChange {
        entity: entity.clone(),
        malicious: true,
        source: TagSource::Analyst,
        reference: "ann".into(),
        reason: LocalText::same("seen before"),
    }];
    store.pipeline_commit(&batch).await.unwrap();
    let tags = told().await;
    let sources: Vec<TagSource> = tags.iter().map(|tag| tag.0).collect();
    let intel = TagSource::Intel;
    assert_eq!(
        sources,
        [TagSource::Analyst, TagSource::Rule, intel, intel, intel]
    );
    let again = store.intel_tag_list(tenant).await.unwrap();
    let ends = again.into_iter().map(|tag| IntelTagEnd { tag, ..end(0) });
    store
        .intel_tag_end(tenant, &ends.collect::<Vec<_>>(), at(300))
        .await
        .unwrap();
    assert!(malicious().await, "others say so, too");
}
