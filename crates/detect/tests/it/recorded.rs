//! The shipped rules on recorded attacks: logs that ten tools and one honest visitor left behind, and those of a
//! host that was broken into.

use crate::content::shipped;
use detect::Detector;
use model::{Aggregation, Alert, EntityKind, Role, SourceId, TenantId, Time};
use normalise::{Catalogue, SourceContext};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

/// Attackers whose requests the WAF refused, and one it did not see.
const ATTACKERS: [&str; 10] = [
    "127.0.0.66",
    "127.0.0.71",
    "198.51.100.72",
    "198.51.100.73",
    "127.0.0.74",
    "127.0.0.75",
    "198.51.100.76",
    "127.0.0.77",
    "203.0.113.78",
    "203.0.113.79",
];

/// Searches for texts that look like attacks; the WAF refused 15 of its requests.
const VISITOR: &str = "198.51.100.20";

#[test]
fn recorded_attackers_raise_alerts() {
    let Some(alerts) = alerts([
        ("self_hosted/modsecurity", "waf/modsec_audit.json.gz"),
        ("self_hosted/nginx", "waf/access.json.gz"),
    ]) else {
        return;
    };
    let mut by_attacker: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    // Alerts that give no event call nobody an attacker.
    for alert in alerts
        .iter()
        .filter(|alert| alert.aggregation != Aggregation::None)
    {
        let attackers = alert
            .entities
            .iter()
            .filter(|e| e.role == Role::Attacker && e.key.kind == EntityKind::Ip);
        for attacker in attackers {
            *by_attacker
                .entry(&attacker.key.value)
                .or_default()
                .entry(&alert.title.en)
                .or_default() += 1;
        }
    }
    let found: Vec<&str> = by_attacker.keys().copied().collect();
    let mut expected = ATTACKERS.to_vec();
    expected.sort_unstable();
    assert_eq!(
        found, expected,
        "exactly the attackers, and not {VISITOR}: {by_attacker:#?}"
    );
    let ids: BTreeSet<_> = alerts.iter().map(|alert| alert.id).collect();
    assert_eq!(ids.len(), alerts.len(), "no alert is raised twice");
}

/// Passwords are guessed over SSH until one fits; a web application is made to run commands, among them a copy of
/// `ls` by the name of a miner; at the end the audit is switched off.
#[test]
fn recorded_intrusions_raise_alerts() {
    let Some(alerts) = alerts([
        ("self_hosted/sshd", "host/auth.log.gz"),
        ("self_hosted/auditd", "host/laurel.jsonl.gz"),
    ]) else {
        return;
    };
    let found: BTreeSet<&str> = alerts.iter().map(|alert| alert.title.en.as_str()).collect();
    // The audit was recorded without the name of its host.
    let expected = [
        "Audit rules removed on -",
        "Crypto miner on -",
        "Download and run on -",
        "Login as ctdrtest on vm after many failures of 127.0.0.66",
        "Password guessing on vm by 127.0.0.66",
        "Password of ctdrtest on vm guessed by 127.0.0.66",
    ];
    assert_eq!(found, expected.into());
}

/// What all rules make of recorded logs; none without the folder they are in.
#[allow(
    clippy::disallowed_methods,
    reason = "tests read the folder of test data from the environment"
)]
fn alerts<const N: usize>(files: [(&str, &str); N]) -> Option<Vec<Alert>> {
    let Ok(folder) = std::env::var("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA is not set");
        return None;
    };
    let (catalogue, rules) = shipped();
    let mut detector = Detector::new(rules);
    let mut alerts = Vec::new();
    for (product, file) in files {
        let path = format!("{folder}/{file}");
        let packed = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let mut logs = Vec::new();
        flate2::read::GzDecoder::new(packed.as_slice())
            .read_to_end(&mut logs)
            .unwrap();
        alerts.extend(run(&catalogue, &mut detector, product, &logs));
    }
    Some(alerts)
}

fn run(catalogue: &Catalogue, detector: &mut Detector, product: &str, logs: &[u8]) -> Vec<Alert> {
    let (tenant, product) = (TenantId::default(), product.parse().unwrap());
    let mut records = Vec::new();
    for (number, log) in logs
        .split(|b| *b == b'\n')
        .filter(|log| !log.is_empty())
        .enumerate()
    {
        let context = SourceContext {
            tenant: &tenant,
            source: SourceId::from_bits(1),
            product: &product,
            account: None,
            utc_offset_minutes: 0,
            // Just after the logs were recorded: a time far from its receipt would not be believed.
            received: Time::parse("2026-11-23T00:00:00Z").unwrap(),
            position: &number.to_be_bytes(),
        };
        records.extend(catalogue.normalise(log, &context));
    }
    detector.detect(&records)
}
