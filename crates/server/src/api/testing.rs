//! A whole server in a folder of its own, asked without a network: what tests of the API ask. Nothing here ships.

use super::caller::{COOKIE, CSRF, csrf_token};
use crate::{
    app::{App, Started},
    auth::digest,
    clock,
    config::Config,
};
use axum::{
    Router,
    body::{Body, to_bytes},
};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use store::{AuditEntry, User, UserRole};
use tower::ServiceExt as _;

/// A server.
pub struct Desk {
    pub app: Arc<App>,
    router: Router,
    started: Started,
    _folder: tempfile::TempDir,
}

/// The id of the rule about one page.
pub const PAGE_RULE: &str = "5d0f3f57-3a55-4c7e-9f1f-0d6a7a1c0b41";

/// A rule about one page of a web server.
pub fn page_rule(page: &str, method: &str) -> String {
    format!(
        "title: A page asked for
id: {PAGE_RULE}
description: Somebody asked for a page that nothing links to.
logsource: {{product: nginx, service: access}}
detection:
  asked:
    http_request.url.path: {page}
  condition: asked
level: medium
ctdr:
  category: abnormal_web_access
  aggregation: {method}
  entities:
    - {{type: ip, field: src_endpoint.ip, role: attacker}}
"
    )
}

/// A request of a client in an access log, so many seconds after a time some minutes ago.
pub fn page_line(client: u8, page: &str, seconds: u64) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let time = clock::now()
        .minus(Duration::from_mins(10))
        .plus(Duration::from_secs(seconds));
    let text = time.to_string();
    let (year, month, day, clock) = (&text[..4], &text[5..7], &text[8..10], &text[11..19]);
    let month = MONTHS[month.parse::<usize>().unwrap() - 1];
    format!(
        r#"203.0.113.{client} - - [{day}/{month}/{year}:{clock} +0000] "GET {page} HTTP/1.1" 200 15 "-" "curl/8""#
    )
}

/// Somebody who is logged in: the token of their session.
pub struct Person(String);

impl Desk {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data_dir: folder.path().join("data"),
            ..Config::default()
        };
        let started = App::start(config).await.unwrap_or_else(|error| panic!("{error}"));
        Self {
            app: Arc::clone(&started.app),
            router: super::router(Arc::clone(&started.app)),
            started,
            _folder: folder,
        }
    }

    /// Somebody with a role, without the detour of a password.
    pub async fn person(&self, name: &str, role: UserRole) -> Person {
        let (store, tenant, now) = (&self.app.store, &self.app.tenant, clock::now());
        let user = User {
            id: name.to_owned(),
            name: name.to_owned(),
            password_hash: String::new(),
            role,
            disabled: false,
            created: now,
        };
        let audit = AuditEntry {
            at: now,
            actor: name.to_owned(),
            action: "user.create".to_owned(),
            object: name.to_owned(),
            before: Value::Null,
            after: Value::Null,
        };
        store.user_save(tenant, &user, &audit).await.unwrap();
        let lasts = (now, now.plus(Duration::from_hours(1)));
        let token = digest(name);
        store
            .session_insert(tenant, digest(&token).as_bytes(), &user.id, lasts)
            .await
            .unwrap();
        Person(token)
    }

    /// Sends anything, and gives back whatever is said to it.
    pub async fn send(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: String,
    ) -> (StatusCode, Value) {
        let Person(token) = person;
        let lines = path.starts_with("/ingest/");
        let kind = if lines {
            "application/x-ndjson"
        } else {
            "application/json"
        };
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::COOKIE, format!("{COOKIE}={token}"))
            .header(CSRF, csrf_token(token))
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1 << 24).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// What a path answers as a file: its headers and its text.
    pub async fn download(&self, Person(token): &Person, path: &str) -> (http::HeaderMap, String) {
        let request = Request::builder()
            .uri(format!("/api/v1{path}"))
            .header(header::COOKIE, format!("{COOKIE}={token}"))
            .body(Body::empty())
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let headers = answer.headers().clone();
        let body = to_bytes(answer.into_body(), 1 << 24).await.unwrap();
        (headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Changes something, from the version one has seen.
    pub async fn change(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        version: Option<&str>,
        body: &Value,
    ) -> (StatusCode, Value) {
        let Person(token) = person;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::COOKIE, format!("{COOKIE}={token}"))
            .header(CSRF, csrf_token(token))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(version) = version {
            request = request.header(header::IF_MATCH, version);
        }
        let request = request.body(Body::from(body.to_string())).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, tag) = (answer.status(), answer.headers().get(header::ETAG).cloned());
        let body = to_bytes(answer.into_body(), 1 << 24).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status == StatusCode::OK {
            let expected = format!("\"{}\"", body["version"]);
            assert_eq!(tag.unwrap(), expected.as_str(), "the tag is the version");
        }
        (status, body)
    }

    /// Waits for the end of a job that was just started.
    pub async fn ended(&self, person: &Person, (status, mut job): (StatusCode, Value)) -> Value {
        assert_eq!(status, StatusCode::ACCEPTED, "{job}");
        let path = format!("/jobs/{}", job["id"].as_str().unwrap());
        while job["state"] == "running" {
            tokio::task::yield_now().await;
            job = self.get(person, &path).await.1;
        }
        job
    }

    pub async fn get(&self, person: &Person, path: &str) -> (StatusCode, Value) {
        self.send(person, Method::GET, path, String::new()).await
    }

    pub async fn post(&self, person: &Person, path: &str, body: Value) -> (StatusCode, Value) {
        self.send(person, Method::POST, path, body.to_string()).await
    }

    /// Saves a rule about one page of a web server, which is on then; each of its alerts becomes an event by `method`.
    pub async fn rule(&self, admin: &Person, page: &str, method: &str) -> String {
        let text = page_rule(page, method);
        let (status, told) = self.post(admin, "/rules", json!({"text": text})).await;
        assert_eq!(status, StatusCode::CREATED, "{told}");
        let switch = json!({"enabled": true}).to_string();
        let path = format!("/rules/{PAGE_RULE}");
        let (status, told) = self.send(admin, Method::PATCH, &path, switch).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        text
    }

    /// Pushes lines of an nginx access log, and waits until the pipeline has worked them in.
    pub async fn push(&self, admin: &Person, lines: &[String]) {
        let source = json!({"product": "self_hosted/nginx", "method": "push", "config": {}});
        let (status, told) = self.post(admin, "/sources", source).await;
        assert!(matches!(status.as_u16(), 200 | 201 | 409), "{told}");
        let path = "/ingest/self_hosted/nginx";
        let (status, told) = self.send(admin, Method::POST, path, lines.join("\n")).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let head = journal::Journal::head(&*self.app.journal, &self.app.tenant);
        self.app.pipeline.reached(head).await.unwrap();
    }

    pub async fn close(self) {
        self.started.stop().await;
    }
}
