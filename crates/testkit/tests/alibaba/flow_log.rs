//! What happened on the site comes out of the log service under the vendor's field names, and our own mapping of
//! the product reads it.

use crate::setup::{actuator, cloud, ip, sls, visit};
use connectors::alibaba::sls::{CursorFrom, ShardPuller};
use model::{ProductId, SourceId, TenantId, Time};
use normalise::{Catalogue, ContentFile, SourceContext};
use respond::Actuator;
use serde_json::{Map, Value};
use std::path::Path;
use testkit::FakeCloud;

const SITE: &str = "www.example.com";
const ATTACK: &str = "/product?id=1%27%20union%20select%201--";

#[tokio::test]
async fn every_request_is_in_the_flow_log_under_the_vendors_names() {
    let cloud = cloud().await;
    let rule = actuator(&cloud)
        .create("ctdr-lse_1", &ip("203.0.113.8"))
        .await
        .unwrap();
    visit(&cloud, "203.0.113.7", SITE, ATTACK).await;
    visit(&cloud, "203.0.113.8", SITE, "/").await;
    visit(&cloud, "198.51.100.9", SITE, "/search?q=O%27Brien").await;

    let lines = flow_lines(&cloud).await;
    let mut logs: Vec<Map<String, Value>> = lines
        .iter()
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    logs.sort_by_key(|log| log["real_client_ip"].to_string());
    let check = |log: &Map<String, Value>, expected: &[(&str, &str)]| {
        for (name, value) in expected {
            assert_eq!(
                log.get(*name).and_then(Value::as_str),
                Some(*value),
                "{name} of {log:?}"
            );
        }
    };
    check(
        &logs[0],
        &[
            ("real_client_ip", "198.51.100.9"),
            ("status", "200"),
            ("upstream_status", "200"),
            ("querystring", "q=O%27Brien"),
        ],
    );
    assert!(!logs[0].contains_key("final_action"));
    check(
        &logs[1],
        &[
            ("__topic__", "waf_access_log"),
            ("user_id", "1234567890123456"),
            ("real_client_ip", "203.0.113.7"),
            ("matched_host", "www.example.com-waf"),
            ("host", SITE),
            ("request_path", "/product"),
            ("querystring", "id=1%27%20union%20select%201--"),
            ("status", "405"),
            ("upstream_status", "-"),
            ("waf_action", "block"),
            ("waf_test", "false"),
            ("final_action", "block"),
            ("final_plugin", "waf"),
            ("final_rule_type", "sqli"),
        ],
    );
    check(
        &logs[2],
        &[
            ("acl_rule_type", "custom"),
            ("final_plugin", "acl"),
            ("final_rule_id", &rule.id),
            ("final_rule_type", "custom"),
        ],
    );
    let trace_ids: std::collections::BTreeSet<_> = logs
        .iter()
        .map(|log| log["request_traceid"].to_string())
        .collect();
    assert_eq!(trace_ids.len(), 3);
    cloud.stop().await;
}

async fn flow_lines(cloud: &FakeCloud) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for shard in 0..cloud.config().shards {
        let puller = ShardPuller::new(sls(cloud), shard);
        let begin = puller.start(CursorFrom::Begin).await.unwrap();
        let records = puller.pull_once(&begin).await.unwrap().records;
        lines.extend(records.into_iter().map(|record| record.line));
    }
    lines
}

#[tokio::test]
async fn the_products_mapping_reads_what_the_firewall_wrote() {
    let cloud = cloud().await;
    actuator(&cloud)
        .create("ctdr-lse_1", &ip("203.0.113.8"))
        .await
        .unwrap();
    visit(&cloud, "203.0.113.7", SITE, ATTACK).await;
    visit(&cloud, "203.0.113.8", SITE, "/").await;
    visit(&cloud, "198.51.100.9", SITE, "/about").await;
    let catalogue = waf_catalogue();
    let product: ProductId = "alibaba/waf".parse().unwrap();
    let context = SourceContext {
        tenant: &TenantId::default(),
        source: SourceId::from_bits(1),
        product: &product,
        account: None,
        utc_offset_minutes: 0,
        received: Time::default(),
        position: b"",
    };
    let names = [
        "src_endpoint.ip",
        "dst_endpoint.name",
        "disposition",
        "firewall_rule.category",
        "firewall_rule.type",
    ];
    let slots = names.map(|name| catalogue.schema().slot(name).unwrap());
    let lines = flow_lines(&cloud).await;
    let mut read: Vec<[String; 5]> = lines
        .iter()
        .map(|line| {
            let record = catalogue.normalise(line, &context).unwrap();
            slots.map(|slot| record.text(slot).unwrap_or_default().into_owned())
        })
        .collect();
    read.sort();
    let site = "www.example.com-waf";
    assert_eq!(
        read,
        [
            ["198.51.100.9", site, "Allowed", "", ""],
            ["203.0.113.7", site, "Blocked", "waf", "sqli"],
            ["203.0.113.8", site, "Blocked", "acl", "custom"],
        ]
    );
    cloud.stop().await;
}

/// The part of the content that reads this product's logs.
fn waf_catalogue() -> Catalogue {
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let files = ["sources/fields.yml", "sources/alibaba/waf/source.yml"].map(|path| ContentFile {
        path: path.to_owned(),
        text: std::fs::read_to_string(content.join(path)).unwrap(),
    });
    Catalogue::load(&files).unwrap()
}
