//! Logs to work on: our own samples, varied in client, id and time, and recorded ones where there are any.

use crate::content;
use anyhow::Context as _;
use model::ProductId;
use serde_json::Value;
use std::io::Read as _;

/// Records of each generated log.
const RECORDS: u32 = 10_000;
/// Clients that share them: the three documentation networks.
const NETWORKS: [&str; 3] = ["198.51.100", "203.0.113", "192.0.2"];

/// Records of one product.
pub struct Log {
    /// What it is called in the table.
    pub name: String,
    /// The product that writes it.
    pub product: ProductId,
    /// The records as they arrive.
    pub records: Vec<Vec<u8>>,
}

/// How records of a product are made from its samples: JSON pointers to what differs between them.
struct Shape {
    product: &'static str,
    samples: &'static [&'static str],
    client: &'static str,
    id: &'static str,
    time: &'static str,
    /// A second of the hour from 2026-11-22T14:00:00Z, as this product writes it.
    write_time: fn(u32) -> String,
    /// What turns a sample into an ordinary request; nine records of ten are.
    ordinary: &'static [(&'static str, &'static str)],
}

const SHAPES: [Shape; 4] = [
    Shape {
        product: "alibaba/waf",
        samples: &["flow_block", "flow_monitor"],
        client: "/real_client_ip",
        id: "/request_traceid",
        time: "/time",
        write_time: |s| format!("2026-11-22T14:{:02}:{:02}Z", s / 60, s % 60),
        ordinary: &[
            ("/querystring", "page=2"),
            ("/status", "200"),
            ("/http_user_agent", "Mozilla/5.0"),
            ("/final_action", "-"),
            ("/final_plugin", "-"),
            ("/final_rule_type", "-"),
            ("/waf_action", "-"),
            ("/waf_rule_id", "-"),
            ("/waf_rule_type", "-"),
            ("/waf_test", "-"),
        ],
    },
    Shape {
        product: "alibaba/security_center",
        samples: &["process"],
        client: "/host_ip",
        id: "/uuid",
        time: "/start_time",
        write_time: |s| unix(s).to_string(),
        ordinary: &[("/cmdline", "php-fpm: pool www"), ("/proc_name", "php-fpm")],
    },
    Shape {
        product: "self_hosted/modsecurity",
        samples: &["blocked", "detection_only"],
        client: "/transaction/client_ip",
        id: "/transaction/unique_id",
        time: "/transaction/time_stamp",
        write_time: |s| format!("Sun Nov 22 14:{:02}:{:02} 2026", s / 60, s % 60),
        ordinary: &[],
    },
    Shape {
        product: "self_hosted/nginx",
        samples: &["access"],
        client: "/remote_addr",
        id: "/request_id",
        time: "/msec",
        write_time: |s| format!("{}.250", unix(s)),
        ordinary: &[("/uri", "/products?page=2"), ("/status", "200")],
    },
];

fn unix(second: u32) -> u32 {
    1_795_356_000 + second
}

/// One log for each product.
pub fn generated() -> anyhow::Result<Vec<Log>> {
    SHAPES.iter().map(generate).collect()
}

fn generate(shape: &Shape) -> anyhow::Result<Log> {
    let mut samples = Vec::new();
    for name in shape.samples {
        let path = content::folder(&format!("sources/{}/samples/{name}.json", shape.product));
        let text = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        samples.push(serde_json::from_slice::<Value>(&text)?);
    }
    let mut records = Vec::with_capacity(RECORDS as usize);
    for number in 0..RECORDS {
        let mut record = samples[number as usize % samples.len()].clone();
        // A prime, so that neighbours differ and every client comes back.
        let client = number * 263 % 750;
        set(
            &mut record,
            shape.client,
            format!("{}.{}", NETWORKS[client as usize / 250], client % 250 + 1),
        );
        set(&mut record, shape.id, format!("{number:030x}"));
        set(
            &mut record,
            shape.time,
            (shape.write_time)(number * 3_600 / RECORDS),
        );
        if number % 10 != 0 {
            for (pointer, value) in shape.ordinary {
                set(&mut record, pointer, (*value).to_owned());
            }
        }
        records.push(serde_json::to_vec(&record)?);
    }
    Ok(Log {
        name: shape.product.to_owned(),
        product: shape.product.parse()?,
        records,
    })
}

/// Changes a value where there is one.
fn set(record: &mut Value, pointer: &str, value: String) {
    if let Some(place) = record.pointer_mut(pointer) {
        *place = Value::String(value);
    }
}

/// The recorded logs, where the folder of test data is known.
pub fn recorded() -> anyhow::Result<Vec<Log>> {
    let Some(folder) = std::env::var_os("CTDR_TEST_DATA") else {
        return Ok(Vec::new());
    };
    let mut logs = Vec::new();
    for (product, file) in [
        ("self_hosted/modsecurity", "modsec_audit.json.gz"),
        ("self_hosted/nginx", "access.json.gz"),
    ] {
        let path = std::path::Path::new(&folder).join("waf").join(file);
        let packed = std::fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
        // The floor reads JSON; a handful of records is not UTF-8 and no JSON to it.
        let readable = |line: &&[u8]| serde_json::from_slice::<Value>(line).is_ok();
        let records = text
            .split(|byte| *byte == b'\n')
            .filter(readable)
            .map(<[u8]>::to_vec)
            .collect();
        logs.push(Log {
            name: format!("{product} recorded"),
            product: product.parse()?,
            records,
        });
    }
    Ok(logs)
}
