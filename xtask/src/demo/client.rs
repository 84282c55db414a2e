//! A client of the server's API: what a person would click, as calls.

use anyhow::{Context as _, bail};
use reqwest::{Method, StatusCode, header};
use serde_json::Value;

/// A logged-in session.
pub struct Client {
    http: reqwest::Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl Client {
    /// Makes the first administrator with the one-time token, and is logged in as them.
    pub async fn set_up(base: &str, token: &str, user: &str, password: &str) -> anyhow::Result<Self> {
        #[allow(clippy::disallowed_methods, reason = "the demo talks to the server it has just started")]
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut client = Self { http, base: base.to_owned(), cookie: String::new(), csrf: String::new() };
        let body = serde_json::json!({"token": token, "username": user, "password": password});
        let response = client.request(Method::POST, "/setup").json(&body).send().await?;
        let cookie = response.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).unwrap_or_default().to_owned();
        let session = Self::answer(response).await.context("setting up the first administrator")?;
        client.cookie = cookie;
        client.csrf = session["csrf_token"].as_str().unwrap_or_default().to_owned();
        Ok(client)
    }

    /// Reads a resource.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Self::answer(self.request(Method::GET, path).send().await?).await.with_context(|| format!("GET {path}"))
    }

    /// Creates a resource or acts on one.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        Self::answer(self.request(Method::POST, path).json(body).send().await?)
            .await
            .with_context(|| format!("POST {path}"))
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/api/v1{path}", self.base))
            .header(header::COOKIE, &self.cookie)
            .header("x-csrf-token", &self.csrf)
    }

    async fn answer(response: reqwest::Response) -> anyhow::Result<Value> {
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("{status}: {text}");
        }
        if status == StatusCode::NO_CONTENT || text.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_str(&text)?)
    }
}
