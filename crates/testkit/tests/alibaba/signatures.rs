//! Both verification paths, with the product's signers as the client.

use crate::setup::{cloud, cloud_with, credentials, field, pairs, send_signed, sls_of, waf, waf_of};
use connectors::{
    Secret,
    alibaba::{
        CallError, Credentials, ErrorClass,
        signing::{SignRequest, acs3, sha256_hex, sls_v1},
        sls::SignatureVersion,
    },
};
use testkit::{Clock, FakeCloudConfig, fake_cloud::WAF_LOGSTORE};

fn code(error: &CallError) -> &str {
    match error {
        CallError::Api(error) => &error.code,
        other => panic!("not an answer of the cloud: {other}"),
    }
}

fn wrong_secret(key: &Credentials) -> Credentials {
    Credentials {
        access_key_secret: Secret::new("another-secret"),
        ..key.clone()
    }
}

fn wrong_id(key: &Credentials) -> Credentials {
    Credentials {
        access_key_id: "LTAI5tNobodysKey00000001".to_owned(),
        ..key.clone()
    }
}

#[tokio::test]
async fn the_log_service_accepts_both_versions_and_no_other_key() {
    let cloud = cloud().await;
    let key = credentials(&cloud);
    for version in [SignatureVersion::V1, SignatureVersion::V4] {
        let client = |key| sls_of(&cloud, WAF_LOGSTORE, version, key);
        let store = client(key.clone()).log_store().await.unwrap();
        assert_eq!((store.name.as_str(), store.shard_count), (WAF_LOGSTORE, 2));
        let error = client(wrong_secret(&key)).log_store().await.unwrap_err();
        assert_eq!(
            (code(&error), error.class()),
            ("SignatureNotMatch", Some(ErrorClass::Credentials))
        );
        let error = client(wrong_id(&key)).log_store().await.unwrap_err();
        assert_eq!(code(&error), "Unauthorized");
    }
    assert_eq!(cloud.state().refused_signatures, 4);
    cloud.stop().await;
}

#[tokio::test]
async fn the_openapi_accepts_its_key_and_no_other() {
    let cloud = cloud().await;
    let key = credentials(&cloud);
    let instance = waf(&cloud).instance().await.unwrap();
    assert_eq!(instance.active_id(), Some("waf_v3prepaid_public_cn-fake01"));
    let error = waf_of(&cloud, wrong_secret(&key)).instance().await.unwrap_err();
    assert_eq!(
        (code(&error), error.class()),
        ("SignatureDoesNotMatch", Some(ErrorClass::Credentials))
    );
    let error = waf_of(&cloud, wrong_id(&key)).instance().await.unwrap_err();
    assert_eq!(code(&error), "InvalidAccessKeyId.NotFound");
    assert_eq!(cloud.state().refused_signatures, 2);
    assert_eq!(cloud.state().calls["DescribeInstance"], 1);
    cloud.stop().await;
}

/// The headers of a call at the time of the manual clock below.
fn acs3_headers(nonce: &str, date: &str, body: &str) -> Vec<(String, String)> {
    pairs(&[
        ("host", "wafopenapi.cn-hangzhou.aliyuncs.com"),
        ("x-acs-action", "DescribeInstance"),
        ("x-acs-version", "2021-10-01"),
        ("x-acs-date", date),
        ("x-acs-signature-nonce", nonce),
        ("x-acs-content-sha256", &sha256_hex(body.as_bytes())),
    ])
}

const NOON: &str = "2026-11-23T12:00:00Z";

#[tokio::test]
async fn what_was_not_signed_is_refused_with_the_vendors_code() {
    let clock = Clock::manual(model::Time::parse(NOON).unwrap());
    let cloud = cloud_with(FakeCloudConfig {
        clock,
        ..FakeCloudConfig::default()
    })
    .await;
    let query = pairs(&[("RegionId", "cn-hangzhou")]);
    let key = credentials(&cloud);
    // Signs `signed` and sends `sent`, which differ where something was tampered with.
    let check = async |signed: &[(String, String)], sent: &[(String, String)], body: &str, expected: &str| {
        let request = |headers, body| SignRequest {
            method: "POST",
            path: "/",
            query: &query,
            headers,
            body,
        };
        let authorization =
            acs3::authorization(&request(signed, b""), &key.access_key_id, &key.access_key_secret);
        let response = send_signed(
            cloud.api_address(),
            &request(sent, body.as_bytes()),
            authorization,
        )
        .await;
        assert_eq!(field(&response, "Code"), expected);
        response.status.as_u16()
    };

    let good = acs3_headers("nonce-1", NOON, "");
    assert_eq!(check(&good, &good, "", "").await, 200);
    assert_eq!(check(&good, &good, "", "SignatureNonceUsed").await, 400);
    let with_body = acs3_headers("nonce-2", NOON, "");
    check(&with_body, &with_body, "Rules=%5B%5D", "SignatureDoesNotMatch").await;
    let rehashed = acs3_headers("nonce-2", NOON, "Rules=%5B%5D");
    check(&with_body, &rehashed, "Rules=%5B%5D", "SignatureDoesNotMatch").await;
    let added = [with_body.clone(), pairs(&[("x-acs-security-token", "other")])].concat();
    check(&with_body, &added, "", "IncompleteSignature").await;
    let old = acs3_headers("nonce-3", "2026-11-23T11:44:59Z", "");
    check(&old, &old, "", "InvalidTimeStamp.Expired").await;
    cloud.stop().await;
}

#[tokio::test]
async fn the_log_services_clock_and_query_count_too() {
    let clock = Clock::manual(model::Time::parse(NOON).unwrap());
    let cloud = cloud_with(FakeCloudConfig {
        clock,
        ..FakeCloudConfig::default()
    })
    .await;
    let key = credentials(&cloud);
    let host = format!("{}.cn-hangzhou.log.aliyuncs.com", cloud.config().waf_project());
    let check = async |date: &str, signed: &str, sent: &str, expected: &str| {
        let headers = pairs(&[
            ("host", host.as_str()),
            ("date", date),
            ("x-log-apiversion", "0.6.0"),
            ("x-log-signaturemethod", "hmac-sha1"),
            ("x-log-bodyrawsize", "0"),
        ]);
        let (signed, sent) = (
            pairs(&[("logstoreName", signed)]),
            pairs(&[("logstoreName", sent)]),
        );
        let request = |query| SignRequest {
            method: "GET",
            path: "/logstores",
            query,
            headers: &headers,
            body: b"",
        };
        let authorization =
            sls_v1::authorization(&request(&signed), &key.access_key_id, &key.access_key_secret);
        let response = send_signed(cloud.api_address(), &request(&sent), authorization).await;
        assert_eq!(
            field(&response, "errorCode"),
            expected,
            "{date} {}",
            response.status
        );
    };
    check("Mon, 23 Nov 2026 12:00:00 GMT", "waf+", "waf+", "").await;
    check(
        "Mon, 23 Nov 2026 12:00:00 GMT",
        "waf",
        "other",
        "SignatureNotMatch",
    )
    .await;
    check(
        "Mon, 23 Nov 2026 12:15:01 GMT",
        "waf",
        "waf",
        "RequestTimeExpired",
    )
    .await;
    check("today", "waf", "waf", "InvalidRequestTime").await;
    cloud.stop().await;
}
