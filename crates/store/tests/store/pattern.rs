//! What expert patterns did follows the memberships, wherever these come, change and go.

use crate::fixture::{Fixture, alert, at, event, membership};
use model::{AlertId, EntityKey, EntityKind, EventId, Level, LinkReason, Membership};
use std::collections::HashMap;
use store::{ChangeKind, EventChange, PatternUse};

fn tied(pattern: &str, to: u128, step: usize) -> LinkReason {
    LinkReason::Pattern {
        alert: AlertId::from_bits(to),
        pattern: pattern.to_owned(),
        step,
        entity: EntityKey::new(EntityKind::File, "a\"pattern\"b"),
    }
}

#[tokio::test]
async fn patterns_are_counted_by_the_events_in_which_they_hold() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let mut batch = fixture.batch(0, 1);
    batch.alerts = (1..=4).map(|n| alert(n, n as i64 * 10, "203.0.113.7")).collect();
    let open = |number: u128| EventChange {
        event: event(number, 10, Level::High),
        kind: ChangeKind::Opened,
    };
    batch.events = vec![open(1), open(2)];
    let second = Membership {
        reason: tied("web_to_shell", 1, 2),
        also: vec![tied("spread", 1, 1), tied("web_to_shell", 1, 2)],
        ..membership(1, 2)
    };
    let fourth = Membership {
        reason: LinkReason::Opened,
        also: vec![tied("spread", 3, 1)],
        ..membership(2, 4)
    };
    batch.memberships = vec![membership(1, 1), second.clone(), membership(2, 3), fourth.clone()];
    store.pipeline_commit(&batch).await.unwrap();
    let used = async || store.pattern_use_list(tenant).await.unwrap();
    let of = |events, last| PatternUse {
        events,
        last: at(last),
    };
    let expected = HashMap::from([
        ("web_to_shell".to_owned(), of(1, 20)),
        ("spread".to_owned(), of(2, 40)),
    ]);
    assert_eq!(used().await, expected);
    let links = async |event| {
        let links = store
            .pattern_link_list(tenant, EventId::from_bits(event))
            .await
            .unwrap();
        let told = links.into_iter().map(|link| {
            assert_eq!(link.later.title.zh, "SQL 注入");
            (link.pattern, link.step, link.earlier.id, link.later.id)
        });
        told.collect::<Vec<_>>()
    };
    let link = |pattern: &str, step, earlier, later| {
        let (earlier, later) = (AlertId::from_bits(earlier), AlertId::from_bits(later));
        (pattern.to_owned(), step, earlier, later)
    };
    assert_eq!(
        links(1).await,
        [link("spread", 1, 1, 2), link("web_to_shell", 2, 1, 2)]
    );

    // The events merge: the alert that hung on nothing hangs on the other now, by the same link turned around.
    let mut merge = fixture.batch(1, 2);
    let turned = Membership {
        reason: tied("spread", 4, 1),
        ..membership(1, 3)
    };
    merge.memberships = vec![turned, membership(1, 4)];
    merge.events = vec![EventChange {
        event: event(2, 10, Level::High),
        kind: ChangeKind::Merged {
            into: EventId::from_bits(1),
        },
    }];
    store.pipeline_commit(&merge).await.unwrap();
    assert_eq!(used().await["spread"], of(1, 40));
    assert_eq!(links(2).await, []);
    let expected = [
        link("spread", 1, 1, 2),
        link("web_to_shell", 2, 1, 2),
        link("spread", 1, 3, 4),
    ];
    assert_eq!(links(1).await, expected);

    // A pattern that a late alert undid, and one whose alerts are forgotten, hold no more.
    let mut undo = fixture.batch(2, 3);
    undo.memberships = vec![membership(1, 2)];
    store.pipeline_commit(&undo).await.unwrap();
    assert_eq!(used().await.into_keys().collect::<Vec<_>>(), ["spread"]);
    store.alert_delete_before(tenant, at(1_000)).await.unwrap();
    assert_eq!(used().await, HashMap::new());
}
