//! What must add up after every crash.

use super::pusher::{LINES, Log};
use crate::{
    program::ctdr,
    stage::{PATIENCE, Stage, ingest, is_attacked_by},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, ops::Range};
use testkit::FakeCloud;

/// What is counted.
pub struct Books {
    /// The source of the pushed log.
    push: String,
    /// The source of the WAF's log.
    waf: String,
    /// Who has attacked the web site so far.
    pub attackers: Vec<String>,
}

impl Books {
    pub async fn open(stage: &Stage, push: String) -> Self {
        let sources = stage.client.all("/sources").await.unwrap();
        let waf = sources
            .iter()
            .find(|source| source["product"] == "alibaba/waf")
            .unwrap();
        let path = |id: &str| format!("/sources/{id}");
        Self {
            push: path(&push),
            waf: path(waf["id"].as_str().unwrap()),
            attackers: Vec::new(),
        }
    }

    /// Checks everything that must hold while nobody pushes and nobody attacks.
    pub async fn check(&self, stage: &Stage, cloud: &FakeCloud, batches: u64) {
        settled(stage, &self.push, batches * LINES).await;
        // Every request of the site is one record of the WAF's log, and each of them is stored once.
        settled(stage, &self.waf, cloud.state().site.requests).await;

        let alerts = stage.client.all("/alerts").await.unwrap();
        let events = stage.client.all("/events").await.unwrap();
        let event_ids = unique(&events);
        unique(&alerts);
        for alert in &alerts {
            let event = alert["event_id"].as_str();
            assert!(event.is_some_and(|event| event_ids.contains(event)), "{alert}");
        }
        for attacker in Log::attackers(batches) {
            // The last one may not have done enough yet to be noticed.
            let events = events
                .iter()
                .filter(|event| is_attacked_by(event, &attacker))
                .count();
            assert!(events <= 1, "{attacker} has {events} events");
        }
        for attacker in &self.attackers {
            let of_attacker: Vec<&Value> = events
                .iter()
                .filter(|event| is_attacked_by(event, attacker))
                .collect();
            assert_eq!(of_attacker.len(), 1, "{attacker}: {of_attacker:?}");
            self.check_response(stage, of_attacker[0]["id"].as_str().unwrap())
                .await;
        }
    }

    /// An event has led to one run, which made one policy with one task.
    async fn check_response(&self, stage: &Stage, event: &str) {
        let run = stage.only(&format!("/runs?event={event}")).await;
        let policy = stage.only(&format!("/policies?event={event}")).await;
        assert_eq!(policy["run"], run["id"]);
        stage
            .only(&format!("/tasks?policy={}", policy["id"].as_str().unwrap()))
            .await;
        let activity = stage
            .client
            .all(&format!("/events/{event}/activity"))
            .await
            .unwrap();
        for kind in ["opened", "run"] {
            let entries: Vec<&Value> = activity.iter().filter(|entry| entry["kind"] == kind).collect();
            assert!(entries.len() <= 1, "{entries:?}");
        }
    }

    /// Sends acknowledged batches again: every line of them is known.
    pub async fn check_resend(&self, stage: &Stage, log: Log, batches: Range<u64>) {
        let before = counts(stage, &self.push).await;
        let lines = (batches.end - batches.start) * LINES;
        for number in batches {
            let body = log.batch(number).join("\n").into();
            let answer = ingest(&stage.client, "", body).await.unwrap().ok().unwrap();
            assert_eq!(answer, json!({"received": LINES, "rejected": []}));
        }
        let again = |source: &Value| source["counts_24h"]["received"].as_u64() == Some(before[0] + lines);
        stage.client.until(&self.push, PATIENCE, again).await.unwrap();
        let after = counts(stage, &self.push).await;
        assert_eq!(
            after,
            [
                before[0] + lines,
                before[1],
                before[2] + lines,
                before[3],
                before[4]
            ]
        );
    }

    /// The alerts about the pushed log are those of a replay of it, which nobody has killed.
    pub async fn check_against_reference(&self, stage: &Stage, batches: Vec<Vec<String>>) {
        let folder = tempfile::tempdir().unwrap();
        let (file, out) = (folder.path().join("access.json"), folder.path().join("out"));
        fs::write(&file, batches.concat().join("\n")).unwrap();
        let logs = format!("self_hosted/nginx={}", file.display());
        ctdr(&["replay", "--logs", &logs, "--out", out.to_str().unwrap()]).expect(0, &[]);
        let lines = |name: &str| -> Vec<Value> {
            let text = fs::read_to_string(out.join(name)).unwrap();
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        let mut expected: Vec<String> = lines("alerts.jsonl")
            .iter()
            .map(|alert| {
                digest(
                    &alert["rule"],
                    alert,
                    &json!(alert["records"].as_array().unwrap().len()),
                )
            })
            .collect();
        let alerts = stage
            .client
            .all("/alerts?product=self_hosted/nginx")
            .await
            .unwrap();
        let mut found: Vec<String> = alerts
            .iter()
            .map(|alert| digest(&alert["rule"]["id"], alert, &alert["record_count"]))
            .collect();
        expected.sort();
        found.sort();
        assert!(!expected.is_empty());
        assert_eq!(found, expected);
        let events = stage
            .client
            .all("/events?product=self_hosted/nginx")
            .await
            .unwrap();
        assert_eq!(events.len(), lines("events.jsonl").len());
        eprintln!(
            "{} pushed lines, {} alerts and {} events as in a replay",
            batches.len() as u64 * LINES,
            found.len(),
            events.len()
        );
    }
}

/// What two ways to the same alert have in common.
fn digest(rule: &Value, alert: &Value, records: &Value) -> String {
    let entities = alert["entities"].as_array().unwrap();
    let mut entities: Vec<String> = entities
        .iter()
        .map(|entity| format!("{} {} {}", entity["type"], entity["value"], entity["role"]))
        .collect();
    entities.sort();
    format!("{rule} at {} over {records} records: {entities:?}", alert["time"])
}

/// The ids of the items, each of which is there once.
fn unique(items: &[Value]) -> BTreeSet<&str> {
    let ids: BTreeSet<&str> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), items.len(), "an id is there twice");
    ids
}

/// Received, stored, duplicate, rejected, dead letter.
async fn counts(stage: &Stage, source: &str) -> [u64; 5] {
    let source = stage.client.get(source).await.unwrap();
    ["received", "stored", "duplicate", "rejected", "dead_letter"]
        .map(|name| source["counts_24h"][name].as_u64().unwrap())
}

/// Waits until exactly `stored` records of a source are stored, and checks that its counters add up.
async fn settled(stage: &Stage, source: &str, stored: u64) {
    let done = |source: &Value| source["counts_24h"]["stored"].as_u64() == Some(stored);
    let reached = stage.client.until(source, PATIENCE, done).await;
    reached.unwrap_or_else(|error| panic!("{stored} records should be stored: {error:#}"));
    let [received, stored, duplicate, rejected, dead_letter] = counts(stage, source).await;
    assert_eq!(received, stored + duplicate + rejected + dead_letter, "{source}");
    assert_eq!((rejected, dead_letter), (0, 0), "{source}");
}
