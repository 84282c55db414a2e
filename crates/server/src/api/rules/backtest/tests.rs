//! Backtests as they are asked for: texts and stored rules, jobs and their ends, and who may.

use crate::{
    api::testing::{Desk, Person},
    clock,
    jobs::{Job, Kind},
};
use http::{Method, StatusCode};
use model::LocalText;
use serde_json::{Value, json};
use store::UserRole;
use tokio_util::sync::CancellationToken;

const ID: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b31";

fn rule() -> String {
    format!(
        "title: Secret door
id: {ID}
description: Somebody asked for a page that nothing links to.
logsource: {{product: nginx, service: access}}
detection:
  asked:
    http_request.url.path: /secret-door
  condition: asked
level: low
ctdr:
  category: abnormal_web_access
  aggregation: none
  entities:
    - {{type: ip, field: src_endpoint.ip, role: attacker}}
"
    )
}

/// A correlation about [`rule`], in a text of its own.
fn often() -> String {
    format!(
        "title: Secret door asked for thrice
id: 5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b32
correlation:
  type: event_count
  rules: [{ID}]
  group-by: [http_request.url.path]
  timespan: 1h
  condition: {{gte: 3}}
level: low
"
    )
}

fn lines() -> Vec<String> {
    let line = |(client, path): (usize, &str)| {
        format!(
            r#"203.0.113.{client} - - [03/Sep/2025:16:30:00 +0000] "GET {path} HTTP/1.1" 200 15 "-" "curl/8""#
        )
    };
    let paths = ["/secret-door", "/secret-door", "/front-door", "/secret-door"];
    (1..).zip(paths).map(line).collect()
}

/// Starts a backtest and waits for its end.
async fn tested(desk: &Desk, person: &Person, asked: Value) -> Value {
    let (status, mut job) = desk.post(person, "/rules:backtest", asked).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{job}");
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    while job["state"] == "running" {
        tokio::task::yield_now().await;
        job = desk.get(person, &path).await.1;
    }
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_and_stored_rules_are_tried_and_say_the_same() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    desk.push(&admin, &lines()).await;
    let (status, told) = desk.post(&admin, "/rules", json!({"text": rule()})).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");

    let by_text = tested(
        &desk,
        &admin,
        json!({"text": rule(), "days": 7, "alerts_per_day": 2}),
    )
    .await;
    assert_eq!(by_text["state"], "done", "{by_text}");
    let report = &by_text["report"];
    let figures = ["complete", "records", "alerts"].map(|name| report[name].clone());
    assert_eq!(figures, [json!(true), json!(4), json!(3)], "{report}");
    assert_eq!(report["budget"]["exceeded"], true);
    let progress = &by_text["progress"];
    assert_eq!(progress["done_bytes"], progress["total_bytes"], "{progress}");
    let figures = ["percent", "records", "alerts"].map(|name| progress[name].clone());
    assert_eq!(figures, [json!(100), json!(4), json!(3)], "{progress}");
    assert_eq!(
        (&by_text["title"]["en"], &by_text["started_by"]),
        (&json!("Secret door"), &json!("ada"))
    );

    let by_id = tested(
        &desk,
        &admin,
        json!({"ids": [ID], "days": 7, "alerts_per_day": 2}),
    )
    .await;
    assert_eq!(&by_id["report"], report);
    let predefined = desk.app.content.rule_ids.first().unwrap();
    let both = tested(&desk, &admin, json!({"ids": [ID, predefined], "days": 7})).await;
    assert_eq!(both["report"]["alerts"], 3, "{both}");
    assert!(
        both["title"]["en"].as_str().unwrap().ends_with(" and 1 more"),
        "{both}"
    );
    let counted = tested(&desk, &admin, json!({"text": often(), "days": 7})).await;
    assert_eq!(
        counted["report"]["alerts"], 1,
        "it names a stored rule: {counted}"
    );
    let alerts = desk.get(&admin, "/alerts").await.1;
    assert_eq!(alerts["items"], json!([]), "a backtest raises nothing");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_is_refused_at_once() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let check = async |asked: Value, status: u16, says: &str| {
        let (got, problem) = desk.post(&admin, "/rules:backtest", asked.clone()).await;
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(got == status && detail.contains(says), "{asked}: {got} {problem}");
    };
    check(json!({"text": rule(), "days": 0}), 422, "1 to 90").await;
    check(json!({"days": 1}), 422, "either `text` or `ids`").await;
    check(json!({"text": rule(), "ids": [ID], "days": 1}), 422, "not both").await;
    check(json!({"ids": [], "days": 1}), 422, "1 to 200").await;
    check(json!({"ids": [ID], "days": 1}), 404, ID).await;
    let broken = rule().replace("level: low", "level: lowest");
    check(json!({"text": broken, "days": 1}), 422, "does not compile").await;
    let (status, _) = desk.get(&admin, "/jobs/nothing").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_run_at_a_time_and_one_that_is_cancelled_makes_room() {
    let desk = Desk::open().await;
    let responder = desk.person("grace", UserRole::Responder).await;
    // Two that do not get on.
    let stuck = ["first", "second"].map(|id| {
        let title = LocalText::new("Slow rule", "慢规则");
        let job = Job::new(
            id.to_owned(),
            Kind::Backtest,
            title,
            "ada".to_owned(),
            clock::now(),
            CancellationToken::new(),
        );
        desk.app.jobs.start(job).unwrap()
    });
    let asked = json!({"text": rule(), "days": 1});
    let (status, problem) = desk.post(&responder, "/rules:backtest", asked.clone()).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("`first` of `Slow rule` by `ada`, 0 %"),
        "{detail}"
    );

    let cancel = desk
        .send(&responder, Method::DELETE, "/jobs/first", String::new())
        .await;
    assert_eq!(cancel.0, StatusCode::NO_CONTENT);
    assert!(stuck[0].cancel.is_cancelled());
    let job = desk.get(&responder, "/jobs/first").await.1;
    assert_eq!(
        (&job["state"], &job["ended"]),
        (&json!("cancelled"), &Value::Null)
    );
    stuck[0].end(crate::jobs::Outcome::Cancelled, clock::now());
    stuck[1].end(crate::jobs::Outcome::Failed("no disk"), clock::now());
    let job = desk.get(&responder, "/jobs/second").await.1;
    assert_eq!(
        (&job["state"], &job["problem"]["detail"]),
        (&json!("failed"), &json!("no disk"))
    );
    assert_eq!(tested(&desk, &responder, asked).await["state"], "done");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_looks_and_neither_starts_nor_cancels() {
    let desk = Desk::open().await;
    let viewer = desk.person("eve", UserRole::Viewer).await;
    let responder = desk.person("grace", UserRole::Responder).await;
    let job = tested(&desk, &responder, json!({"text": rule(), "days": 1})).await;
    let path = format!("/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(desk.get(&viewer, &path).await.0, StatusCode::OK);
    let start = desk
        .post(&viewer, "/rules:backtest", json!({"text": rule(), "days": 1}))
        .await;
    assert_eq!(start.0, StatusCode::FORBIDDEN);
    let cancel = desk.send(&viewer, Method::DELETE, &path, String::new()).await;
    assert_eq!(cancel.0, StatusCode::FORBIDDEN);
    desk.close().await;
}
