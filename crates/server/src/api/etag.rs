//! Versions of what people edit: `ETag` on what is shown, `If-Match` on what changes it. Who changes an old version is told
//! so, and nothing is lost.

use super::problem::{Kind, Problem};
use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};

/// The version that a change was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub u32);

/// An answer, and the version of what it shows.
#[derive(Clone, Debug)]
pub struct Versioned<T>(pub u32, pub Json<T>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let detail = "expected the header `If-Match` with the `ETag` of what was changed";
            return Err(Problem::new(Kind::VersionNeeded, detail));
        };
        let text = value.to_str().unwrap_or_default();
        let version = text.trim_matches('"').parse().ok();
        version.map(Self).ok_or_else(|| {
            let detail = format!("expected `If-Match` to be an `ETag` such as `\"3\"`, found `{text}`");
            Problem::new(Kind::BadRequest, detail)
        })
    }
}

impl<T> IntoResponse for Versioned<T>
where
    Json<T>: IntoResponse,
{
    fn into_response(self) -> Response {
        let Self(version, body) = self;
        let mut response = body.into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// A refusal of the store; that of an old version as what it is here.
pub fn refusal(error: store::Error) -> Problem {
    match error {
        store::Error::Conflict { .. } => Problem::new(Kind::Stale, error.to_string()),
        error => error.into(),
    }
}
