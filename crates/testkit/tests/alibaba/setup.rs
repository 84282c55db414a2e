//! A fake cloud and the product's own clients for it.

use connectors::{
    alibaba::{
        Credentials,
        openapi::OpenApiClient,
        signing::{SignRequest, encode_query},
        sls::{SignatureVersion, SlsClient, SlsConfig},
        waf::{Resources, VERSION, WafActuator, WafApi},
    },
    egress::{Egress, EgressError, EgressLimits, EgressPolicy, EgressRequest, EgressResponse},
};
use model::{EntityKey, EntityKind};
use std::{net::SocketAddr, time::Duration};
use testkit::{
    FakeCloud, FakeCloudConfig,
    fake_cloud::{CLIENT_HEADER, PLUGIN_HEADER, WAF_LOGSTORE},
};

/// Longer than anything here takes; only a failure waits for it.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub async fn cloud() -> FakeCloud {
    cloud_with(FakeCloudConfig::default()).await
}

pub async fn cloud_with(config: FakeCloudConfig) -> FakeCloud {
    FakeCloud::start("127.0.0.1:0".parse().unwrap(), config)
        .await
        .unwrap()
}

pub fn egress() -> Egress {
    let policy = EgressPolicy {
        allow: vec!["127.0.0.0/8".parse().unwrap()],
    };
    Egress::new(policy, EgressLimits::default()).unwrap()
}

pub fn credentials(cloud: &FakeCloud) -> Credentials {
    Credentials {
        access_key_id: cloud.config().access_key_id.clone(),
        access_key_secret: cloud.config().access_key_secret.clone(),
        security_token: None,
    }
}

pub fn sls_of(cloud: &FakeCloud, logstore: &str, version: SignatureVersion, key: Credentials) -> SlsClient {
    let config = cloud.config();
    let endpoint = cloud.api_url().parse().unwrap();
    let project = config.waf_project();
    let config = SlsConfig::new(endpoint, &config.region, &project, logstore, version, key).unwrap();
    SlsClient::new(egress(), config)
}

pub fn sls(cloud: &FakeCloud) -> SlsClient {
    sls_of(cloud, WAF_LOGSTORE, SignatureVersion::V4, credentials(cloud))
}

pub fn waf_of(cloud: &FakeCloud, key: Credentials) -> WafApi {
    let endpoint = cloud.api_url().parse().unwrap();
    let client = OpenApiClient::new(egress(), endpoint, VERSION, key);
    WafApi::new(client, &cloud.config().region, None)
}

pub fn waf(cloud: &FakeCloud) -> WafApi {
    waf_of(cloud, credentials(cloud))
}

pub fn actuator(cloud: &FakeCloud) -> WafActuator {
    WafActuator::new(waf(cloud), None, Resources::All)
}

pub fn ip(address: &str) -> EntityKey {
    EntityKey::new(EntityKind::Ip, address)
}

/// What the site answers a client: status, and the module that refused.
pub async fn visit(cloud: &FakeCloud, client: &str, host: &str, target: &str) -> (u16, Option<String>) {
    let headers = [
        ("host".to_owned(), host.to_owned()),
        (CLIENT_HEADER.to_owned(), client.to_owned()),
        ("user-agent".to_owned(), "Mozilla/5.0".to_owned()),
    ];
    let response = send("GET", &format!("{}{target}", cloud.site_url()), &headers, "")
        .await
        .unwrap();
    let plugin = response
        .headers
        .get(PLUGIN_HEADER)
        .map(|value| value.to_str().unwrap().to_owned());
    (response.status.as_u16(), plugin)
}

/// Sends a request as it is, without any of the product's clients.
pub async fn send(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: &str,
) -> Result<EgressResponse, EgressError> {
    let request = EgressRequest {
        method: method.parse().unwrap(),
        url: url.parse().unwrap(),
        headers: headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<http::HeaderMap>(),
        body: body.to_owned().into(),
    };
    egress().send(request).await
}

/// Sends a request that is signed by hand.
pub async fn send_signed(
    address: SocketAddr,
    request: &SignRequest<'_>,
    authorization: String,
) -> EgressResponse {
    let url = format!("http://{address}{}?{}", request.path, encode_query(request.query));
    let mut headers = request.headers.to_vec();
    headers.push(("authorization".to_owned(), authorization));
    let body = std::str::from_utf8(request.body).unwrap();
    send(request.method, &url, &headers, body).await.unwrap()
}

pub fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A field of a JSON answer.
pub fn field(response: &EgressResponse, name: &str) -> String {
    let json: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    json[name].as_str().unwrap_or_default().to_owned()
}
