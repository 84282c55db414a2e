//! A server that says what it is told to.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::{scripted::Scripted, secret::Secret};

const COLLECTIONS: &str = r#"{"collections": [
    {"id": "c-1", "title": "Indicators", "can_read": true, "can_write": false},
    {"id": "c-2", "title": "Drop box", "can_read": false, "can_write": true}]}"#;

async fn run(
    scripted: &Scripted,
    path: &str,
    collection: Option<&str>,
    after: Option<&str>,
) -> Result<Collected, TaxiiError> {
    let auth = Auth::Bearer(Secret::new("tok"));
    let url = format!("http://{}{path}", scripted.address);
    collect(
        &Scripted::egress(super::super::LIMITS),
        &url,
        &auth,
        collection,
        after,
    )
    .await
}

#[tokio::test]
async fn a_collection_is_found_and_read_to_its_end() {
    let scripted = Scripted::new(&[
        (
            200,
            "",
            r#"{"title": "x", "default": "/root/", "api_roots": ["/other/", "/root/"]}"#,
        ),
        (200, "", COLLECTIONS),
        (
            200,
            "x-taxii-date-added-last: 2026-01-02T00:00:00.000000Z\r\n",
            r#"{"more": true, "next": "n 1", "objects": [{"id": "a"}, {"id": "b"}]}"#,
        ),
        (
            200,
            "x-taxii-date-added-last: 2026-01-03T00:00:00.000000Z\r\n",
            r#"{"objects": [{"id": "c"}]}"#,
        ),
    ]);
    let collected = run(&scripted, "", None, Some("2026-01-01T00:00:00Z"))
        .await
        .unwrap();
    let ids: Vec<&str> = collected.objects.iter().map(|object| object.get()).collect();
    assert_eq!(ids, [r#"{"id": "a"}"#, r#"{"id": "b"}"#, r#"{"id": "c"}"#]);
    assert_eq!(
        collected.added_after.as_deref(),
        Some("2026-01-03T00:00:00.000000Z")
    );
    let seen = scripted.seen();
    let asked: Vec<&str> = seen.iter().map(|seen| seen.head[0].as_str()).collect();
    assert_eq!(
        asked,
        [
            "GET /taxii2/ HTTP/1.1",
            "GET /root/collections/ HTTP/1.1",
            "GET /root/collections/c-1/objects/?limit=1000&added_after=2026-01-01T00%3A00%3A00Z HTTP/1.1",
            "GET /root/collections/c-1/objects/?limit=1000&added_after=2026-01-01T00%3A00%3A00Z&next=n+1 HTTP/1.1",
        ]
    );
    for seen in &seen {
        assert_eq!(seen.header("accept"), Some(MEDIA_TYPE));
        assert_eq!(seen.header("authorization"), Some("Bearer tok"));
    }
}

#[tokio::test]
async fn an_api_root_and_a_title_are_enough_and_an_empty_answer_keeps_the_place() {
    let scripted = Scripted::new(&[
        (
            200,
            "",
            r#"{"title": "root", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 1}"#,
        ),
        (200, "", COLLECTIONS),
        (200, "", "{}"),
    ]);
    let collected = run(
        &scripted,
        "/root",
        Some("Indicators"),
        Some("2026-01-01T00:00:00Z"),
    )
    .await
    .unwrap();
    assert!(collected.objects.is_empty());
    assert_eq!(collected.added_after.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(scripted.seen()[1].head[0], "GET /root/collections/ HTTP/1.1");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let root = r#"{"title": "root", "versions": []}"#;
    let scripted = Scripted::new(&[(200, "", root), (200, "", COLLECTIONS)]);
    let error = run(&scripted, "/root/", Some("Drop box"), None)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no readable collection `Drop box`; there are: `Indicators` (c-1)"
    );
    scripted.seen();
    let scripted = Scripted::new(&[(200, "", "<html>")]);
    let error = run(&scripted, "", None, None).await.unwrap_err().to_string();
    assert!(
        error.starts_with("the answer of `/taxii2/` cannot be read as a discovery or an API root: "),
        "{error}"
    );
    scripted.seen();
    let scripted = Scripted::new(&[(401, "", r#"{"title": "who?"}"#)]);
    let error = run(&scripted, "", None, None).await.unwrap_err().to_string();
    assert_eq!(
        error,
        r#"`127.0.0.1` answered 401 Unauthorized: {"title": "who?"}"#
    );
    scripted.seen();
}

#[tokio::test]
async fn a_server_with_more_of_nothing_is_left() {
    let page = |objects: &str| format!(r#"{{"more": true, "next": "n", "objects": [{objects}]}}"#);
    let (full, empty) = (page(r#"{"id": "a"}"#), page(""));
    let scripted = Scripted::new(&[
        (200, "", r#"{"title": "r"}"#),
        (200, "", COLLECTIONS),
        (200, "", &full),
        (200, "", &full),
        (200, "x-taxii-date-added-first: 2026-01-02T00:00:00Z\r\n", &empty),
    ]);
    let collected = run(&scripted, "/root/", Some("c-1"), None).await.unwrap();
    assert_eq!(collected.objects.len(), 2);
    assert_eq!(collected.added_after.as_deref(), Some("2026-01-02T00:00:00Z"));
    scripted.seen();
}

#[tokio::test]
async fn a_server_that_has_enough_is_asked_again() {
    let page = |more: &str, id: &str| format!(r#"{{{more} "objects": [{{"id": "{id}"}}]}}"#);
    let (first, second) = (page(r#""more": true, "next": "n","#, "a"), page("", "b"));
    let enough = (429, "retry-after: 0\r\n", r#"{"title": "slow down"}"#);
    let scripted = Scripted::new(&[
        (200, "", r#"{"title": "r"}"#),
        (200, "", COLLECTIONS),
        (200, "", &first),
        enough,
        (503, "retry-after: 0\r\n", ""),
        (200, "", &second),
    ]);
    let collected = run(&scripted, "/root/", Some("c-1"), None).await.unwrap();
    assert_eq!(collected.objects.len(), 2);
    let seen = scripted.seen();
    assert_eq!(seen[3].head[0], seen[5].head[0], "the same page");
    assert!(seen[3].head[0].contains("next=n"));
    // One that never has time is a refusal like others.
    let scripted = Scripted::new(&[enough; 5]);
    let error = run(&scripted, "/root/", None, None).await.unwrap_err();
    assert!(error.to_string().contains("429 Too Many Requests"), "{error}");
    scripted.seen();
}
