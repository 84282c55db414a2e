//! A client of the product's API: what a person would click, as calls.
//!
//! It knows paths and JSON, not the server's types: a test that shared them would not notice when they change.

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use connectors::egress::{Egress, EgressError, EgressLimits, EgressPolicy, EgressRequest};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use ipnet::IpNet;
use serde_json::{Value, json};
use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

/// Between two looks at something that is to appear.
const PAUSE: Duration = Duration::from_millis(25);
/// The header that every call which changes something carries.
const CSRF: &str = "x-csrf-token";

/// The product's own outgoing client, opened for this machine only.
pub(crate) fn loopback() -> Result<Egress, EgressError> {
    let policy = EgressPolicy {
        allow: vec![IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8)],
    };
    Egress::new(policy, EgressLimits::default())
}

/// A session with a server, or the lack of one.
#[derive(Clone, Debug)]
pub struct Client {
    egress: Egress,
    base: String,
    session: HeaderMap,
}

/// What the server answered, whatever it was.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; a string, if it is anything else.
    pub body: Value,
}

impl Answer {
    /// The body of an answer that says yes.
    pub fn ok(self) -> anyhow::Result<Value> {
        ensure!(self.status.is_success(), "{}: {}", self.status, self.body);
        Ok(self.body)
    }
}

impl Client {
    /// A client that is not logged in.
    pub fn anonymous(base: &str) -> anyhow::Result<Self> {
        Ok(Self {
            egress: loopback()?,
            base: base.to_owned(),
            session: HeaderMap::new(),
        })
    }

    /// Makes the first administrator with the one-time token, and is logged in as them.
    pub async fn set_up(base: &str, token: &str, user: &str, password: &str) -> anyhow::Result<Self> {
        let body = json!({"token": token, "username": user, "password": password});
        Self::enter(base, "/setup", &body)
            .await
            .context("setting up the first administrator")
    }

    /// Logs in.
    pub async fn log_in(base: &str, user: &str, password: &str) -> anyhow::Result<Self> {
        let body = json!({"username": user, "password": password});
        Self::enter(base, "/session", &body)
            .await
            .with_context(|| format!("logging in as `{user}`"))
    }

    async fn enter(base: &str, path: &str, body: &Value) -> anyhow::Result<Self> {
        let mut client = Self::anonymous(base)?;
        let answer = client.call(Method::POST, path, Some(body)).await?;
        let cookie = answer
            .headers
            .get(header::SET_COOKIE)
            .and_then(|value| value.to_str().ok());
        let cookie = cookie
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .to_owned();
        let session = answer.ok()?;
        let csrf = session["csrf_token"]
            .as_str()
            .context("the session has no CSRF token")?;
        client.session.insert(header::COOKIE, cookie.parse()?);
        client
            .session
            .insert(HeaderName::from_static(CSRF), csrf.parse()?);
        Ok(client)
    }

    /// The same session on new connections: after the server was killed, the old ones lead nowhere.
    pub fn reconnected(&self) -> anyhow::Result<Self> {
        Ok(Self {
            egress: loopback()?,
            ..self.clone()
        })
    }

    /// The same session with another CSRF token.
    pub fn with_csrf(&self, token: &'static str) -> Self {
        let mut session = self.session.clone();
        session.insert(HeaderName::from_static(CSRF), HeaderValue::from_static(token));
        Self {
            session,
            ..self.clone()
        }
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.checked(Method::GET, path, None).await
    }

    /// Creates a resource or acts on one.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.checked(Method::POST, path, Some(body)).await
    }

    /// Changes a resource.
    pub async fn patch(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.checked(Method::PATCH, path, Some(body)).await
    }

    /// Removes a resource.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.checked(Method::DELETE, path, None).await
    }

    async fn checked(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let place = || format!("{method} {path}");
        self.call(method.clone(), path, body)
            .await
            .and_then(Answer::ok)
            .with_context(place)
    }

    /// Makes a call and gives back whatever the server says to it.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let mut headers = HeaderMap::new();
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.send(method, path, headers, body.into()).await
    }

    /// Sends any bytes with further headers.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> anyhow::Result<Answer> {
        let mut all = self.session.clone();
        all.extend(headers);
        let url = format!("{}/api/v1{path}", self.base).parse()?;
        let answer = self
            .egress
            .send(EgressRequest {
                method,
                url,
                headers: all,
                body,
            })
            .await?;
        let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
        let body = serde_json::from_slice(&answer.body).unwrap_or_else(|_| text());
        Ok(Answer {
            status: answer.status,
            headers: answer.headers,
            body,
        })
    }

    /// All items of a list, over all its pages.
    pub async fn all(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}{join}limit=200{cursor}")).await?;
            items.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// The first item of a list that `wanted` accepts, as soon as there is one.
    pub async fn first(
        &self,
        path: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let has = |page: &Value| {
            page["items"]
                .as_array()
                .is_some_and(|items| items.iter().any(&wanted))
        };
        let page = self.until(path, within, has).await?;
        let item = page["items"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|item| wanted(item));
        item.cloned().context("the list has changed under our eyes")
    }

    /// A resource, as soon as it is as `wanted`.
    pub async fn until(
        &self,
        path: &str,
        within: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let started = Instant::now();
        loop {
            let resource = self.get(path).await?;
            if wanted(&resource) {
                return Ok(resource);
            }
            if started.elapsed() >= within {
                let secs = within.as_secs();
                bail!("what was waited for did not appear in `{path}` within {secs} s; it is now {resource}");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
