//! Requests recorded from the vendor's own Python SDKs (made-up key, fixed time) get past the fake cloud's
//! verification: it is as strict as the vendor, not as our client.

use crate::setup::{cloud_with, field, pairs, send};
use testkit::{Clock, FakeCloud, FakeCloudConfig};

/// The cloud of the recording: its time, its key.
async fn cloud() -> FakeCloud {
    cloud_with(FakeCloudConfig {
        clock: Clock::manual(model::Time::parse("2025-09-03T08:30:15Z").unwrap()),
        access_key_id: "LTAI5tExampleKeyId000001".to_owned(),
        access_key_secret: "ExampleSecretKey0123456789abcdef".into(),
        instance_id: "waf_v3prepaid_public_cn-example01".to_owned(),
        ..FakeCloudConfig::default()
    })
    .await
}

#[tokio::test]
async fn an_openapi_request_of_the_sdk_is_accepted() {
    let cloud = cloud().await;
    let headers = pairs(&[
        ("host", "wafopenapi.cn-hangzhou.aliyuncs.com"),
        ("x-acs-version", "2021-10-01"),
        ("x-acs-action", "DescribeDefenseRules"),
        ("user-agent", "ctdr/0.1"),
        ("x-acs-date", "2025-09-03T08:30:15Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("accept", "application/json"),
        (
            "x-acs-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("x-acs-credentials-provider", "static_ak"),
        (
            "authorization",
            "ACS3-HMAC-SHA256 Credential=LTAI5tExampleKeyId000001,SignedHeaders=accept;host;user-agent;\
             x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;\
             x-acs-version,Signature=f0d02e92cfda81e6db0fc0aa3a21b8031a2f3c803cb9ace609189c2ee7418c0a",
        ),
    ]);
    let query = "InstanceId=waf_v3prepaid_public_cn-example01&PageNumber=1&PageSize=20&\
                 Query=%7B%22templateId%22%3A7239%7D&RegionId=cn-hangzhou";
    let url = format!("{}/?{query}", cloud.api_url());
    let response = send("POST", &url, &headers, "").await.unwrap();
    let answer = String::from_utf8_lossy(&response.body);
    assert!(
        response.status == 200 && answer.contains(r#""TotalCount":0"#),
        "{answer}"
    );
    cloud.stop().await;
}

#[tokio::test]
async fn log_service_requests_of_the_sdk_are_accepted() {
    let cloud = cloud().await;
    let common = pairs(&[
        (
            "host",
            "wafnew-project-1234567890123456-cn-hangzhou.cn-hangzhou.log.aliyuncs.com",
        ),
        ("x-log-bodyrawsize", "0"),
        ("x-log-apiversion", "0.6.0"),
        ("accept-encoding", "lz4"),
        ("accept", "application/x-protobuf"),
    ]);
    let first = pairs(&[
        ("x-log-signaturemethod", "hmac-sha1"),
        ("date", "Wed, 03 Sep 2025 08:30:15 GMT"),
        (
            "authorization",
            "LOG LTAI5tExampleKeyId000001:C3BZOTgvw597cKBS+GYg7qpNprM=",
        ),
        // Added by that SDK after it has signed.
        ("x-log-date", "Wed, 03 Sep 2025 08:30:15 GMT"),
    ]);
    let fourth = pairs(&[
        ("x-log-date", "20250903T083015Z"),
        (
            "x-log-content-sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (
            "authorization",
            "SLS4-HMAC-SHA256 Credential=LTAI5tExampleKeyId000001/20250903/cn-hangzhou/sls/aliyun_v4_request,\
             Signature=95086545a2525ff463cafc3a92d42af7429dca357aebcb5975e4774ab0831790",
        ),
    ]);
    let query = "count=1000&cursor=MTQ0NzMyOTQwMTEwMjEzMDkwNA%3D%3D&type=log";
    let url = format!("{}/logstores/wafnew-logstore/shards/0?{query}", cloud.api_url());
    for signed in [first, fourth] {
        let response = send("GET", &url, &[common.clone(), signed].concat(), "")
            .await
            .unwrap();
        // The recorded cursor is of another log store, which only a call that was accepted gets to hear.
        assert_eq!(field(&response, "errorCode"), "InvalidCursor");
    }
    assert_eq!(cloud.state().refused_signatures, 0);
    cloud.stop().await;
}
