//! What a new user does after the first login: connect the cloud, add the WAF's log, enable rules, create a response rule.

use super::client::Client;
use anyhow::ensure;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{FakeCloud, fake_cloud::WAF_LOGSTORE};

/// Connects everything the demo needs.
pub async fn everything(client: &Client, cloud: &FakeCloud, block: Duration) -> anyhow::Result<()> {
    let connection = connection(client, cloud).await?;
    waf_log(client, cloud, &connection).await?;
    let enabled = client.post("/rules:enable-connected", &json!({})).await?;
    eprintln!("   {} rules enabled", enabled["enabled"]);
    response_rule(client, block).await
}

async fn connection(client: &Client, cloud: &FakeCloud) -> anyhow::Result<String> {
    let config = cloud.config();
    let body = json!({
        "provider": "alibaba",
        "name": "demo cloud",
        "account": config.account_id,
        "region": config.region,
        "access_key_id": config.access_key_id,
        "access_key_secret": config.access_key_secret.expose(),
        "endpoints": {"sls": cloud.api_url(), "waf": cloud.api_url()},
    });
    let connection = client.post("/connections", &body).await?;
    Ok(connection["id"].as_str().unwrap_or_default().to_owned())
}

/// *Check Validity*, then *Save*.
async fn waf_log(client: &Client, cloud: &FakeCloud, connection: &str) -> anyhow::Result<()> {
    let config = json!({"project": cloud.config().waf_project(), "logstore": WAF_LOGSTORE});
    let source = json!({"connection": connection, "product": "alibaba/waf", "method": "sls", "config": config});
    let check = client.post("/sources:check", &source).await?;
    ensure!(check["ok"] == Value::Bool(true), "the log source is not valid: {check}");
    client.post("/sources", &source).await?;
    Ok(())
}

/// Event trigger → any WAF event → run the predefined playbook that blocks the attacker in the WAF.
async fn response_rule(client: &Client, block: Duration) -> anyhow::Result<()> {
    let playbooks = client.get("/playbooks").await?;
    let playbooks = playbooks.as_array().map(Vec::as_slice).unwrap_or_default();
    let blocks = |playbook: &&Value| playbook["operation"] == "block_ip";
    let playbook = playbooks.iter().find(blocks).map(|playbook| playbook["id"].clone());
    ensure!(playbook.is_some(), "no playbook blocks an address: {playbooks:?}");
    let rule = json!({
        "name": "Block the attackers of web attacks",
        "enabled": true,
        "priority": 10,
        "trigger": "event",
        "condition": {"conditions": [{"left": "product", "operator": "in", "right": ["alibaba/waf"]}]},
        "actions": [{
            "action": "run_playbook",
            "playbook_id": playbook,
            "entity_kind": "ip",
            "role": "attacker",
            "duration_seconds": block.as_secs(),
            "scope": "all",
        }],
    });
    client.post("/response-rules", &rule).await?;
    Ok(())
}
