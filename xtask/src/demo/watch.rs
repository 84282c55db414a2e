//! Waiting for things to appear in the API.

use super::client::Client;
use anyhow::bail;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// The first item of a list, as soon as there is one that `wanted` accepts.
pub async fn first(
    client: &Client,
    path: &str,
    within: Duration,
    wanted: impl Fn(&Value) -> bool,
) -> anyhow::Result<Value> {
    let started = Instant::now();
    while started.elapsed() < within {
        let page = client.get(path).await?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(item) = items.iter().find(|item| wanted(item)) {
            return Ok(item.clone());
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("nothing appeared in `{path}` within {} s", within.as_secs())
}
