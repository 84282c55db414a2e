//! What a new user does after the first login: connect the cloud, add the WAF's log, enable rules, create a response rule.

use crate::{Client, FakeCloud, fake_cloud::WAF_LOGSTORE};
use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::time::Duration;

/// Connects everything an attack on the fake cloud's web site needs in order to be blocked for `block`, and says how
/// many rules are enabled.
pub async fn everything(client: &Client, cloud: &FakeCloud, block: Duration) -> anyhow::Result<u64> {
    let connection = connection(client, cloud).await?;
    waf_log(client, cloud, &connection).await?;
    let enabled = client.post("/rules:enable-connected", &json!({})).await?;
    response_rule(client, block).await?;
    enabled["enabled"]
        .as_u64()
        .context("the server does not say how many rules it enabled")
}

/// Connects the cloud's account, and gives the connection's id.
pub async fn connection(client: &Client, cloud: &FakeCloud) -> anyhow::Result<String> {
    connection_with(client, cloud, cloud.config().access_key_secret.expose()).await
}

/// The same with a secret of one's own.
pub async fn connection_with(client: &Client, cloud: &FakeCloud, secret: &str) -> anyhow::Result<String> {
    let config = cloud.config();
    let body = json!({
        "provider": "alibaba",
        "name": "demo cloud",
        "account": config.account_id,
        "region": config.region,
        "access_key_id": config.access_key_id,
        "access_key_secret": secret,
        "endpoints": {"sls": cloud.api_url(), "waf": cloud.api_url()},
    });
    id(&client.post("/connections", &body).await?)
}

/// The WAF's log, as a source to be checked and saved.
pub fn waf_log_source(cloud: &FakeCloud, connection: &str) -> Value {
    let config = json!({"project": cloud.config().waf_project(), "logstore": WAF_LOGSTORE});
    json!({"connection": connection, "product": "alibaba/waf", "method": "sls", "config": config})
}

/// *Check Validity*, then *Save*; gives the source's id.
pub async fn waf_log(client: &Client, cloud: &FakeCloud, connection: &str) -> anyhow::Result<String> {
    let source = waf_log_source(cloud, connection);
    let check = client.post("/sources:check", &source).await?;
    ensure!(
        check["ok"] == Value::Bool(true),
        "the log source is not valid: {check}"
    );
    id(&client.post("/sources", &source).await?)
}

/// Event trigger → any WAF event → run the predefined playbook that blocks the attacker in the WAF.
pub async fn response_rule(client: &Client, block: Duration) -> anyhow::Result<String> {
    let playbooks = client.get("/playbooks").await?;
    let playbooks = playbooks["items"].as_array().or(playbooks.as_array());
    let blocks = |playbook: &&Value| playbook["operation"] == "block_ip";
    let playbook = playbooks
        .into_iter()
        .flatten()
        .find(blocks)
        .context("no playbook blocks an address")?;
    let rule = json!({
        "name": "Block the attackers of web attacks",
        "enabled": true,
        "priority": 10,
        "trigger": "event",
        "condition": {"conditions": [{"left": "product", "operator": "in", "right": ["alibaba/waf"]}]},
        "actions": [{
            "action": "run_playbook",
            "playbook_id": playbook["id"],
            "entity_kind": "ip",
            "role": "attacker",
            "duration_seconds": block.as_secs(),
            "scope": "all",
        }],
        "max_targets_per_hour": 100,
    });
    id(&client.post("/response-rules", &rule).await?)
}

fn id(created: &Value) -> anyhow::Result<String> {
    created["id"]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no id in {created}"))
}
