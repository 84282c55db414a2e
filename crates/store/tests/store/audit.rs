//! The audit log notices what was done to it.

use crate::fixture::{Fixture, audit};
use store::{AuditFilter, AuditReport, Broken, PageRequest};

async fn tampered(statement: &'static str) -> AuditReport {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    for action in ["rule.enable", "rule.disable", "user.create", "login", "logout"] {
        store.audit_append(tenant, &audit(action)).await.unwrap();
    }
    let before = store.audit_verify(tenant).await.unwrap();
    assert_eq!((before.entries, before.broken), (5, None));
    sqlx::query(statement)
        .execute(&mut fixture.raw().await)
        .await
        .unwrap();
    store.audit_verify(tenant).await.unwrap()
}

#[tokio::test]
async fn tampering_breaks_the_chain() {
    let check = async |statement, entries, broken| {
        let report = tampered(statement).await;
        assert_eq!(
            (report.entries, report.broken),
            (entries, Some(broken)),
            "{statement}"
        );
    };
    check(
        "UPDATE audit SET actor = 'bob' WHERE seq = 3",
        2,
        Broken::Changed(3),
    )
    .await;
    check(
        "UPDATE audit SET after = '{\"b\":3,\"a\":1}' WHERE seq = 1",
        0,
        Broken::Changed(1),
    )
    .await;
    check(
        "UPDATE audit SET at = at + 1 WHERE seq = 5",
        4,
        Broken::Changed(5),
    )
    .await;
    check("DELETE FROM audit WHERE seq = 2", 1, Broken::Missing(3)).await;
    check(
        "UPDATE audit SET prev_hash = 'x' WHERE seq = 4",
        3,
        Broken::Order(4),
    )
    .await;
    check(
        "INSERT INTO audit SELECT tenant, 6, hash, hash, at, actor, action, object, before, after FROM audit WHERE seq = 5",
        5,
        Broken::Changed(6),
    )
    .await;
}

#[tokio::test]
async fn a_cut_off_end_shows_in_the_head() {
    let whole = tampered("UPDATE audit SET seq = seq").await;
    let cut = tampered("DELETE FROM audit WHERE seq = 5").await;
    assert_eq!((cut.entries, cut.broken), (4, None));
    assert_ne!(cut.head, whole.head);
}

#[tokio::test]
async fn entries_are_listed_newest_first() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    for action in ["rule.enable", "user.create", "rule.disable"] {
        store.audit_append(tenant, &audit(action)).await.unwrap();
    }
    let filter = AuditFilter {
        action: Some("rule.".into()),
        ..AuditFilter::default()
    };
    let page = store
        .audit_list(tenant, &filter, &PageRequest::default())
        .await
        .unwrap();
    let actions: Vec<_> = page.items.iter().map(|row| row.entry.action.as_str()).collect();
    assert_eq!(actions, ["rule.disable", "rule.enable"]);
    assert_eq!(page.items[0].entry, audit("rule.disable"));
}
