//! Reading a log store by shards and cursors.

use crate::setup::{cloud, cloud_with, credentials, pairs, send_signed, sls, sls_of};
use connectors::alibaba::{
    CallError, ErrorClass,
    signing::{SignRequest, sha256_hex, sls_v4},
    sls::{
        Compression, Cursor, CursorFrom, MAX_RAW_BYTES, ShardPuller, SignatureVersion, decode, decompress,
    },
};
use model::Time;
use std::time::Duration;
use testkit::{
    Clock, FakeCloud, FakeCloudConfig,
    fake_cloud::{
        Fault, FaultKind, Limits, WAF_LOGSTORE,
        sls::message::{Log, LogGroup},
    },
};

fn put(cloud: &FakeCloud, text: impl Into<Vec<u8>>) {
    let group = LogGroup {
        logs: vec![Log::new(Time::from_secs(1_756_888_215), [("n", text.into())])],
        topic: Some("waf_access_log".to_owned()),
        ..LogGroup::default()
    };
    cloud.put_logs(&cloud.config().waf_project(), WAF_LOGSTORE, group);
}

/// Everything in a shard from `cursor` on: the values of `n`, how many pulls it took, and the last cursor.
async fn read_all(
    client: &connectors::alibaba::sls::SlsClient,
    shard: u32,
    mut cursor: Cursor,
) -> (Vec<Vec<u8>>, u32) {
    let (mut values, mut pulls) = (Vec::new(), 0);
    loop {
        let batch = client.pull(shard, &cursor, 1000).await.unwrap();
        pulls += 1;
        let logs = batch.groups.log_groups.iter().flat_map(|group| &group.logs);
        values.extend(logs.map(|log| log.contents[0].value.to_vec()));
        // No movement means no new data.
        if batch.next_cursor == cursor {
            return (values, pulls);
        }
        cursor = batch.next_cursor;
    }
}

#[tokio::test]
async fn every_group_is_read_once_and_in_order_however_many_pages_it_takes() {
    let cloud = cloud().await;
    for number in 0..5_000 {
        put(&cloud, number.to_string());
    }
    let client = sls(&cloud);
    let mut seen = Vec::new();
    for shard in client.shards().await.unwrap() {
        let begin = client.cursor(shard.id, CursorFrom::Begin).await.unwrap();
        let (values, pulls) = read_all(&client, shard.id, begin).await;
        assert_eq!((values.len(), pulls), (2_500, 4));
        let numbers: Vec<u32> = values
            .iter()
            .map(|value| std::str::from_utf8(value).unwrap().parse().unwrap())
            .collect();
        assert!(numbers.is_sorted());
        seen.extend(numbers);
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..5_000).collect::<Vec<_>>());
    cloud.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_text_survive() {
    let cloud = cloud().await;
    put(&cloud, b"\xff\x00'--".as_slice());
    let client = sls(&cloud);
    let begin = client.cursor(0, CursorFrom::Begin).await.unwrap();
    assert_eq!(read_all(&client, 0, begin).await.0, [b"\xff\x00'--"]);
    cloud.stop().await;
}

#[tokio::test]
async fn cursors_start_at_the_beginning_the_end_and_a_time_of_receipt() {
    // Real time, because the clients sign with it; the clock is moved a little only.
    let clock = Clock::manual(Clock::System.now());
    let cloud = cloud_with(FakeCloudConfig {
        clock: clock.clone(),
        shards: 1,
        ..FakeCloudConfig::default()
    })
    .await;
    put(&cloud, "early");
    clock.advance(Duration::from_mins(1));
    put(&cloud, "late");
    let client = sls(&cloud);
    let now = clock.now().millis() / 1000;
    let check = async |from, expected: &[&str]| {
        let cursor = client.cursor(0, from).await.unwrap();
        assert_eq!(
            read_all(&client, 0, cursor).await.0,
            expected.iter().map(|v| v.as_bytes()).collect::<Vec<_>>()
        );
    };
    check(CursorFrom::Begin, &["early", "late"]).await;
    check(CursorFrom::Time(now - 30), &["late"]).await;
    check(CursorFrom::Time(now + 30), &[]).await;
    check(CursorFrom::End, &[]).await;
    cloud.stop().await;
}

#[tokio::test]
async fn a_cursor_whose_logs_were_dropped_is_invalid_and_the_puller_says_that_it_lost_some() {
    let cloud = cloud_with(FakeCloudConfig {
        shards: 1,
        limits: Limits {
            groups_per_shard: 2,
            ..Limits::default()
        },
        ..FakeCloudConfig::default()
    })
    .await;
    let client = sls(&cloud);
    let begin = client.cursor(0, CursorFrom::Begin).await.unwrap();
    for number in 0..3 {
        put(&cloud, number.to_string());
    }
    assert_eq!(cloud.state().log_groups_dropped, 1);
    let error = client.pull(0, &begin, 10).await.unwrap_err();
    assert_eq!(error.class(), Some(ErrorClass::InvalidCursor));
    let puller = ShardPuller::new(client, 0).on_invalid_cursor(CursorFrom::Begin);
    let outcome = puller.pull_once(&begin).await.unwrap();
    assert!(outcome.gap);
    assert_eq!(outcome.records.len(), 2);
    cloud.stop().await;
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let cloud = cloud().await;
    let store = sls_of(&cloud, "no-such-store", SignatureVersion::V1, credentials(&cloud));
    let error = store.shards().await.unwrap_err();
    assert_eq!(error.class(), Some(ErrorClass::NotFound));
    assert!(error.to_string().contains("LogStoreNotExist"), "{error}");
    let error = sls(&cloud).cursor(9, CursorFrom::Begin).await.unwrap_err();
    assert!(error.to_string().contains("ShardNotExist"), "{error}");
    cloud.stop().await;
}

#[tokio::test]
async fn faults_of_the_log_service_are_told_apart() {
    let cloud = cloud().await;
    put(
        &cloud,
        "a log long enough that half of it is not another valid message",
    );
    let client = sls(&cloud);
    let begin = client.cursor(0, CursorFrom::Begin).await.unwrap();
    let pull = async |kind| {
        cloud.inject(Fault::once("PullLogs", kind)).unwrap();
        client.pull(0, &begin, 10).await.unwrap_err()
    };
    assert_eq!(
        pull(FaultKind::Throttle).await.class(),
        Some(ErrorClass::Throttled)
    );
    let down = FaultKind::Error {
        status: 500,
        code: "InternalServerError".to_owned(),
    };
    assert_eq!(pull(down).await.class(), Some(ErrorClass::Server));
    assert!(matches!(
        pull(FaultKind::Truncate).await,
        CallError::Malformed { .. }
    ));
    let gone = pull(FaultKind::TimeoutBefore { hold_ms: 0 }).await;
    assert!(matches!(gone, CallError::Egress(_)) && gone.retriable(), "{gone}");
    assert_eq!(
        client.pull(0, &begin, 10).await.unwrap().groups.log_groups.len(),
        1
    );
    cloud.stop().await;
}

#[tokio::test]
async fn the_caller_chooses_the_compression() {
    let cloud = cloud().await;
    for number in 0..200 {
        put(&cloud, format!("log number {number} of many that look alike"));
    }
    let client = sls(&cloud);
    let begin = client.cursor(0, CursorFrom::Begin).await.unwrap();
    let expected = client.pull(0, &begin, 1000).await.unwrap();
    for (accept, compression) in [
        ("zstd", Compression::Zstd),
        ("lz4", Compression::Lz4),
        ("", Compression::None),
    ] {
        let response = pull_by_hand(&cloud, begin.as_str(), accept).await;
        let named = response
            .headers
            .get("x-log-compresstype")
            .map(|name| name.to_str().unwrap().to_owned());
        assert_eq!(named.unwrap_or_default(), accept);
        let raw_size = expected.raw_size.to_string();
        assert_eq!(response.headers["x-log-bodyrawsize"], raw_size.as_str());
        let raw = decompress(
            &response.body,
            compression,
            Some(expected.raw_size),
            MAX_RAW_BYTES,
        )
        .unwrap();
        assert_eq!(decode(&raw).unwrap(), expected.groups);
    }
    cloud.stop().await;
}

async fn pull_by_hand(cloud: &FakeCloud, cursor: &str, accept: &str) -> connectors::egress::EgressResponse {
    let key = credentials(cloud);
    let host = format!("{}.cn-hangzhou.log.aliyuncs.com", cloud.config().waf_project());
    let date = Clock::System.now().to_string().replace(['-', ':'], "");
    let headers = pairs(&[
        ("host", &host),
        ("x-log-apiversion", "0.6.0"),
        ("x-log-bodyrawsize", "0"),
        ("x-log-date", &format!("{}Z", &date[..15])),
        ("x-log-content-sha256", &sha256_hex(b"")),
        ("accept-encoding", accept),
    ]);
    let query = pairs(&[("type", "log"), ("cursor", cursor), ("count", "1000")]);
    let request = SignRequest {
        method: "GET",
        path: &format!("/logstores/{WAF_LOGSTORE}/shards/0"),
        query: &query,
        headers: &headers,
        body: b"",
    };
    let authorization = sls_v4::authorization(
        &request,
        &cloud.config().region,
        &key.access_key_id,
        &key.access_key_secret,
    );
    send_signed(cloud.api_address(), &request, authorization).await
}
