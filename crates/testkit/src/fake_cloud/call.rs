//! One incoming API call, read whole, in the form the signature schemes look at it.

use axum::{body::Bytes, extract::Request, http::StatusCode};
use connectors::alibaba::signing::SignRequest;

/// Larger bodies are not API calls this cloud knows.
const BODY_LIMIT: usize = 1024 * 1024;

/// A call as it came over the wire.
#[derive(Debug)]
pub(super) struct Call {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Call {
    /// Reads the call; a body over the limit is refused unread.
    pub async fn read(request: Request) -> Result<Self, StatusCode> {
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_LIMIT)
            .await
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let query = head.uri.query().unwrap_or_default();
        Ok(Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: head
                .headers
                .iter()
                .map(|(name, value)| {
                    (
                        name.as_str().to_owned(),
                        String::from_utf8_lossy(value.as_bytes()).into_owned(),
                    )
                })
                .collect(),
            body,
        })
    }

    /// The call as the signers see it.
    pub fn as_signed(&self) -> SignRequest<'_> {
        SignRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
        }
    }

    /// The first value of a header, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.as_signed_header(name).unwrap_or_default()
    }

    /// Whether a header is there.
    pub fn has_header(&self, name: &str) -> bool {
        self.as_signed_header(name).is_some()
    }

    fn as_signed_header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}
