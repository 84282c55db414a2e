//! Somebody logged in to a server, over its API.

use super::{
    ServerArguments,
    language::{Speech, said},
    refusal,
};
use crate::exit::Failure;
use bytes::Bytes;
use connectors::egress::{Egress, EgressLimits, EgressPolicy, EgressRequest, EgressResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use model::LocalText;
use serde_json::{Value, json};
use std::time::Duration;

/// The header that requests which change something carry.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
/// The cookie of a session.
const COOKIE: &str = "ctdr_session";
/// Items asked for at once.
const PAGE: u32 = 200;
/// Between two looks at a job.
const PAUSE: Duration = Duration::from_millis(300);

/// A session on a server.
pub struct Client {
    egress: Egress,
    base: String,
    headers: HeaderMap,
    speech: Speech,
}

impl Client {
    /// Logs in.
    pub async fn log_in(arguments: &ServerArguments) -> Result<Self, Failure> {
        let (user, password) = arguments.credentials()?;
        // Whoever runs the command names the server: any address is as good as they say.
        let allow = ["0.0.0.0/0", "::/0"]
            .into_iter()
            .filter_map(|all| all.parse().ok())
            .collect();
        let mut client = Self {
            egress: Egress::new(EgressPolicy { allow }, EgressLimits::default())?,
            base: arguments.server().to_owned(),
            headers: HeaderMap::new(),
            speech: arguments.speech(),
        };
        client.headers.insert(
            header::ACCEPT_LANGUAGE,
            HeaderValue::from_static(client.speech.code()),
        );
        let login = json!({"username": user, "password": password.expose()});
        let answer = client.send(Method::POST, "/session", Some(&login)).await?;
        if !answer.status.is_success() {
            return Err(refusal::of(&answer, client.speech));
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let secret = |text: String| {
            let mut value = HeaderValue::from_str(&text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        let csrf = body["csrf_token"]
            .as_str()
            .and_then(|token| secret(token.to_owned()));
        let cookie = session(&answer.headers).and_then(|token| secret(format!("{COOKIE}={token}")));
        let (Some(csrf), Some(cookie)) = (csrf, cookie) else {
            let text = LocalText::new(
                format!("`{}` answers, and not as OpenCTDR does", client.base),
                format!("`{}` 有应答，但不是 OpenCTDR 服务", client.base),
            );
            return Err(Failure::unreachable(said(client.speech, &text)));
        };
        client.headers.insert(CSRF, csrf);
        client.headers.insert(header::COOKIE, cookie);
        Ok(client)
    }

    /// Logs out. A server that is gone by now has no session to end.
    pub async fn log_out(&self) {
        let _ended = self.send(Method::DELETE, "/session", None).await;
    }

    /// The language to speak.
    pub const fn speech(&self) -> Speech {
        self.speech
    }

    /// Asks for something; what is no JSON, such as no answer at all, is null.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let answer = self.send(method, path, body).await?;
        if !answer.status.is_success() {
            return Err(refusal::of(&answer, self.speech));
        }
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// All items of a list, over all its pages.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self
                .call(Method::GET, &format!("{path}?limit={PAGE}{cursor}"), None)
                .await?;
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// What came of a job, once it has ended; `told` hears how far it is, in percent.
    pub async fn ended(&self, mut job: Value, told: impl Fn(u64)) -> Result<Value, Failure> {
        while job["state"] == "running" {
            told(job["progress"]["percent"].as_u64().unwrap_or_default());
            tokio::time::sleep(PAUSE).await;
            let id = job["id"].as_str().unwrap_or_default().to_owned();
            job = self.call(Method::GET, &format!("/jobs/{id}"), None).await?;
        }
        if job["state"] == "done" {
            return Ok(job);
        }
        let detail = job["problem"]["detail"].as_str().unwrap_or_default();
        let text = LocalText::new(
            format!(
                "nothing came of it: {} {detail}",
                job["state"].as_str().unwrap_or_default()
            ),
            format!(
                "任务未完成：{} {detail}",
                job["state"].as_str().unwrap_or_default()
            ),
        );
        Err(said(self.speech, &text).into())
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<EgressResponse, Failure> {
        let address = format!("{}/api/v1{path}", self.base);
        let url = address.parse().map_err(|error| {
            let text = LocalText::new(
                format!("`{}` is not the address of a server: {error}", self.base),
                format!("`{}` 不是有效的服务地址：{error}", self.base),
            );
            Failure::usage(said(self.speech, &text))
        })?;
        let mut headers = self.headers.clone();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let request = EgressRequest {
            method,
            url,
            headers,
            body: body.map_or_else(Bytes::new, |body| body.to_string().into()),
        };
        self.egress.send(request).await.map_err(|error| {
            let text = LocalText::new(
                format!("the server does not answer: {error}"),
                format!("服务无应答：{error}"),
            );
            Failure::unreachable(said(self.speech, &text))
        })
    }
}

/// The session's token among the cookies an answer sets.
fn session(headers: &HeaderMap) -> Option<&str> {
    let set = headers.get_all(header::SET_COOKIE).into_iter();
    set.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()?.split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}
