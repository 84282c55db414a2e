//! Accounts, sessions, the setup token, and requests sent twice.

use crate::fixture::{Fixture, at, audit};
use store::{Error, Idempotency, IdempotencyKey, Response, User, UserRole};

fn user(id: &str, name: &str) -> User {
    User {
        id: id.into(),
        name: name.into(),
        password_hash: "$argon2id$…".into(),
        role: UserRole::Responder,
        disabled: false,
        created: at(0),
    }
}

#[tokio::test]
async fn the_setup_token_makes_one_account() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    assert!(store.setup_needed(tenant).await.unwrap());
    assert!(store.setup_token_set(tenant, b"old", at(0)).await.unwrap());
    assert!(store.setup_token_set(tenant, b"new", at(1)).await.unwrap());
    let first = user("1", "Ann");
    let setup = async |token: &'static [u8], user| {
        store
            .setup_complete(tenant, token, user, &audit("user.create"))
            .await
    };
    assert!(
        setup(b"old", &first).await.is_err(),
        "a newer token took its place"
    );
    setup(b"new", &first).await.unwrap();
    assert!(setup(b"new", &user("2", "Bob")).await.is_err(), "it was used");
    assert!(
        !store.setup_token_set(tenant, b"again", at(2)).await.unwrap(),
        "there is a user"
    );
    assert!(!store.setup_needed(tenant).await.unwrap());
    assert_eq!(store.user_find(tenant, "ann").await.unwrap(), Some(first));
}

#[tokio::test]
async fn sessions_end_with_time_password_and_account() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let ann = user("1", "ann");
    store
        .user_save(tenant, &ann, &audit("user.create"))
        .await
        .unwrap();
    let taken = store
        .user_save(tenant, &user("2", "ANN"), &audit("user.create"))
        .await;
    assert!(matches!(taken, Err(Error::Exists { .. })));
    let begin = async || {
        store
            .session_insert(tenant, b"hash", "1", (at(0), at(100)))
            .await
            .unwrap();
    };
    let found = async |now| store.session_find(b"hash", at(now)).await.unwrap();
    begin().await;
    let session = found(99).await.unwrap();
    assert_eq!((session.user, session.tenant), (ann.clone(), tenant.clone()));
    assert_eq!(found(100).await, None);
    let promoted = User {
        role: UserRole::Admin,
        ..ann.clone()
    };
    store
        .user_save(tenant, &promoted, &audit("user.role"))
        .await
        .unwrap();
    assert_eq!(
        found(1).await.unwrap().user.role,
        UserRole::Admin,
        "a new role holds at once"
    );
    let changed = User {
        password_hash: "$argon2id$new".into(),
        ..promoted
    };
    store
        .user_save(tenant, &changed, &audit("user.password"))
        .await
        .unwrap();
    assert_eq!(found(1).await, None, "a new password ends the session");
    begin().await;
    let disabled = User {
        disabled: true,
        ..changed.clone()
    };
    store
        .user_save(tenant, &disabled, &audit("user.disable"))
        .await
        .unwrap();
    store
        .user_save(tenant, &changed, &audit("user.enable"))
        .await
        .unwrap();
    assert_eq!(found(1).await, None, "it does not come back with the account");
    begin().await;
    store.session_delete(b"hash").await.unwrap();
    assert_eq!(found(1).await, None);
    begin().await;
    assert_eq!(store.session_forget(at(100)).await.unwrap(), 1);
    assert!(!format!("{:?}", store.user_list(tenant).await.unwrap()).contains("argon2"));
}

#[tokio::test]
async fn a_request_sent_twice_is_done_once() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let key = IdempotencyKey {
        actor: "ann",
        key: "k",
        digest: b"one",
    };
    let begin = async |key| store.idempotency_begin(tenant, key, at(0)).await.unwrap();
    assert_eq!(begin(key).await, Idempotency::New);
    assert_eq!(begin(key).await, Idempotency::Working);
    assert_eq!(
        begin(IdempotencyKey {
            digest: b"two",
            ..key
        })
        .await,
        Idempotency::Different
    );
    assert_eq!(
        begin(IdempotencyKey { actor: "bob", ..key }).await,
        Idempotency::New,
        "another's key"
    );
    let response = Response {
        status: 201,
        body: b"{}".to_vec(),
    };
    store
        .idempotency_finish(tenant, key, Some(&response))
        .await
        .unwrap();
    assert_eq!(begin(key).await, Idempotency::Done(response.clone()));
    assert_eq!(
        store.idempotency_forget(at(1), true).await.unwrap(),
        1,
        "bob's was never answered"
    );
    assert_eq!(begin(key).await, Idempotency::Done(response));
    assert_eq!(store.idempotency_forget(at(1), false).await.unwrap(), 1);
    assert_eq!(begin(key).await, Idempotency::New);
    store.idempotency_finish(tenant, key, None).await.unwrap();
    assert_eq!(
        begin(key).await,
        Idempotency::New,
        "a failed request may be tried again"
    );
}
