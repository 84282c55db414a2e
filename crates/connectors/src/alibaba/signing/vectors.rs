//! The recorded vectors: whole requests of the vendor's SDKs and their signatures, read from the reference folder
//! that stands beside the test data. The schemes' own files hold a few of them inline, for machines without it.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use serde_json::Value;

use super::{SignRequest, acs3, rpc_sha1, sls_v1, sls_v4};
use crate::Secret;

/// The made-up key secret of the recorded requests.
pub(super) fn secret() -> Secret {
    Secret::new("ExampleSecretKey0123456789abcdef")
}

pub(super) fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// `None`, with the reason printed, where the reference folder is not there.
fn load(file: &str) -> Option<Vec<(String, Value)>> {
    let Some(data) = std::env::var_os("CTDR_TEST_DATA") else {
        eprintln!("skipped: CTDR_TEST_DATA is not set, so `{file}` is not there");
        return None;
    };
    let path = PathBuf::from(data).join("../reference").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: `{}` is not there", path.display());
        return None;
    };
    let vectors: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
    Some(vectors.into_iter().collect())
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_default()
}

fn map(vector: &Value, field: &str) -> Vec<(String, String)> {
    let entries = vector[field].as_object().unwrap();
    entries
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

fn check_acs3(name: &str, vector: &Value) {
    let (query, headers) = (map(vector, "query"), map(vector, "headers"));
    let request = SignRequest {
        method: text(vector, "method"),
        path: text(vector, "path"),
        query: &query,
        headers: &headers,
        body: text(vector, "body").as_bytes(),
    };
    let value = vector["authorization"]
        .as_str()
        .or_else(|| request.header("authorization"))
        .unwrap();
    let parsed = acs3::parse_authorization(value).unwrap();
    assert_eq!(
        acs3::canonical_request(&request, &parsed.signed_headers),
        text(vector, "canonical_request"),
        "{name}"
    );
    let signature = acs3::signature(
        &request,
        &parsed.signed_headers,
        &Secret::new(text(vector, "access_key_secret")),
    );
    assert_eq!(signature, text(vector, "signature"), "{name}");
    assert_eq!(signature, parsed.signature, "{name}");
}

fn check_rpc(name: &str, vector: &Value) {
    let parameters = match vector["url"].as_str() {
        Some(url) => form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes())
            .into_owned()
            .collect(),
        None => map(vector, "params"),
    };
    let method = text(vector, "method");
    assert_eq!(
        rpc_sha1::string_to_sign(method, &parameters),
        text(vector, "string_to_sign"),
        "{name}"
    );
    let signature = rpc_sha1::signature(
        method,
        &parameters,
        &Secret::new(text(vector, "access_key_secret")),
    );
    assert_eq!(signature, text(vector, "signature"), "{name}");
}

fn check_sls(name: &str, vector: &Value) {
    let (query, headers) = (map(vector, "params"), map(vector, "headers_out"));
    let request = SignRequest {
        method: text(vector, "method"),
        path: text(vector, "resource"),
        query: &query,
        headers: &headers,
        body: text(vector, "body").as_bytes(),
    };
    let secret = Secret::new(text(vector, "access_key_secret"));
    let key_id = text(vector, "access_key_id");
    let value = request.header("authorization").unwrap();
    if name.starts_with("sls_v1") {
        assert_eq!(
            sls_v1::string_to_sign(&request),
            text(vector, "string_to_sign"),
            "{name}"
        );
        assert_eq!(
            sls_v1::signature(&request, &secret),
            text(vector, "signature_b64"),
            "{name}"
        );
        assert_eq!(sls_v1::authorization(&request, key_id, &secret), value, "{name}");
    } else {
        assert_eq!(
            sls_v4::canonical_request(&request),
            text(vector, "canonical_request"),
            "{name}"
        );
        let region = text(vector, "region");
        assert_eq!(
            sls_v4::signature(&request, region, &secret),
            text(vector, "signature"),
            "{name}"
        );
        assert_eq!(
            sls_v4::authorization(&request, region, key_id, &secret),
            value,
            "{name}"
        );
    }
}

#[test]
fn every_recorded_signature_is_reproduced() {
    let Some(vectors) = load("signing-vectors.json") else {
        return;
    };
    let mut checked = 0;
    for (name, vector) in &vectors {
        match name.split('_').next().unwrap() {
            "acs3" => check_acs3(name, vector),
            "rpc" => check_rpc(name, vector),
            "sls" => check_sls(name, vector),
            // Other clouds' schemes are in the same file.
            _ => continue,
        }
        checked += 1;
    }
    assert_eq!(
        checked, 15,
        "4 of ACS3, 3 of the older RPC signature, 8 of the log service"
    );
}

#[test]
fn every_recorded_request_verifies() {
    let Some(vectors) = load("alibaba-wire-requests.json") else {
        return;
    };
    for (name, vector) in &vectors {
        check_acs3(name, vector);
    }
    assert_eq!(vectors.len(), 18);
}
