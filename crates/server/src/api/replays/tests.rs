//! Replays as they are asked for: what each kind of change would make of a few alerts, and what cannot be asked.

use crate::api::testing::{Desk, PAGE_RULE, Person, page_line, page_rule};
use http::StatusCode;
use serde_json::{Value, json};
use store::UserRole;

async fn replay(desk: &Desk, person: &Person, mut asked: Value) -> Value {
    asked["days"] = json!(7);
    let started = desk.post(person, "/replays", asked).await;
    let job = desk.ended(person, started).await;
    assert_eq!(job["state"], "done", "{job}");
    job["replay"].clone()
}

/// Events: the same, only before, only after, changed.
fn figures(told: &Value) -> [u64; 4] {
    let total = |list: &str| told[list]["total"].as_u64().unwrap();
    [
        told["same"].as_u64().unwrap(),
        total("only_before"),
        total("only_after"),
        total("changed"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_change_is_told_by_its_events() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let text = desk.rule(&admin, "/door", "window").await;
    let asked = [(1, "/door"), (2, "/door"), (3, "/gate")];
    let lines: Vec<String> = (0..)
        .zip(asked)
        .map(|(at, (client, page))| page_line(client, page, at))
        .collect();
    desk.push(&admin, &lines).await;
    let before = desk.get(&admin, "/events").await.1;
    assert_eq!(before["total"]["value"], 2, "{before}");

    let same = replay(&desk, &admin, json!({"text": text})).await;
    assert_eq!(figures(&same), [2, 0, 0, 0], "{same}");
    assert_eq!(same["rule_alerts"], json!({"before": 2, "after": 2}));
    assert_eq!(
        (&same["complete"], &same["closable"]["total"]),
        (&json!(true), &json!(0))
    );
    let other = replay(&desk, &admin, json!({"text": page_rule("/gate", "window")})).await;
    assert_eq!(
        (figures(&other), &other["rule_alerts"]["after"]),
        ([0, 2, 1, 0], &json!(1)),
        "{other}"
    );
    let worse = replay(&desk, &admin, json!({"rule": {"id": PAGE_RULE, "level": 5}})).await;
    assert_eq!(figures(&worse), [0, 0, 0, 2], "{worse}");
    let changed = &worse["changed"]["items"][0];
    assert_eq!(
        (&changed["before"]["level"], &changed["after"]["level"]),
        (&json!(3), &json!(5))
    );
    assert!(changed["after"]["title"]["zh"].is_string());
    let none = replay(
        &desk,
        &admin,
        json!({"rule": {"id": PAGE_RULE, "aggregation": "none"}}),
    )
    .await;
    assert_eq!(figures(&none), [0, 2, 0, 0], "{none}");
    let shared = json!({"infrastructure": [{"type": "ip", "value": "203.0.113.0/24", "note": "proxies"}]});
    let settings = replay(&desk, &admin, json!({"correlation": shared})).await;
    assert_eq!(figures(&settings)[0], 2, "each alone, as before: {settings}");

    let after = desk.get(&admin, "/events").await.1;
    assert_eq!(after["items"], before["items"], "nothing is written");
    assert_eq!(desk.get(&admin, "/correlation-settings").await.1["version"], 0);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_at_once() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    desk.rule(&admin, "/door", "window").await;
    let check = async |asked: Value, status: u16, says: &str| {
        let (got, problem) = desk.post(&admin, "/replays", asked.clone()).await;
        assert!(
            got == status && problem.to_string().contains(says),
            "{asked}: {got} {problem}"
        );
    };
    let text = page_rule("/door", "window");
    check(json!({"days": 0, "text": text}), 422, "1 to 90").await;
    check(json!({"days": 1}), 422, "something to change").await;
    check(
        json!({"days": 1, "text": text, "rule": {"id": PAGE_RULE}}),
        422,
        "not both",
    )
    .await;
    check(json!({"days": 1, "text": "title: x"}), 422, "does not compile").await;
    check(json!({"days": 1, "rule": {"id": "nothing"}}), 404, "nothing").await;
    let expert = json!({"id": PAGE_RULE, "aggregation": "expert"});
    check(json!({"days": 1, "rule": expert}), 422, "/rule/aggregation").await;
    let whitelist = json!({"scope": "event", "condition": {"conditions": []}});
    check(
        json!({"days": 1, "whitelists": [whitelist]}),
        422,
        "/whitelists/0/condition/conditions",
    )
    .await;
    let shared = json!({"infrastructure": [{"type": "ip", "value": "NAT"}]});
    check(
        json!({"days": 1, "correlation": shared}),
        422,
        "/correlation/infrastructure/0/value",
    )
    .await;
    let viewer = desk.person("eve", UserRole::Viewer).await;
    let refused = desk
        .post(&viewer, "/replays", json!({"days": 1, "text": text}))
        .await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    desk.close().await;
}
