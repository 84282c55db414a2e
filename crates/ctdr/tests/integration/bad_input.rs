//! What is wrong is named, with its place and reason, and costs nobody else anything.

use crate::{
    access_log::{Access, BROWSER, MOMENT},
    program::refused,
    stage::{PASSWORD, PATIENCE, Stage, USER, attacker, cloud, ingest},
};
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, net::TcpListener, path::Path};
use testkit::{
    Client, connect,
    fake_cloud::{Fault, FaultKind},
    server::free_port,
};

/// What a decompression bomb expands to.
const BOMB: usize = 10 << 30;

#[tokio::test]
async fn a_mistake_in_the_configuration_has_a_place_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ctdr.toml");
    let check = async |text: &str, words: &[&str]| {
        fs::write(&file, text).unwrap();
        refused(&["serve", "--config", file.to_str().unwrap()])
            .await
            .expect(2, words);
    };
    let at = |place: &str| format!("{}:{place}:", file.display());
    check(
        "[server]\nlissten = \"127.0.0.1:1\"\n",
        &[&at("2:1"), "`lissten`", "did you mean `listen`?"],
    )
    .await;
    check("[server]\nlisten = 8080\n", &[&at("2:10")]).await;
    check(
        "[server]\nlisten = \"127.0.0.1:1\n",
        &[&at("2:22"), "invalid basic string"],
    )
    .await;
    check(
        "data_dir = \"a\"\n[egres]\nallow = []\n",
        &[&at("2:2"), "did you mean `egress`?"],
    )
    .await;
    check("[egress]\nallow = [\"127.0.0.1/33\"]\n", &[&at("2:10")]).await;
    refused(&["serve", "--config", "/nowhere/ctdr.toml"])
        .await
        .expect(2, &["/nowhere/ctdr.toml"]);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port().unwrap();
    let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    serve(&address, &folder.path().join("data"))
        .await
        .expect(1, &[&address, "in use"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let mut stage = Stage::empty().await;
    let data = stage.server.data_dir();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    serve(&address, &data)
        .await
        .expect(1, &[data.to_str().unwrap(), "in use by another process"]);
    assert!(stage.server.is_running());
    stage.client.get("/session").await.unwrap();
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "not a folder").unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    serve(&address, &file).await.expect(1, &[file.to_str().unwrap()]);
}

async fn serve(address: &str, data: &Path) -> crate::program::Ended {
    refused(&["serve", "--listen", address, "--data-dir", data.to_str().unwrap()]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_and_a_missing_log_store_are_told_apart() {
    let (cloud, stage) = (cloud().await, Stage::empty().await);
    let client = &stage.client;

    let wrong = connect::connection_with(client, &cloud, "not-the-secret")
        .await
        .unwrap();
    let right = connect::connection(client, &cloud).await.unwrap();
    let unknown_store = json!({"project": cloud.config().waf_project(), "logstore": "wafnew-logstoer"});
    let unknown_project = json!({"project": "no-such-project", "logstore": "wafnew-logstore"});

    let source = connect::waf_log_source(&cloud, &wrong);
    check_fails(
        client,
        &source,
        "AccessKey is valid",
        &["AccessKey is wrong", "SignatureDoesNotMatch"],
    )
    .await;
    save_fails(client, &source, "SignatureNotMatch").await;

    let mut source = connect::waf_log_source(&cloud, &right);
    source["config"] = unknown_store;
    check_fails(
        client,
        &source,
        "log store exists",
        &["`wafnew-logstoer`", "LogStoreNotExist"],
    )
    .await;
    save_fails(client, &source, "LogStoreNotExist").await;

    source["config"] = unknown_project;
    check_fails(
        client,
        &source,
        "project exists",
        &["`no-such-project`", "ProjectNotExist"],
    )
    .await;
    save_fails(client, &source, "ProjectNotExist").await;
    let logs = stage.server.log();
    assert!(!logs.contains("not-the-secret") && !logs.contains(cloud.config().access_key_secret.expose()));
}

/// *Check Validity* ends at the step called `name` and says all of `words` about it.
async fn check_fails(client: &Client, source: &Value, name: &str, words: &[&str]) {
    let check = client.post("/sources:check", source).await.unwrap();
    assert_eq!(check["ok"], false, "{check}");
    let (last, before) = check["checks"].as_array().unwrap().split_last().unwrap();
    assert!(before.iter().all(|check| check["ok"] == true), "{check}");
    assert!(
        last["ok"] == false && last["name"]["en"].as_str().unwrap().contains(name),
        "{last}"
    );
    assert!(last["problem"]["zh"].is_string(), "{last}");
    for word in words {
        assert!(last.to_string().contains(word), "`{word}` is missing in {last}");
    }
}

/// A source that was saved all the same says what keeps it from being read.
async fn save_fails(client: &Client, source: &Value, why: &str) {
    let source = client.post("/sources", source).await.unwrap();
    let path = format!("/sources/{}", source["id"].as_str().unwrap());
    let failing = client
        .until(&path, PATIENCE, |source| source["state"] == "failing")
        .await
        .unwrap();
    assert!(
        failing["last_error"]["en"].as_str().unwrap().contains(why),
        "{failing}"
    );
    client.delete(&path).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_answer_of_the_log_service_fails_the_source_until_it_is_whole_again() {
    let (cloud, stage) = (cloud().await, Stage::empty().await);
    let client = &stage.client;
    let connection = connect::connection(client, &cloud).await.unwrap();
    let source = connect::waf_log(client, &cloud, &connection).await.unwrap();
    let source = format!("/sources/{source}");
    cloud
        .inject(Fault::once("PullLogs", FaultKind::Truncate).times(100_000))
        .unwrap();
    let attacker = attacker(&cloud, "203.0.113.7");
    let failing = client
        .until(&source, PATIENCE, |source| source["state"] == "failing")
        .await
        .unwrap();
    let why = failing["last_error"]["en"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(
        why.contains("answer") || why.contains("truncated") || why.contains("damaged"),
        "{failing}"
    );
    assert!(
        !why.is_empty() && failing["last_error"]["zh"].is_string(),
        "{failing}"
    );

    cloud.clear_faults();
    let recovered = |source: &Value| source["state"] == "ok" && source["last_error"].is_null();
    client.until(&source, PATIENCE, recovered).await.unwrap();
    let requests = attacker.stop().await.requests;
    let all = |source: &Value| source["counts_24h"]["stored"] == requests;
    let source = client.until(&source, PATIENCE, all).await.unwrap();
    assert_eq!(source["counts_24h"]["dead_letter"], 0, "{source}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decompression_bomb_is_refused_and_costs_little_memory() {
    let mut stage = Stage::empty().await;
    stage.push_source().await;
    let before = stage.server.resident_mb().unwrap();
    let grown = || stage.server.peak_mb().unwrap() - before;
    for (encoding, bomb) in [("gzip", gzip_bomb(b"\0")), ("zstd", zstd_bomb(b'\0'))] {
        explodes_nowhere(&stage.client, encoding, bomb).await;
    }
    let one_line = grown();
    assert!(one_line < 64.0, "grew by {one_line:.0} MB");
    // What came before the limit was reached is taken in, and that are hundreds of thousands of lines.
    for (encoding, bomb) in [("gzip", gzip_bomb(b"{}\n")), ("zstd", zstd_bomb(b'\n'))] {
        explodes_nowhere(&stage.client, encoding, bomb).await;
    }
    let lines = grown();
    assert!(lines < 96.0, "grew by {lines:.0} MB");
    eprintln!(
        "bombs of {} GB: {before:.0} MB before, {one_line:.0} MB more for one line, {lines:.0} MB more for many",
        BOMB >> 30
    );
    assert!(stage.server.is_running());
    let line = Access {
        at: MOMENT,
        client: "192.0.2.1",
        path: "/",
        status: 200,
        agent: BROWSER,
    }
    .json("r1");
    stage.push(&[line]).await;
}

async fn explodes_nowhere(client: &Client, encoding: &'static str, bomb: Bytes) {
    let size = bomb.len();
    let answer = ingest(client, encoding, bomb).await.unwrap();
    assert_eq!(
        answer.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{encoding}, {size} bytes: {answer:?}"
    );
    assert!(
        answer.body["detail"]
            .as_str()
            .is_some_and(|why| why.contains("expands")),
        "{answer:?}"
    );
}

/// `unit` again and again, as one gzip member: a block that ends with a full flush refers to nothing before it, so it
/// can stand there as often as one likes.
fn gzip_bomb(unit: &[u8]) -> Bytes {
    let plain = unit.repeat((32 << 20) / unit.len());
    let mut block = Vec::with_capacity(1 << 20);
    let mut deflate = Compress::new(Compression::best(), false);
    let status = deflate
        .compress_vec(&plain, &mut block, FlushCompress::Full)
        .unwrap();
    assert_eq!((status, deflate.total_in()), (Status::Ok, plain.len() as u64));
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for _ in 0..BOMB.div_ceil(plain.len()) {
        bomb.extend_from_slice(&block);
    }
    bomb.into()
}

/// One byte again and again, as one zstd frame of run-length blocks, 4 bytes for 128 KiB each.
/// See <https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.2>.
fn zstd_bomb(byte: u8) -> Bytes {
    const BLOCK: usize = 128 << 10;
    const RUN_LENGTH: usize = 1;
    // Magic number; no checksum, no content size; a window of 128 KiB.
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3];
    for _ in 0..BOMB / BLOCK {
        let header = (BLOCK << 3 | RUN_LENGTH << 1).to_le_bytes();
        bomb.extend_from_slice(&header[..3]);
        bomb.push(byte);
    }
    bomb.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_too_long_is_named_and_the_others_are_taken() {
    let stage = Stage::empty().await;
    let source = stage.push_source().await;
    let good = Access {
        at: MOMENT,
        client: "192.0.2.1",
        path: "/",
        status: 200,
        agent: BROWSER,
    };
    let path = "x".repeat(1 << 20);
    let long = Access { path: &path, ..good };
    let lines = [
        good.json("r1"),
        String::new(),
        long.json("r2"),
        "not json".to_owned(),
        good.json("r3"),
    ];
    let answer = ingest(&stage.client, "", lines.join("\n").into())
        .await
        .unwrap()
        .ok()
        .unwrap();
    assert_eq!(answer["received"], 4, "{answer}");
    let rejected = answer["rejected"].as_array().unwrap();
    assert_eq!((rejected.len(), &rejected[0]["line"]), (1, &json!(3)), "{answer}");
    assert!(rejected[0]["reason"].to_string().contains("bytes"), "{answer}");

    let source = format!("/sources/{source}");
    let counted = |source: &Value| source["counts_24h"]["received"] == 4;
    let counts = stage.client.until(&source, PATIENCE, counted).await.unwrap()["counts_24h"].clone();
    let count = |name: &str| counts[name].as_u64().unwrap();
    assert_eq!(
        [count("stored"), count("rejected"), count("dead_letter")],
        [2, 1, 1],
        "{counts}"
    );
    let dead = stage.only(&format!("{source}/dead-letters")).await;
    assert!(dead["raw_preview"].to_string().contains("not json"), "{dead}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_for_ingest_are_refused_by_their_kind() {
    let stage = Stage::empty().await;
    stage.push_source().await;
    let check = async |encoding, body: &'static [u8], status: u16| {
        let answer = ingest(&stage.client, encoding, Bytes::from_static(body))
            .await
            .unwrap();
        assert_eq!(answer.status.as_u16(), status, "{encoding}: {answer:?}");
    };
    check("br", b"x", 415).await;
    check("gzip", b"this is no gzip", 400).await;
    check("zstd", b"this is no zstd", 400).await;
    let unknown = stage
        .client
        .call(Method::POST, "/ingest/self_hosted/apache", Some(&json!({})))
        .await
        .unwrap();
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{unknown:?}");
}

const RULE: &str = "\
title: Login page
id: 2f3c6c3e-6a43-4e0c-9d7f-1c2a3b4c5d6e
status: test
logsource: {product: nginx, service: access}
detection:
  selection:
    http_request.url.path|startwith: /login
  condition: selection
level: low
ctdr:
  title: {en: Login page, zh: 登录页}
  description: {en: Somebody opened the login page., zh: 有人打开了登录页。}
  category: abnormal_web_access
  aggregation: none
";

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_with_an_unknown_modifier_is_refused_with_its_place_and_the_nearest_known_one() {
    let stage = Stage::empty().await;
    let answer = stage
        .client
        .call(Method::POST, "/rules", Some(&json!({"text": RULE})))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{answer:?}");
    let error = &answer.body["errors"][0];
    assert!(error["place"].as_str().unwrap().starts_with("7:"), "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("`startwith`") && message.contains("`startswith`"),
        "{error}"
    );
    let lint = stage
        .client
        .post("/rules:lint", &json!({"text": RULE}))
        .await
        .unwrap();
    let finding = &lint["findings"][0];
    assert_eq!(
        (&lint["ok"], &finding["place"], &finding["message"]),
        (&json!(false), &error["place"], &error["message"])
    );

    let right = RULE.replace("startwith", "startswith");
    let rule = stage
        .client
        .post("/rules", &json!({"text": right}))
        .await
        .unwrap();
    assert_eq!(rule["origin"], "custom", "{rule}");
}

/// Requests that make no sense: the status and a word of the detail they get, method, path and body.
const NONSENSE: &str = r#"
422 colour       POST  /never-block {"value": "192.0.2.1", "reason": "x", "colour": "red"}
422 address      POST  /never-block {"value": "not an address", "reason": "x"}
422 nothing      POST  /sources {"product": "alibaba/nothing", "method": "push"}
400 EOF          POST  /never-block {"value":
404 nothing-here GET   /nothing-here {}
404 evt_nonsense PATCH /events/evt_nonsense {"status": "handled"}
400 stauts       GET   /events?stauts=handled {}
400 cursor       GET   /events?cursor=nonsense {}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_make_no_sense_are_refused() {
    let stage = Stage::empty().await;
    all_refused(&stage.client, NONSENSE).await;
    let csrf = r#"403 x-csrf-token POST /never-block {"value": "192.0.2.1", "reason": "x"}"#;
    all_refused(&stage.client.with_csrf("0000"), csrf).await;
    let wrong = Client::log_in(&stage.server.url, USER, "a wrong password").await;
    assert!(format!("{:#}", wrong.unwrap_err()).contains("401"));
}

/// What somebody who may only look is refused.
const BEYOND_A_VIEWER: &str = r#"
403 `viewer` GET  /users {}
403 `viewer` POST /users {"name": "x", "role": "admin", "password": "a long enough password"}
403 `viewer` POST /rules:enable-connected {}
403 `viewer` POST /never-block {"value": "192.0.2.1", "reason": "x"}
403 `viewer` POST /sources {"product": "self_hosted/nginx", "method": "push"}
403 `viewer` POST /tokens {"name": "x"}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_may_look_and_change_nothing() {
    let stage = Stage::empty().await;
    let viewer = json!({"name": "viewer", "role": "viewer", "password": PASSWORD});
    stage.client.post("/users", &viewer).await.unwrap();
    let viewer = Client::log_in(&stage.server.url, "viewer", PASSWORD)
        .await
        .unwrap();
    viewer.get("/events").await.unwrap();
    all_refused(&viewer, BEYOND_A_VIEWER).await;
}

/// Makes each request of a table and looks at the problem that comes back.
async fn all_refused(client: &Client, table: &str) {
    for row in table.lines().filter(|row| !row.is_empty()) {
        let (status, rest) = row.split_once(' ').unwrap();
        let (why, rest) = rest.split_once(' ').unwrap();
        let (method, rest) = rest.trim().split_once(' ').unwrap();
        let (path, body) = rest.trim().split_once(' ').unwrap();
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        let body = Bytes::from(body.to_owned());
        let answer = client
            .send(method.parse().unwrap(), path, headers, body)
            .await
            .unwrap();
        assert_eq!(answer.status.as_str(), status, "{row}: {answer:?}");
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{row}"
        );
        let said = answer.body["detail"].to_string() + &answer.body["errors"].to_string();
        assert!(said.contains(why), "{row}: {answer:?}");
        assert!(answer.body["request_id"].is_string(), "{row}: {answer:?}");
    }
}

/// What somebody who is not logged in may call.
const PUBLIC: [&str; 3] = ["get /setup", "post /setup", "post /session"];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_api_answers_somebody_who_is_not_logged_in() {
    let stage = Stage::empty().await;
    let nobody = Client::anonymous(&stage.server.url).unwrap();
    let document = nobody.get("/openapi.json").await.unwrap();
    let mut open = BTreeSet::new();
    let mut crawled = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let plain = path
            .strip_prefix("/api/v1")
            .unwrap_or_else(|| panic!("`{path}` is outside of the API"));
        let target = fill(plain);
        for method in operations
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            let verb: Method = method.to_uppercase().parse().unwrap();
            let answer = nobody.call(verb, &target, Some(&json!({}))).await.unwrap();
            crawled += 1;
            if answer.status != StatusCode::UNAUTHORIZED {
                open.insert(format!("{method} {plain}"));
            }
        }
    }
    assert_eq!(open, PUBLIC.map(str::to_owned).into());
    assert!(crawled > 60, "only {crawled} operations are documented");
}

/// A path with something in the place of its parameters.
fn fill(path: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        filled += before;
        filled += "x";
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    filled + rest
}
