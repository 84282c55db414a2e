//! Opening: an empty file, an old one, a newer one.

use crate::fixture::Fixture;
use sqlx::Connection;
use store::{Error, Store};

#[tokio::test]
async fn migrations_make_an_empty_file_a_database_and_then_change_nothing() {
    let fixture = Fixture::new().await;
    let tables = fixture.dump().await;
    assert!(tables.len() > 30, "{tables:?}");
    let path = fixture.store.path().to_owned();
    fixture.store.close().await;
    Store::open(&path).await.unwrap();
    assert_eq!(fixture.dump().await, tables);
}

#[tokio::test]
async fn every_table_has_a_tenant_and_is_strict() {
    let fixture = Fixture::new().await;
    let mut raw = fixture.raw().await;
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list AS t WHERE type = 'table' AND schema = 'main' \
         AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations' AND (NOT strict OR NOT EXISTS \
         (SELECT 1 FROM pragma_table_info(t.name) WHERE name = 'tenant'))",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    assert!(others.is_empty(), "{others:?}");
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let fixture = Fixture::new().await;
    fixture.store.close().await;
    let mut raw = fixture.raw().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (99, 'from the future', 1, x'00', 0)",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    raw.close().await.unwrap();
    let opened = Store::open(fixture.store.path()).await;
    assert!(matches!(opened, Err(Error::NewerDatabase { found: 99, .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new().await;
    let mode = std::fs::metadata(fixture.store.path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
