//! The settings of correlation: saved by version, told to the pipeline, and kept over a restart of its state.

use crate::{
    api::testing::{Desk, page_line},
    content::Content,
    pipeline::{Action, Engine, EngineSettings, Outcome, RuleSelection},
};
use http::{Method, StatusCode};
use model::{Capabilities, CorrelationSettings, EntityKind, TenantId, Time, correlation::Shared};
use serde_json::{Value, json};
use std::sync::Arc;
use store::UserRole;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_holds_from_then_on() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    desk.rule(&admin, "/door", "window").await;
    let (status, none) = desk.get(&admin, "/correlation-settings").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        (&none["version"], &none["infrastructure"]),
        (&json!(0), &json!([]))
    );
    let put = async |person, version: Option<&str>, body: Value| {
        desk.change(person, Method::PUT, "/correlation-settings", version, &body)
            .await
    };
    let said = json!({
        "infrastructure": [{"type": "ip", "value": "203.0.113.0/28", "note": "NAT gateways"}],
        "noisy": {"some-rule": true},
        "patterns_off": ["some-pattern"]
    });
    assert_eq!(
        put(&admin, None, said.clone()).await.0,
        StatusCode::PRECONDITION_REQUIRED
    );
    let (status, kept) = put(&admin, Some("\"0\""), said.clone()).await;
    assert_eq!((status, &kept["version"]), (StatusCode::OK, &json!(1)), "{kept}");
    assert_eq!(
        (&kept["infrastructure"], &kept["noisy"]),
        (&said["infrastructure"], &said["noisy"])
    );
    assert_eq!(
        put(&admin, Some("\"0\""), said.clone()).await.0,
        StatusCode::PRECONDITION_FAILED
    );
    let responder = desk.person("grace", UserRole::Responder).await;
    assert_eq!(
        put(&responder, Some("\"1\""), said).await.0,
        StatusCode::FORBIDDEN
    );

    // Two of a gateway, apart by more than repeats are, are nobody's; two of another address are its.
    let lines: Vec<String> = (0..)
        .zip([1, 99, 1, 99])
        .map(|(at, client)| page_line(client, "/door", at * 90))
        .collect();
    for line in &lines {
        desk.push(&admin, std::slice::from_ref(line)).await;
    }
    let events = desk.get(&admin, "/events").await.1;
    let audit = desk.get(&admin, "/audit").await.1;
    let entry = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["action"] == "correlation_settings.update");
    assert_eq!(entry.unwrap()["actor"], "ada");
    assert_eq!(events["total"]["value"], 3, "{events}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_have_places() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let check = async |list: Value, places: &[&str]| {
        let body = json!({"infrastructure": list});
        let (status, problem) = desk
            .change(&admin, Method::PUT, "/correlation-settings", Some("\"0\""), &body)
            .await;
        let told: Vec<&str> = problem["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["place"].as_str().unwrap())
            .collect();
        assert_eq!(
            (status, told.as_slice()),
            (StatusCode::UNPROCESSABLE_ENTITY, places),
            "{problem}"
        );
    };
    let ip = |value: &str| json!({"type": "ip", "value": value});
    check(
        json!([ip("203.0.113.7"), ip("203.0.113.7 ")]),
        &["/infrastructure/1/value"],
    )
    .await;
    check(
        json!([ip("0.0.0.0/0"), ip("nat")]),
        &["/infrastructure/0/value", "/infrastructure/1/value"],
    )
    .await;
    check(
        json!([{"type": "host", "value": ""}]),
        &["/infrastructure/0/value"],
    )
    .await;
    desk.close().await;
}

#[test]
fn a_snapshot_remembers_what_was_said() {
    let content = Arc::new(Content::load().unwrap());
    let engine = || {
        let settings = EngineSettings {
            tenant: TenantId::default(),
            capabilities: Capabilities::default(),
            correlation: CorrelationSettings::default(),
            rules: RuleSelection::default(),
        };
        Engine::new(Arc::clone(&content), &settings)
    };
    let settings = CorrelationSettings {
        infrastructure: vec![Shared {
            kind: EntityKind::Ip,
            value: "203.0.113.0/24".to_owned(),
            note: String::new(),
        }],
        ..CorrelationSettings::default()
    };
    let mut first = engine();
    let fresh = first.snapshot().unwrap();
    first.apply(
        &Action::Correlation { settings },
        Time::default(),
        &mut Outcome::default(),
    );
    let state = first.snapshot().unwrap();
    assert_ne!(state, fresh);
    let mut second = engine();
    second.restore(&state).unwrap();
    assert_eq!(second.snapshot().unwrap(), state);
    // One that an older version wrote says nothing of it.
    let mut old: Value = serde_json::from_slice(&fresh).unwrap();
    old.as_object_mut().unwrap().remove("correlation");
    second.restore(&serde_json::to_vec(&old).unwrap()).unwrap();
    assert_eq!(second.snapshot().unwrap(), fresh);
}
