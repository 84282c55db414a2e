//! Feeds as they are uploaded and looked up, what they do to alerts, and who may.

use crate::{
    api::testing::{Desk, Person},
    app::App,
    config::Config,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use store::UserRole;

const RULE: &str = "title: Secret door
id: 5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b33
description: Somebody asked for a page that nothing links to.
logsource: {product: nginx, service: access}
detection:
  asked:
    http_request.url.path: /secret-door
  condition: asked
level: low
ctdr:
  category: abnormal_web_access
  aggregation: none
  entities:
    - {type: ip, field: src_endpoint.ip, role: attacker}
";

fn line(client: u8, time: &str) -> String {
    format!(
        r#"203.0.113.{client} - - [03/Sep/2025:{time} +0000] "GET /secret-door HTTP/1.1" 200 15 "-" "curl/8""#
    )
}

async fn look_up(desk: &Desk, person: &Person, kind: &str, value: &str) -> Value {
    let (status, told) = desk
        .get(person, &format!("/intel/lookup?type={kind}&value={value}"))
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    told
}

fn list(text: &str) -> Value {
    json!({"name": "ours", "kind": "list", "text": text})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_used_at_once_until_it_is_removed() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let viewer = desk.person("vic", UserRole::Viewer).await;
    let (status, _) = desk
        .post(&viewer, "/intel/feeds:upload", list("203.0.113.7"))
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, told) = desk.post(&admin, "/intel/feeds:upload", list("<html>\n")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
    assert_eq!(told["errors"][0]["place"], "/text");
    assert_eq!(
        desk.get(&viewer, "/intel/feeds").await.1,
        json!([]),
        "nothing was made of it"
    );

    let (status, told) = desk
        .post(
            &admin,
            "/intel/feeds:upload",
            list("203.0.113.0/24\nevil.example\n10.0.0.1\n"),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(
        (&told["indicators"], &told["problems"], &told["fetched"]),
        (&json!(2), &json!(1), &json!(false))
    );
    assert_eq!(told["first_problems"][0]["place"], "line 3");
    let found = look_up(&desk, &viewer, "domain", "A.Evil.example").await;
    assert_eq!(found["entity"]["value"], "a.evil.example");
    assert_eq!(
        (&found["matches"][0]["feed"], &found["matches"][0]["indicator"]),
        (&json!("ours"), &json!("*.evil.example"))
    );
    assert_eq!(found["geo"], Value::Null);
    assert_eq!(
        look_up(&desk, &viewer, "ip", "203.0.113.7").await["matches"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    let (_, again) = desk
        .post(&admin, "/intel/feeds:upload", list("198.51.100.7"))
        .await;
    assert_eq!(again["id"], told["id"], "the newer one replaces it");
    assert_eq!(
        look_up(&desk, &viewer, "ip", "203.0.113.7").await["matches"],
        json!([])
    );
    let path = format!("/intel/feeds/{}", told["id"].as_str().unwrap());
    let change = json!({"enabled": false});
    let (status, told) = desk.send(&admin, Method::PATCH, &path, change.to_string()).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(
        look_up(&desk, &viewer, "ip", "198.51.100.7").await["matches"],
        json!([])
    );
    let (status, _) = desk.post(&admin, &format!("{path}/refresh"), json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "an upload cannot be asked for");
    assert_eq!(
        desk.send(&viewer, Method::DELETE, &path, String::new()).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        desk.send(&admin, Method::DELETE, &path, String::new()).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(desk.get(&viewer, "/intel/feeds").await.1, json!([]));
    let (status, _) = desk.get(&viewer, "/intel/lookup?type=planet&value=x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_keeps_its_secret_and_says_what_keeps_it_from_being_read() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let feed = json!({
        "name": "theirs", "kind": "taxii", "url": "http://127.0.0.1:9/taxii2/?key=k3y", "credentials": "basic",
        "user": "ann", "secret": "s3cr3t", "collection": "c",
    });
    let (status, told) = desk.post(&admin, "/intel/feeds", feed.clone()).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    assert_eq!(
        (&told["has_secret"], &told["fetched"], &told["interval_minutes"]),
        (&json!(true), &json!(true), &json!(60))
    );
    assert!(!told.to_string().contains("s3cr3t"));
    assert_eq!(
        desk.post(&admin, "/intel/feeds", feed).await.0,
        StatusCode::CONFLICT,
        "names are unique"
    );
    let mut shown = told;
    while shown["last_error"].is_null() {
        tokio::task::yield_now().await;
        shown = desk.get(&admin, "/intel/feeds").await.1[0].clone();
    }
    let error = shown["last_error"].as_str().unwrap();
    assert!(
        error.contains("127.0.0.1") && error.contains("refused"),
        "{error}"
    );

    let path = format!("/intel/feeds/{}", shown["id"].as_str().unwrap());
    let change = json!({"credentials": "none", "interval_minutes": 1});
    let (status, told) = desk.send(&admin, Method::PATCH, &path, change.to_string()).await;
    assert_eq!(
        (status, &told["errors"][0]["place"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/interval_minutes"))
    );
    let change = json!({"credentials": "none", "interval_minutes": 30, "enabled": false});
    let (_, told) = desk.send(&admin, Method::PATCH, &path, change.to_string()).await;
    assert_eq!(
        (&told["has_secret"], &told["interval_minutes"]),
        (&json!(false), &json!(30))
    );
    let audit = desk.get(&admin, "/audit").await.1.to_string();
    assert!(
        audit.contains("intel_feed.create") && audit.contains("intel_feed.update"),
        "{audit}"
    );
    assert!(!audit.contains("s3cr3t") && !audit.contains("k3y"), "{audit}");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_on_a_known_address_is_tagged_and_says_why() {
    let desk = Desk::open().await;
    let admin = desk.person("ada", UserRole::Admin).await;
    let (status, told) = desk.post(&admin, "/rules", json!({"text": RULE})).await;
    assert_eq!(status, StatusCode::CREATED, "{told}");
    let path = format!(
        "/rules/{}",
        told["id"]
            .as_str()
            .unwrap_or("5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b33")
    );
    let (status, told) = desk
        .send(&admin, Method::PATCH, &path, json!({"enabled": true}).to_string())
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    desk.push(&admin, &[line(7, "16:30:00")]).await;
    let text = "{\"objects\": [
        {\"type\": \"indicator\", \"id\": \"indicator--1\", \"pattern\": \"[ipv4-addr:value = '203.0.113.7']\", \"confidence\": 90},
        {\"type\": \"indicator\", \"id\": \"indicator--2\", \"pattern\": \"[ipv4-addr:value = '203.0.113.8']\", \"confidence\": 20},
        {\"type\": \"malware\", \"id\": \"malware--1\", \"name\": \"Emotet\"},
        {\"type\": \"relationship\", \"id\": \"relationship--1\", \"relationship_type\": \"indicates\",
         \"source_ref\": \"indicator--1\", \"target_ref\": \"malware--1\"}]}";
    let (status, told) = desk
        .post(
            &admin,
            "/intel/feeds:upload",
            json!({"name": "stix", "kind": "stix", "text": text}),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{told}");
    desk.push(&admin, &[line(7, "16:31:00"), line(8, "16:31:00")])
        .await;

    let filter = store::AlertFilter::default();
    let page = store::PageRequest::default();
    let alerts = desk
        .app
        .store
        .alert_list(&desk.app.tenant, &filter, &page)
        .await
        .unwrap();
    let mut tags: Vec<(String, String, bool)> = alerts
        .items
        .iter()
        .flat_map(|row| {
            row.alert
                .entities
                .iter()
                .map(|e| (row.alert.time.to_string(), e.key.value.clone(), e.malicious))
        })
        .collect();
    tags.sort();
    let at = |minute: u8, client: u8, tagged: bool| {
        (
            format!("2025-09-03T16:{minute}:00.000Z"),
            format!("203.0.113.{client}"),
            tagged,
        )
    };
    assert_eq!(tags, [at(30, 7, false), at(31, 7, true), at(31, 8, false)]);

    let known = look_up(&desk, &admin, "ip", "203.0.113.7").await;
    assert_eq!(known["matches"][0]["names"], json!(["Emotet"]));
    let seen = &known["seen"][0];
    assert_eq!(
        (&seen["feed"], &seen["tagged"], &seen["alerts"]),
        (&json!("stix"), &json!(true), &json!(1))
    );
    let dubious = look_up(&desk, &admin, "ip", "203.0.113.8").await;
    assert_eq!(
        (&dubious["seen"][0]["tagged"], &dubious["matches"][0]["tags"]),
        (&json!(false), &json!(false))
    );

    ends_with_its_indicator(&desk, &admin, text).await;
    desk.close().await;
}

/// The tag is in the entity's history: who, why and when. It ends with its indicator.
async fn ends_with_its_indicator(desk: &Desk, admin: &Person, text: &str) {
    let page = async || {
        let (status, page) = desk.get(admin, "/entities/ip/203.0.113.7").await;
        assert_eq!(status, StatusCode::OK, "{page}");
        assert_eq!(page["tags"].as_array().map(Vec::len), Some(1), "{page}");
        (page["malicious"].clone(), page["tags"][0].clone())
    };
    let (malicious, tag) = page().await;
    assert_eq!(malicious, true);
    assert_eq!(
        (&tag["by"], &tag["name"]["en"], &tag["reference"], &tag["removed"]),
        (
            &json!("intel"),
            &json!("stix"),
            &json!("203.0.113.7"),
            &Value::Null
        )
    );
    assert_eq!(
        tag["reason"],
        json!({
            "en": "`203.0.113.7` (Emotet) is listed by feed “stix”, confidence 90",
            "zh": "情报源“stix”收录 `203.0.113.7`（Emotet），置信度 90",
        })
    );
    let other = text.replace("203.0.113.7", "203.0.113.77");
    let upload = json!({"name": "stix", "kind": "stix", "text": other});
    let (status, told) = desk.post(admin, "/intel/feeds:upload", upload).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let (malicious, tag) = page().await;
    assert_eq!(malicious, false);
    assert_eq!(tag["removed"]["by"], "stix", "{tag}");
    let path = format!("/intel/feeds/{}", told["id"].as_str().unwrap());
    desk.send(admin, Method::DELETE, &path, String::new()).await;
    let (_, tag) = page().await;
    assert_eq!(
        (&tag["removed"]["by"], &tag["name"]["zh"]),
        (&json!("stix"), &json!("已删除的情报源"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_needs_no_feed() {
    let folder = tempfile::tempdir().unwrap();
    let feeds = folder.path().join("feeds");
    std::fs::create_dir(&feeds).unwrap();
    std::fs::write(feeds.join("a.txt"), "203.0.113.7\n").unwrap();
    let mut config = Config {
        data_dir: folder.path().join("data"),
        ..Config::default()
    };
    config.intel.folder = Some(feeds.clone());
    let open = async |config: &Config| {
        App::start(config.clone())
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let started = open(&config).await;
    let app = &started.app;
    let now = crate::clock::now();
    let feed = store::IntelFeed {
        id: "f".to_owned(),
        name: "a file".to_owned(),
        kind: "list".to_owned(),
        config: json!({
            "url": null, "path": "a.txt", "credentials": "none", "user": null, "collection": null, "layout": {},
            "interval_minutes": 60, "default_confidence": 75, "tag_confidence": 70,
        }),
        enabled: true,
        created: now,
        changed: now,
    };
    let audit = store::AuditEntry {
        at: now,
        actor: "ada".to_owned(),
        action: "intel_feed.create".to_owned(),
        object: "f".to_owned(),
        before: Value::Null,
        after: Value::Null,
    };
    app.store
        .intel_feed_save(&app.tenant, &feed, &store::SecretChange::Keep, &audit)
        .await
        .unwrap();
    app.wake.intel.notify_one();
    while app.intel.snapshot().is_empty() {
        tokio::task::yield_now().await;
    }
    started.stop().await;

    std::fs::remove_dir_all(&feeds).unwrap();
    let started = open(&config).await;
    assert_eq!(
        started.app.intel.snapshot().len(),
        1,
        "before anything else happens"
    );
    started.stop().await;
}
