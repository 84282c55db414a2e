//! Entities as they are asked for: what is counted, who may tag, and what a tag does to alerts to come.

use crate::api::testing::{Desk, Person};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::UserRole;

const ATTACKER: &str = "203.0.113.7";
const ID: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41";
const PAGE: &str = "/entities/ip/203.0.113.7";

/// A rule that names the client and the page it asked for.
const RULE: &str = "title: Secret door
id: 5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41
description: Somebody asked for a page that nothing links to.
logsource: {product: nginx, service: access}
detection:
  asked:
    http_request.url.path|startswith: /secret-door
  condition: asked
level: low
ctdr:
  category: abnormal_web_access
  aggregation: passthrough
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
    - {type: url, field: http_request.url.path, role: victim}
";

/// A server where two clients knocked at the secret door: the first twice.
async fn knocked() -> (Desk, Person) {
    let desk = Desk::open().await;
    let admin = desk.person("ann", UserRole::Admin).await;
    let (status, told) = desk.post(&admin, "/rules", json!({"text": RULE})).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let enable = json!({"enabled": true}).to_string();
    let (status, told) = desk
        .send(&admin, Method::PATCH, &format!("/rules/{ID}"), enable)
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    knock(
        &desk,
        &admin,
        &[
            (7, "/secret-door/a"),
            (7, "/secret-door/b"),
            (9, "/secret-door/a"),
        ],
    )
    .await;
    (desk, admin)
}

async fn knock(desk: &Desk, admin: &Person, requests: &[(u8, &str)]) {
    let line = |(client, path): &(u8, &str)| {
        let now = jiff::Timestamp::now().strftime("%d/%b/%Y:%H:%M:%S +0000");
        format!(r#"203.0.113.{client} - - [{now}] "GET {path} HTTP/1.1" 200 15 "-" "curl/8""#)
    };
    desk.push(admin, &requests.iter().map(line).collect::<Vec<_>>())
        .await;
}

async fn get(desk: &Desk, person: &Person, path: &str) -> Value {
    let (status, answer) = desk.get(person, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {answer}");
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entity_is_counted_over_all_alerts_and_says_where_it_comes_from() {
    let (desk, admin) = knocked().await;
    let list = get(&desk, &admin, "/entities?type=ip&sort=-alerts").await;
    assert_eq!(list["total"]["value"], 2, "{list}");
    let first = &list["items"][0];
    assert_eq!(
        (
            &first["value"],
            &first["alert_count"],
            &first["attacker_count"],
            &first["event_count"]
        ),
        (&json!(ATTACKER), &json!(2), &json!(2), &json!(2))
    );
    let page = get(&desk, &admin, PAGE).await;
    assert_eq!(page["alerts_considered"], 2);
    assert_eq!(page["rules"][0]["title"]["en"], "Secret door");
    assert_eq!(page["prevalence"][0]["alerts"], json!({"count": 2, "of": 3}));
    assert_eq!(page["parts"][0]["name"]["zh"], "地址");
    let related = get(&desk, &admin, &format!("{PAGE}/related")).await;
    assert_eq!(related.as_array().map(Vec::len), Some(2), "{related}");
    let days = get(&desk, &admin, &format!("{PAGE}/activity?days=7")).await;
    assert_eq!(days.as_array().map(Vec::len), Some(7));
    assert_eq!(days[6]["alerts"], 2, "{days}");
    for list in ["alerts", "events"] {
        let found = get(&desk, &admin, &format!("{PAGE}/{list}")).await;
        assert_eq!(found["items"].as_array().map(Vec::len), Some(2), "{found}");
    }
    // A value with slashes is one segment of the path.
    let url = get(&desk, &admin, "/entities/url/%2Fsecret-door%2Fa").await;
    assert_eq!(url["alert_count"], 2, "{url}");
    for missing in [
        "/entities/ip/198.51.100.1",
        "/entities/planet/mars",
        "/entities/ip/198.51.100.1/related",
    ] {
        assert_eq!(
            desk.get(&admin, missing).await.0,
            StatusCode::NOT_FOUND,
            "{missing}"
        );
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_holds_for_alerts_to_come_until_it_is_taken_back() {
    let (desk, admin) = knocked().await;
    let person = desk.person("li", UserRole::Responder).await;
    let (status, page) = desk
        .post(
            &person,
            &format!("{PAGE}/tag"),
            json!({"reason": "seen in a report"}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(
        (&page["malicious"], &page["tags"][0]["by"]),
        (&json!(true), &json!("analyst"))
    );
    assert_eq!(page["tags"][0]["reference"], "li");
    let malicious = async || {
        let alerts = get(&desk, &admin, &format!("{PAGE}/alerts")).await;
        let of = |alert: &Value| {
            let entities = alert["entities"].as_array().expect("entities");
            entities
                .iter()
                .any(|entity| entity["value"] == ATTACKER && entity["malicious"] == true)
        };
        let alerts = alerts["items"].as_array().expect("alerts");
        alerts.iter().filter(|alert| of(alert)).count()
    };
    assert_eq!(
        malicious().await,
        0,
        "what was found before stays as it was found"
    );
    knock(&desk, &admin, &[(7, "/secret-door/c")]).await;
    assert_eq!(malicious().await, 1);
    let (status, page) = desk
        .post(
            &person,
            &format!("{PAGE}/untag"),
            json!({"reason": "our own scanner"}),
        )
        .await;
    assert_eq!(
        (status, &page["malicious"]),
        (StatusCode::OK, &json!(false)),
        "{page}"
    );
    let tags = page["tags"].as_array().expect("tags");
    assert!(tags.iter().all(|tag| tag["removed"]["by"] == "li"), "{page}");
    knock(&desk, &admin, &[(7, "/secret-door/d")]).await;
    assert_eq!(malicious().await, 1);
    assert_eq!(get(&desk, &admin, PAGE).await["malicious"], false);
    let audit = get(&desk, &admin, "/audit").await.to_string();
    assert!(
        audit.contains("entity.tag") && audit.contains("entity.untag"),
        "{audit}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tagged_says_what_can_and_who_may() {
    let (desk, admin) = knocked().await;
    let viewer = desk.person("bo", UserRole::Viewer).await;
    let reason = json!({"reason": "x"});
    let (status, _) = desk.post(&viewer, &format!("{PAGE}/tag"), reason.clone()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, told) = desk
        .post(&admin, "/entities/url/%2Fsecret-door%2Fa/tag", reason.clone())
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("domain or address")),
        "{told}"
    );
    let (status, _) = desk
        .post(&admin, &format!("{PAGE}/tag"), json!({"reason": " "}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let bulk = json!({
        "entities": [
            {"type": "ip", "value": ATTACKER},
            {"type": "url", "value": "/secret-door/a"},
            {"type": "ip", "value": "198.51.100.1"},
        ],
        "malicious": true,
        "reason": "a campaign",
    });
    let (status, told) = desk
        .send(&admin, Method::POST, "/entities:bulk", bulk.to_string())
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let results = told["results"].as_array().expect("results");
    let ok: Vec<&Value> = results.iter().map(|result| &result["ok"]).collect();
    assert_eq!(ok, [&json!(true), &json!(false), &json!(false)], "{told}");
    assert_eq!(
        get(&desk, &admin, "/entities?malicious=true").await["total"]["value"],
        1
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn similar_events_come_with_their_reason() {
    let (desk, admin) = knocked().await;
    let events = get(&desk, &admin, "/events?sort=-score").await;
    let all = events["items"].as_array().expect("events");
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|event| event["score"] == 20), "{events}");
    let of = |address: &str| {
        all.iter()
            .find(|event| event["entities"].to_string().contains(address))
            .and_then(|event| event["id"].as_str())
            .expect("an event")
    };
    let similar = get(&desk, &admin, &format!("/events/{}/similar", of(ATTACKER))).await;
    let similar = similar.as_array().expect("a list");
    assert_eq!(similar.len(), 2);
    let likeness = |n: usize| similar[n]["likeness"].as_u64();
    assert!(likeness(0) >= likeness(1));
    let reason = similar[0]["reason"]["en"].as_str().expect("a reason");
    assert!(reason.contains("the rules Secret door"), "{reason}");
    assert!(
        similar[0]["reason"]["zh"]
            .as_str()
            .expect("a reason")
            .contains("共同点")
    );
    let own = of(ATTACKER);
    assert!(
        similar.iter().all(|other| other["event"]["id"] != own),
        "not itself"
    );
    desk.close().await;
}
