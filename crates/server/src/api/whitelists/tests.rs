//! A whitelist's life: tried, saved, hit, changed by two, paused.

use crate::api::testing::{Desk, Person, page_line};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::UserRole;

/// One that hides what a client does.
fn of_client(client: u8) -> Value {
    let address = format!("203.0.113.{client}");
    json!({
        "scope": "event",
        "condition": {"conditions": [{"left": "attacker.ip", "operator": "equals", "right": [address]}]}
    })
}

async fn preview(desk: &Desk, person: &Person, mut asked: Value) -> Value {
    asked["days"] = json!(1);
    let started = desk.post(person, "/whitelists:preview", asked).await;
    let job = desk.ended(person, started).await;
    assert_eq!(
        (&job["state"], &job["kind"]),
        (&json!("done"), &json!("replay")),
        "{job}"
    );
    assert_eq!(job["progress"]["percent"], 100, "{job}");
    job["replay"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whitelist_is_tried_and_then_hides_what_it_said() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    desk.rule(&admin, "/door", "passthrough").await;
    let lines = [(1, 0), (2, 1), (2, 2)].map(|(client, number)| page_line(client, "/door", number));
    desk.push(&admin, &lines).await;
    let events = desk.get(&admin, "/events").await.1;
    assert_eq!(events["total"]["value"], 2, "repeats are folded: {events}");

    let told = preview(&desk, &admin, of_client(2)).await;
    assert_eq!(
        [
            &told["hidden"]["count"],
            &told["only_before"]["total"],
            &told["same"]
        ],
        [&json!(2), &json!(1), &json!(1)],
        "{told}"
    );
    let hidden = &told["hidden"];
    assert_eq!(hidden["rules"][0]["alerts"], 2);
    assert!(hidden["first"].as_str().unwrap() <= hidden["last"].as_str().unwrap());
    let closable = &told["closable"];
    assert_eq!(
        (&closable["total"], &closable["items"][0]["alerts"]),
        (&json!(1), &json!(2))
    );
    let id = closable["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        told["only_before"]["items"][0]["event"]["id"],
        json!(id),
        "as it is stored"
    );
    let whitelists = desk.get(&admin, "/whitelists").await.1;
    assert_eq!(whitelists["items"], json!([]), "a preview saves nothing");

    let mut new = of_client(2);
    new["reason"] = json!("our own scanner");
    let (status, made) = desk.post(&admin, "/whitelists", new).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!((&made["version"], &made["owner"]), (&json!(1), &json!("ada")));
    desk.push(&admin, &[page_line(2, "/door", 3)]).await;
    let path = format!("/whitelists/{}", made["id"].as_str().unwrap());
    let (_, kept) = desk.get(&admin, &path).await;
    assert_eq!(
        (&kept["hits"], &kept["review"]),
        (&json!(1), &json!([])),
        "{kept}"
    );
    // The same again would hide nothing more; with the events there are it is still the one to close.
    let again = preview(&desk, &admin, of_client(2)).await;
    assert_eq!(
        (&again["hidden"]["count"], &again["closable"]["total"]),
        (&json!(0), &json!(1))
    );
    let close = json!({"ids": [id], "op": {"status": "handled"}});
    assert_eq!(desk.post(&admin, "/events:bulk", close).await.0, StatusCode::OK);
    let again = preview(&desk, &admin, of_client(2)).await;
    assert_eq!(again["closable"]["total"], 0, "it is closed");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_names_the_version_it_was_made_from() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    desk.rule(&admin, "/door", "passthrough").await;
    let mut new = of_client(1);
    new["reason"] = json!("our own scanner");
    let (_, made) = desk.post(&admin, "/whitelists", new).await;
    let path = format!("/whitelists/{}", made["id"].as_str().unwrap());
    let change = async |version: Option<&str>, body: Value| {
        desk.change(&admin, Method::PATCH, &path, version, &body).await
    };
    let reason = json!({"reason": "a partner's scanner"});
    assert_eq!(
        change(None, reason.clone()).await.0,
        StatusCode::PRECONDITION_REQUIRED
    );
    assert_eq!(
        change(Some("one"), reason.clone()).await.0,
        StatusCode::BAD_REQUEST
    );
    let (status, changed) = change(Some("\"1\""), reason).await;
    assert_eq!(
        (status, &changed["version"]),
        (StatusCode::OK, &json!(2)),
        "{changed}"
    );
    assert_eq!(changed["reason"], "a partner's scanner");
    let (status, problem) = change(Some("\"1\""), json!({"paused": true})).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::PRECONDITION_FAILED, &json!("stale"))
    );

    let (status, problem) = change(
        Some("\"2\""),
        json!({"owner": "nobody", "reason": " ", "condition": {"conditions": [], "formula": "1&"}}),
    )
    .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let places: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["place"].as_str().unwrap())
        .collect();
    assert_eq!(
        places,
        ["/condition/conditions", "/condition/formula", "/reason", "/owner"]
    );

    desk.push(&admin, &[page_line(1, "/door", 0)]).await;
    assert_eq!(desk.get(&admin, "/events").await.1["items"], json!([]), "hidden");
    let (status, paused) = change(Some("\"2\""), json!({"paused": true})).await;
    assert_eq!((status, &paused["paused"]), (StatusCode::OK, &json!(true)));
    desk.push(&admin, &[page_line(1, "/door", 1)]).await;
    assert_eq!(
        desk.get(&admin, "/events").await.1["total"]["value"],
        1,
        "not any more"
    );
    let viewer = desk.person("eve", UserRole::Viewer).await;
    let refused = desk
        .change(
            &viewer,
            Method::PATCH,
            &path,
            Some("\"3\""),
            &json!({"paused": false}),
        )
        .await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    desk.close().await;
}
