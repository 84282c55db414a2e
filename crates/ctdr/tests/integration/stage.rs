//! Where the tests of the server play: the fake cloud, the real binary, and somebody logged in.

use crate::program::binary;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use testkit::{
    Client, FakeCloud, FakeCloudConfig, Server,
    actors::{AttackPlan, Attacker},
    client::Answer,
    connect,
};

/// Longer than anything here takes; only a failure waits for it.
pub const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at something that is not in the API.
const PAUSE: Duration = Duration::from_millis(10);

/// The administrator of every server here.
pub const USER: &str = "admin";
pub const PASSWORD: &str = "correct horse battery staple";

/// A server and its administrator.
pub struct Stage {
    pub server: Server,
    pub client: Client,
}

impl Stage {
    /// A server that was just set up.
    pub async fn empty() -> Self {
        let environment = [
            ("CTDR_WORKERS__RECONCILE_INTERVAL_MS", "200"),
            ("CTDR_WORKERS__DEVICE_LOOK_INTERVAL_MS", "500"),
            ("CTDR_WORKERS__PULL_INTERVAL_MS", "100"),
        ];
        let server = Server::start_with(binary(), &environment).await.unwrap();
        let token = server.setup_token().unwrap();
        let client = Client::set_up(&server.url, &token, USER, PASSWORD).await.unwrap();
        Self { server, client }
    }

    /// Kills the server and starts it again on what it left.
    pub async fn crash(&mut self) {
        self.server.kill().unwrap();
        self.restart().await;
    }

    /// Starts a killed server again.
    pub async fn restart(&mut self) {
        self.server
            .restart()
            .await
            .unwrap_or_else(|error| panic!("{error:#}"));
        self.client = self.client.reconnected().unwrap();
    }

    /// Adds a source that others push the access log to.
    pub async fn push_source(&self) -> String {
        let source = json!({"product": "self_hosted/nginx", "method": "push", "config": {}});
        let source = self.client.post("/sources", &source).await.unwrap();
        source["id"].as_str().unwrap().to_owned()
    }

    /// Enables the rules that read what is connected.
    pub async fn enable_rules(&self) {
        self.client
            .post("/rules:enable-connected", &json!({}))
            .await
            .unwrap();
    }

    /// Pushes lines of the access log and fails unless all are accepted.
    pub async fn push(&self, lines: &[String]) {
        let answer = ingest(&self.client, "", lines.join("\n").into()).await.unwrap();
        let answer = answer.ok().unwrap();
        assert_eq!(answer, json!({"received": lines.len(), "rejected": []}));
    }

    /// The one item of a list, as soon as there is one; fails if there are more.
    pub async fn only(&self, path: &str) -> Value {
        let some = |page: &Value| page["items"].as_array().is_some_and(|items| !items.is_empty());
        let page = self.client.until(path, PATIENCE, some).await.unwrap();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
        page["items"][0].clone()
    }
}

/// Posts bytes to the ingest of the access log.
pub async fn ingest(client: &Client, encoding: &'static str, body: Bytes) -> anyhow::Result<Answer> {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    if !encoding.is_empty() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    client
        .send(Method::POST, "/ingest/self_hosted/nginx", headers, body)
        .await
}

/// A server connected to a fake cloud that blocks every attacker for `block`.
pub async fn connected(block: Duration) -> (FakeCloud, Stage) {
    let cloud = cloud().await;
    let stage = Stage::empty().await;
    let rules = connect::everything(&stage.client, &cloud, block)
        .await
        .unwrap_or_else(|error| panic!("{error:#}"));
    assert!(rules > 0, "no rule reads the WAF's log");
    (cloud, stage)
}

/// A fake cloud.
pub async fn cloud() -> FakeCloud {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    FakeCloud::start(listen, FakeCloudConfig::default())
        .await
        .unwrap()
}

/// An attacker that attacks the site from `client` until it is blocked.
pub fn attacker(cloud: &FakeCloud, client: &str) -> Attacker {
    let plan = AttackPlan {
        client: client.parse().unwrap(),
        pause: Duration::from_millis(50),
        limit: Duration::from_mins(20),
        requests: 100_000,
        ..AttackPlan::on(cloud.site_address())
    };
    Attacker::start(plan).unwrap()
}

/// How many enabled rules of the firewall refuse an address.
pub fn rules_against(cloud: &FakeCloud, client: &str) -> usize {
    let names = |rule: &&testkit::fake_cloud::RuleState| {
        rule.addresses
            .iter()
            .any(|address| address.split('/').next() == Some(client))
    };
    cloud.state().rules.iter().filter(names).count()
}

/// Waits until something is so.
#[track_caller]
pub fn until<'a>(what: &'a str, holds: impl Fn() -> bool + 'a) -> impl Future<Output = ()> + 'a {
    let caller = std::panic::Location::caller();
    async move {
        let started = Instant::now();
        while !holds() {
            assert!(
                started.elapsed() < PATIENCE,
                "{caller}: waited in vain until {what}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Whether an event or an alert has this attacker.
pub fn is_attacked_by(item: &Value, client: &str) -> bool {
    let entities = item["entities"].as_array().map(Vec::as_slice).unwrap_or_default();
    entities
        .iter()
        .any(|entity| entity["role"] == "attacker" && entity["value"] == client)
}
