//! What people configure.

use crate::fixture::{Fixture, at, audit, product};
use model::{Capabilities, Capability, Provider, SourceId, TenantId};
use serde_json::json;
use store::{
    Checkpoint, Connection, CustomRule, Error, PipelineCommit, ResponseRule, RuleState, SecretBytes,
    SecretChange, Source, SourceCount,
};

fn connection() -> Connection {
    Connection {
        id: "con-1".into(),
        provider: Provider::Alibaba,
        title: "Production".into(),
        account: "1001".into(),
        endpoint: None,
        access_key_id: "key-id".into(),
        config: json!({"region": "cn-hangzhou"}),
        created: at(0),
        changed: at(0),
    }
}

fn source() -> Source {
    Source {
        id: SourceId::from_bits(1),
        product: product("alibaba/waf"),
        title: "WAF full log".into(),
        connection: Some("con-1".into()),
        account: Some("1001".into()),
        config: json!({"project": "p", "logstore": "l"}),
        utc_offset_minutes: 480,
        enabled: true,
        created: at(0),
    }
}

#[tokio::test]
async fn a_secret_is_given_only_to_who_asks_for_it() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let secret = SecretBytes::new("s3cr3t");
    store
        .connection_save(
            tenant,
            &connection(),
            &SecretChange::Set(secret.clone()),
            &audit("connection.create"),
        )
        .await
        .unwrap();
    let renamed = Connection {
        title: "Live".into(),
        changed: at(1),
        ..connection()
    };
    store
        .connection_save(tenant, &renamed, &SecretChange::Keep, &audit("connection.update"))
        .await
        .unwrap();
    assert_eq!(
        store.connection_list(tenant).await.unwrap(),
        std::slice::from_ref(&renamed)
    );
    assert_eq!(
        store.connection_secret(tenant, "con-1").await.unwrap(),
        Some(secret.clone()),
        "it stays"
    );
    assert_eq!(
        store
            .connection_secret(&TenantId::new("other"), "con-1")
            .await
            .unwrap(),
        None
    );
    assert!(!format!("{secret:?} {renamed:?}").contains("s3cr3t"));

    store
        .source_save(tenant, &source(), &audit("source.create"))
        .await
        .unwrap();
    let used = store
        .connection_delete(tenant, "con-1", &audit("connection.delete"))
        .await;
    assert!(matches!(used, Err(Error::InUse { .. })));
    store
        .source_delete(tenant, source().id, &audit("source.delete"))
        .await
        .unwrap();
    store
        .connection_delete(tenant, "con-1", &audit("connection.delete"))
        .await
        .unwrap();
    assert_eq!(
        fixture.dump().await["connection_secret"],
        0,
        "the secret goes with it"
    );
}

/// What a source brought in a day.
fn count(received: u64) -> SourceCount {
    SourceCount {
        source: source().id,
        day: 1,
        received,
        stored: received,
        duplicate: 0,
        rejected: 0,
        dead_letter: 0,
        bytes: 10,
    }
}

#[tokio::test]
async fn a_source_remembers_how_far_it_was_read() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let orphan = store
        .source_save(tenant, &source(), &audit("source.create"))
        .await;
    assert!(matches!(
        orphan,
        Err(Error::NotFound {
            what: "connection",
            ..
        })
    ));
    store
        .connection_save(
            tenant,
            &connection(),
            &SecretChange::Keep,
            &audit("connection.create"),
        )
        .await
        .unwrap();
    store
        .source_save(tenant, &source(), &audit("source.create"))
        .await
        .unwrap();
    let id = source().id;
    for cursor in ["c1", "c2"] {
        let checkpoint = Checkpoint {
            shard: "0".into(),
            cursor: cursor.into(),
            changed: at(1),
        };
        store
            .source_checkpoint_set(tenant, id, &checkpoint)
            .await
            .unwrap();
    }
    assert_eq!(
        store.source_checkpoint_list(tenant, id).await.unwrap()[0].cursor,
        "c2"
    );

    store
        .source_set_error(tenant, id, Some("no permission"), at(2))
        .await
        .unwrap();
    let status = store.source_fetch(tenant, id).await.unwrap().unwrap();
    assert_eq!((status.source, status.last_seen), (source(), None));
    assert_eq!(status.last_error, Some((at(2), "no permission".into())));
    store.source_set_error(tenant, id, None, at(3)).await.unwrap();
    let batch = PipelineCommit {
        source_counts: vec![count(3)],
        ..fixture.batch(0, 7)
    };
    store.pipeline_commit(&batch).await.unwrap();
    store.source_count_add(tenant, &[count(2)]).await.unwrap();
    let status = store.source_fetch(tenant, id).await.unwrap().unwrap();
    assert_eq!((status.last_seen, status.last_error), (Some(at(7)), None));
    let disabled = Source {
        enabled: false,
        ..source()
    };
    store
        .source_save(tenant, &disabled, &audit("source.disable"))
        .await
        .unwrap();
    assert_eq!(
        store.source_list(tenant).await.unwrap()[0].last_seen,
        Some(at(7)),
        "a change keeps how it is doing"
    );
    let days = store.source_day_list(tenant, 1, 1).await.unwrap();
    assert_eq!((days[0].received, days[0].bytes), (5, 20));
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let rule = |version, text: &str, deleted| CustomRule {
        id: "r".into(),
        version,
        text: text.into(),
        author: "ann".into(),
        changed: at(0),
        deleted,
    };
    let save = async |rule| {
        store
            .custom_rule_save(tenant, &rule, &audit("custom_rule.save"))
            .await
    };
    assert_eq!(save(rule(0, "one", false)).await.unwrap(), 1);
    assert_eq!(save(rule(1, "two", false)).await.unwrap(), 2);
    assert!(matches!(
        save(rule(1, "lost", false)).await,
        Err(Error::Conflict { version: 2, .. })
    ));
    assert_eq!(
        store.custom_rule_list(tenant).await.unwrap(),
        [rule(2, "two", false)]
    );
    save(rule(2, "two", true)).await.unwrap();
    assert!(store.custom_rule_list(tenant).await.unwrap().is_empty());
    assert_eq!(store.custom_rule_history(tenant, "r").await.unwrap().len(), 3);

    let rule = |version, priority| ResponseRule {
        id: format!("r{priority}"),
        version,
        title: "Block".into(),
        enabled: true,
        priority,
        body: json!({"trigger": "event_occurrence"}),
        changed: at(0),
    };
    let save = async |rule| {
        store
            .response_rule_save(tenant, &rule, &audit("response_rule.save"))
            .await
    };
    save(rule(0, 2)).await.unwrap();
    save(rule(0, 1)).await.unwrap();
    assert!(matches!(save(rule(0, 1)).await, Err(Error::Conflict { .. })));
    assert_eq!(
        store.response_rule_list(tenant).await.unwrap(),
        [rule(1, 1), rule(1, 2)]
    );
    store
        .response_rule_delete(tenant, "r1", &audit("response_rule.delete"))
        .await
        .unwrap();
    assert_eq!(store.response_rule_fetch(tenant, "r1").await.unwrap(), None);
    assert_eq!(
        store.audit_verify(tenant).await.unwrap().entries,
        6,
        "refused changes are none"
    );
}

#[tokio::test]
async fn rule_states_and_settings_are_kept() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let on = RuleState {
        enabled: true,
        testing: false,
        changed: at(1),
    };
    let states = [
        ("a".to_owned(), on),
        ("b".to_owned(), RuleState { testing: true, ..on }),
    ];
    store
        .rule_state_set(tenant, &states, &audit("rule.enable"))
        .await
        .unwrap();
    let off = RuleState { enabled: false, ..on };
    store
        .rule_state_set(tenant, &[("a".to_owned(), off)], &audit("rule.disable"))
        .await
        .unwrap();
    let kept = store.rule_state_list(tenant).await.unwrap();
    assert_eq!((kept["a"], kept["b"]), (off, states[1].1));

    assert_eq!(store.setting_fetch::<bool>(tenant, "paused").await.unwrap(), None);
    store
        .setting_set(tenant, "paused", &true, at(0), &audit("setting.set"))
        .await
        .unwrap();
    assert_eq!(store.setting_fetch(tenant, "paused").await.unwrap(), Some(true));
    let wrong = store.setting_fetch::<u8>(tenant, "paused").await;
    assert!(matches!(wrong, Err(Error::Stored { .. })));
    let mut capabilities = store.capabilities_fetch(tenant).await.unwrap();
    assert_eq!(capabilities, Capabilities::default());
    let both = Capability {
        events: true,
        automatic_response: true,
    };
    capabilities.set(Provider::SelfHosted, both);
    store
        .capabilities_set(tenant, &capabilities, at(0), &audit("capability.set"))
        .await
        .unwrap();
    assert_eq!(
        store
            .capabilities_fetch(tenant)
            .await
            .unwrap()
            .of(Provider::SelfHosted),
        both
    );
}
