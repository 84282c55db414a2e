//! The main job: an attack at the WAF becomes an event, the attacker is blocked, and let in again when it is time.

use crate::{
    access_log,
    stage::{PATIENCE, Stage, attacker, connected, is_attacked_by, rules_against, until},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::actors::{VisitPlan, Visitors};

const ATTACKER: &str = "203.0.113.7";

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_becomes_an_event_and_the_attacker_is_blocked_until_the_block_expires() {
    let block = Duration::from_secs(3);
    let (cloud, stage) = connected(block).await;
    let visitors = Visitors::start(VisitPlan::on(cloud.site_address())).unwrap();
    let attacker = attacker(&cloud, ATTACKER);
    let started = Instant::now();
    let client = &stage.client;

    let about_it = |item: &Value| is_attacked_by(item, ATTACKER);
    client.first("/alerts", PATIENCE, about_it).await.unwrap();
    let alert_after = started.elapsed();
    let event = client.first("/events", PATIENCE, about_it).await.unwrap();
    let event_after = started.elapsed();
    let blocked_after = attacker.blocked(PATIENCE).await.expect("the attacker is blocked");
    let event = event["id"].as_str().unwrap();

    let run = stage.only(&format!("/runs?event={event}")).await;
    let policy = stage.only(&format!("/policies?event={event}")).await;
    assert_eq!(
        (&policy["entity"]["value"], &policy["run"]),
        (&json!(ATTACKER), &run["id"])
    );
    let policy_id = policy["id"].as_str().unwrap();
    let tasks = format!("/tasks?policy={policy_id}");
    let task = client
        .first(&tasks, PATIENCE, |task| task["status"] == "blocked")
        .await
        .unwrap();
    let rules = cloud.state().rules;
    assert_eq!(rules.len(), 1, "{rules:?}");
    assert_eq!(task["remote_id"], json!(rules[0].id.to_string()));
    let run = format!("/runs/{}", run["id"].as_str().unwrap());
    client
        .until(&run, PATIENCE, |run| run["state"] == "succeeded")
        .await
        .unwrap();

    let unblocked_after = attacker.unblocked(PATIENCE).await.expect("the block ends");
    assert!(
        unblocked_after >= blocked_after + Duration::from_secs(1),
        "{blocked_after:?} {unblocked_after:?}"
    );
    until("the rule is gone", || cloud.state().rules.is_empty()).await;
    client
        .first(&tasks, PATIENCE, |task| task["status"] == "ended")
        .await
        .unwrap();
    client
        .until(&format!("/blocked?value={ATTACKER}"), PATIENCE, is_empty)
        .await
        .unwrap();
    let visits = visitors.stop().await;
    assert_eq!((visits.refusals, visits.last_refusal), (0, None));
    eprintln!(
        "ready {:?}, alert {alert_after:?}, event {event_after:?}, blocked {blocked_after:?}, unblocked {unblocked_after:?}",
        stage.server.ready_after
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_ends_when_it_is_undone_or_its_address_must_never_be_blocked() {
    let (cloud, stage) = connected(Duration::from_hours(1)).await;
    let client = &stage.client;

    let undone = attacker(&cloud, "203.0.113.11");
    undone.blocked(PATIENCE).await.expect("the attacker is blocked");
    let policy = stage.only("/policies?entity=203.0.113.11").await;
    client
        .post(
            &format!("/policies/{}/undo", policy["id"].as_str().unwrap()),
            &json!({}),
        )
        .await
        .unwrap();
    undone.unblocked(PATIENCE).await.expect("the block is undone");
    assert_eq!(rules_against(&cloud, "203.0.113.11"), 0);

    let partner = attacker(&cloud, "203.0.113.12");
    partner.blocked(PATIENCE).await.expect("the attacker is blocked");
    let entry = json!({"value": "203.0.113.12", "reason": "a scan we ordered"});
    client.post("/never-block", &entry).await.unwrap();
    partner.unblocked(PATIENCE).await.expect("the block is lifted");
    client
        .until("/blocked?value=203.0.113.12", PATIENCE, is_empty)
        .await
        .unwrap();
    until("no rule is left", || cloud.state().rules.is_empty()).await;

    let entry = json!({"value": "203.0.113.12/31", "reason": "the scanner's other address"});
    client.post("/never-block", &entry).await.unwrap();
    let spared = attacker(&cloud, "203.0.113.13");
    let event = client
        .first("/events?entity=203.0.113.13", PATIENCE, |_| true)
        .await
        .unwrap();
    let runs = format!("/runs?event={}", event["id"].as_str().unwrap());
    client
        .first(&runs, PATIENCE, |run| run["state"] == "succeeded")
        .await
        .unwrap();
    let policy = stage.only("/policies?entity=203.0.113.13").await;
    let task = stage
        .only(&format!("/tasks?policy={}", policy["id"].as_str().unwrap()))
        .await;
    assert_eq!(task["status"], "whitelisted", "{task}");
    assert!(
        task["detail"]["en"]
            .as_str()
            .unwrap()
            .contains("the scanner's other address"),
        "{task}"
    );
    assert_eq!(
        (spared.stop().await.blocked, cloud.state().rules.len()),
        (None, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_stop_stops_and_goes_on_where_it_was() {
    let (cloud, mut stage) = connected(Duration::from_hours(1)).await;
    let attacker = attacker(&cloud, ATTACKER);
    attacker.blocked(PATIENCE).await.expect("the attacker is blocked");
    attacker.pause(true);
    let stored = |source: &Value| source["counts_24h"]["stored"] == cloud.state().site.requests;
    let source = format!(
        "/sources/{}",
        stage.only("/sources").await["id"].as_str().unwrap()
    );
    stage.client.until(&source, PATIENCE, stored).await.unwrap();
    stage
        .client
        .first("/runs", PATIENCE, |run| run["state"] == "succeeded")
        .await
        .unwrap();
    let before = snapshot(&stage).await;
    // An event stream never ends by itself; the server must not wait for it.
    let listener = stage.client.clone();
    let listening = tokio::spawn(async move { listener.get("/stream?topics=event").await });
    let stopping = Instant::now();
    assert_eq!(stage.server.stop().await.unwrap().code(), Some(0));
    let stopped_after = stopping.elapsed();
    assert!(stopped_after < Duration::from_secs(5), "{stopped_after:?}");
    drop(listening.await.unwrap());

    stage.restart().await;
    assert_eq!(snapshot(&stage).await, before);
    assert_eq!(cloud.state().rules.len(), 1);
    eprintln!(
        "stopped after {stopped_after:?}, ready again after {:?}",
        stage.server.ready_after
    );
}

/// What a user sees, but for what only the clock moves.
async fn snapshot(stage: &Stage) -> [Vec<Value>; 3] {
    let events = stage.client.all("/events").await.unwrap();
    let alerts = stage.client.all("/alerts").await.unwrap();
    let runs = stage.client.all("/runs").await.unwrap();
    [events, alerts, runs]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_somebody_removed_by_hand_is_put_back_and_shown_as_drift() {
    let (cloud, stage) = connected(Duration::from_hours(1)).await;
    let attacker = attacker(&cloud, ATTACKER);
    attacker.blocked(PATIENCE).await.expect("the attacker is blocked");
    attacker.pause(true);
    let policy = stage.only(&format!("/policies?entity={ATTACKER}")).await;
    let tasks = format!("/tasks?policy={}", policy["id"].as_str().unwrap());
    stage
        .client
        .first(&tasks, PATIENCE, |task| task["status"] == "blocked")
        .await
        .unwrap();

    let removed = cloud.state().rules[0].id;
    assert!(cloud.remove_rule_by_hand(removed));
    until("the rule is back", || rules_against(&cloud, ATTACKER) == 1).await;
    let rule = cloud.state().rules[0].id.to_string();
    let repaired = |task: &Value| task["remote_id"] == rule && task["drift"] == true;
    stage.client.first(&tasks, PATIENCE, repaired).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_about_a_whitelisted_client_become_no_event() {
    let stage = Stage::empty().await;
    stage.push_source().await;
    stage.enable_rules().await;
    let whitelist = json!({
        "scope": "event",
        "condition": {"conditions": [{"left": "attacker.ip", "operator": "equals", "right": ["203.0.113.21"]}]},
        "reason": "our own scanner",
    });
    stage.client.post("/whitelists", &whitelist).await.unwrap();
    stage
        .push(&access_log::attack("203.0.113.21", access_log::MOMENT))
        .await;
    stage
        .push(&access_log::attack("203.0.113.22", access_log::MOMENT))
        .await;

    let event = stage.only("/events").await;
    assert!(is_attacked_by(&event, "203.0.113.22"), "{event}");
    let silent = stage.client.all("/alerts?entity=203.0.113.21").await.unwrap();
    assert!(!silent.is_empty());
    for alert in silent {
        assert_eq!(
            (&alert["event_id"], &alert["no_event_reason"]),
            (&Value::Null, &json!("whitelisted")),
            "{alert}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handled_event_is_left_alone_and_continued_by_a_new_one() {
    let stage = Stage::empty().await;
    stage.push_source().await;
    stage.enable_rules().await;
    stage
        .push(&access_log::attack(ATTACKER, access_log::MOMENT))
        .await;
    let first = stage.only("/events").await;
    let id = first["id"].as_str().unwrap();
    let path = format!("/events/{id}");
    let handled = stage
        .client
        .patch(&path, &json!({"status": "handled", "comment": "done"}))
        .await
        .unwrap();
    assert_eq!(handled["status"], "handled");

    stage
        .push(&access_log::attack(ATTACKER, access_log::MOMENT + 600_000))
        .await;
    let next = stage.only("/events?status=unhandled").await;
    assert_eq!(next["continues"], first["id"], "{next}");
    let first = stage.client.get(&path).await.unwrap();
    assert_eq!(
        (&first["continued_by"], &first["status"]),
        (&next["id"], &json!("handled")),
        "{first}"
    );
    assert_eq!(stage.client.all("/events").await.unwrap().len(), 2);
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_some_and(Vec::is_empty)
}
