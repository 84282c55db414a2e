//! Logs of a real WAF and its web server under ten attack tools, four of whose records are not UTF-8, and of a host
//! whose password was guessed and whose web server was made to run commands.

use crate::content::{catalogue, context};
use flate2::read::GzDecoder;
use model::{RecordView, TenantId};
use std::{collections::BTreeMap, io::Read, path::PathBuf};

fn lines(file: &str) -> Option<Vec<Vec<u8>>> {
    let Some(folder) = std::env::var_os("CTDR_TEST_DATA") else {
        println!("skipped: CTDR_TEST_DATA is not set");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let mut text = Vec::new();
    GzDecoder::new(std::fs::File::open(path).unwrap())
        .read_to_end(&mut text)
        .unwrap();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    Some(lines.map(<[u8]>::to_vec).collect())
}

/// Values of `field` over a file, counted.
fn count(file: &str, product: &str, field: &str) -> Option<BTreeMap<String, usize>> {
    let catalogue = catalogue();
    let tenant = TenantId::default();
    let product = product.parse().unwrap();
    let slot = catalogue.schema().slot(field).unwrap();
    let mut counts = BTreeMap::new();
    for (number, line) in lines(file)?.iter().enumerate() {
        let position = number.to_be_bytes();
        let record = catalogue
            .normalise(line, &context(&tenant, &product, &position))
            .unwrap();
        for value in record.fields(slot) {
            *counts.entry(value.value.to_text().into_owned()).or_insert(0) += 1;
        }
    }
    Some(counts)
}

#[test]
fn every_audit_record_is_read() {
    let Some(dispositions) = count(
        "waf/modsec_audit.json.gz",
        "self_hosted/modsecurity",
        "disposition",
    ) else {
        return;
    };
    let expected = [("Allowed", 154), ("Blocked", 8393)];
    assert_eq!(
        dispositions,
        expected.map(|(value, n)| (value.to_owned(), n)).into()
    );
}

#[test]
fn both_access_logs_agree() {
    let Some(json) = count("waf/access.json.gz", "self_hosted/nginx", "http_response.code") else {
        return;
    };
    let combined = count("waf/access.log.gz", "self_hosted/nginx", "http_response.code").unwrap();
    assert_eq!((json["403"], json["404"]), (8393, 988));
    assert_eq!(json, combined);
}

#[test]
fn every_line_of_the_hosts_is_read() {
    let Some(outcomes) = count("host/auth.log.gz", "self_hosted/sshd", "disposition") else {
        return;
    };
    let expected = [("Allowed", 2), ("Blocked", 26)];
    assert_eq!(outcomes, expected.map(|(value, n)| (value.to_owned(), n)).into());
    let commands = count("host/laurel.jsonl.gz", "self_hosted/auditd", "process.cmd_line").unwrap();
    let escaped = commands.keys().filter(|command| command.contains("%2b")).count();
    assert_eq!((commands["cat /etc/passwd"], escaped), (1, 0));
}
