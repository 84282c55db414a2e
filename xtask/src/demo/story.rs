//! The steps as they happen, and the verdict at the end.

use super::World;
use anyhow::{Context as _, ensure};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, Instant};
use testkit::actors::{Attacker, Visitors};

/// How long any step may take before the demo gives up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Milliseconds from the first attack request, and the visitors that were refused.
#[derive(Debug, Serialize)]
pub struct Outcome {
    first_alert_ms: u64,
    event_ms: u64,
    blocked_ms: u64,
    unblocked_ms: u64,
    visitor_refusals: u64,
}

/// Lets the attack happen, says what it sees, and fails if anything that should have happened did not.
pub async fn tell(world: &World, block: Duration) -> anyhow::Result<Outcome> {
    let (attacker, visitors) = world.actors()?;
    let told = watch_it_happen(world, block, &attacker, &visitors).await;
    attacker.stop().await;
    let visits = visitors.stop().await;
    let outcome = Outcome {
        visitor_refusals: visits.refusals,
        ..told?
    };
    if let Some(refusal) = visits.last_refusal {
        anyhow::bail!("a visitor was refused: {refusal}");
    }
    say(
        None,
        &format!("{} requests of visitors, none refused", visits.requests),
    );
    Ok(outcome)
}

async fn watch_it_happen(
    world: &World,
    block: Duration,
    attacker: &Attacker,
    visitors: &Visitors,
) -> anyhow::Result<Outcome> {
    let started = first_request(attacker).await?;
    say(
        Some(Duration::ZERO),
        "the attacker 203.0.113.7 sends its first request",
    );
    let client = &world.client;

    let alert = client.first("/alerts?limit=5", PATIENCE, |_| true).await?;
    let first_alert = started.elapsed();
    say(
        Some(first_alert),
        &format!("alert: {}", alert["title"]["en"].as_str().unwrap_or_default()),
    );

    let attacks = |event: &Value| event.to_string().contains("203.0.113.7");
    let event = client.first("/events?limit=5", PATIENCE, attacks).await?;
    let opened = started.elapsed();
    say(
        Some(opened),
        &format!("event: {}", event["title"]["en"].as_str().unwrap_or_default()),
    );

    let blocked = attacker
        .blocked(PATIENCE)
        .await
        .context("the attacker was not refused by a custom rule")?;
    say(
        Some(blocked),
        "the WAF refuses the attacker by the rule the playbook made",
    );
    disposal_center(world, &event).await?;

    let patience = block + PATIENCE;
    let unblocked = attacker
        .unblocked(patience)
        .await
        .context("the block was not lifted")?;
    say(
        Some(unblocked),
        "the block expired: the attacker gets through again",
    );
    ensure!(
        unblocked >= blocked + block.saturating_sub(Duration::from_secs(5)),
        "the block was lifted {} s too early",
        (blocked + block).saturating_sub(unblocked).as_secs()
    );
    let millis = |duration: Duration| duration.as_millis() as u64;
    Ok(Outcome {
        first_alert_ms: millis(first_alert),
        event_ms: millis(opened),
        blocked_ms: millis(blocked),
        unblocked_ms: millis(unblocked),
        visitor_refusals: visitors.progress().refusals,
    })
}

/// The handling policy and its task have to be in the Disposal Center while the block is in force.
async fn disposal_center(world: &World, event: &Value) -> anyhow::Result<()> {
    let of_event = |policy: &Value| policy["origin_event"] == event["id"];
    let policy = world
        .client
        .first("/policies?limit=50", PATIENCE, of_event)
        .await?;
    let id = policy["id"].as_str().unwrap_or_default();
    let path = format!("/tasks?policy={id}");
    let task = world
        .client
        .first(&path, PATIENCE, |task| task["status"] == "blocked")
        .await?;
    say(
        None,
        &format!(
            "disposal center: policy {id} with task {} (WAF rule {})",
            task["id"].as_str().unwrap_or_default(),
            task["remote_id"].as_str().unwrap_or_default()
        ),
    );
    let rules = world.cloud.state().rules;
    ensure!(
        rules.len() == 1,
        "the WAF has {} rules instead of one",
        rules.len()
    );
    Ok(())
}

async fn first_request(attacker: &Attacker) -> anyhow::Result<Instant> {
    let waiting = Instant::now();
    while waiting.elapsed() < PATIENCE {
        if let Some(started) = attacker.progress().started {
            return Ok(started);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    anyhow::bail!("the attacker did not start")
}

fn say(at: Option<Duration>, what: &str) {
    match at {
        Some(at) => println!("{:>7.2} s  {what}", at.as_secs_f64()),
        None => println!("           {what}"),
    }
}
