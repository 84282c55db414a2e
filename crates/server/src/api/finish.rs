//! What every answer gets on its way out: a request id, security headers, and problems in the reader's language.

use super::problem::{Kind, Problem};
use crate::clock;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use model::Language;
use std::{any::Any, sync::Arc};
use tracing::Instrument as _;

/// The header that names a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, in its answer and in what the server logs about it, and finishes its answer.
pub async fn finish(request: Request, next: Next) -> Response {
    let id = fresh_id().to_string();
    let language = language(request.headers());
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span).await;
    if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
        response = problem.answer(language, Some(id.clone()));
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// A handler that panics is a defect of ours; its caller gets a problem, everyone else is served on.
#[allow(clippy::needless_pass_by_value, reason = "the signature is the layer's")]
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    tracing::error!(panic = %what, "a handler panicked");
    Problem::new(Kind::Internal, "the server's log says why").into_response()
}

/// Chinese if the reader prefers it to English.
pub fn language(headers: &HeaderMap) -> Language {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let first = accepted
        .split(',')
        .map(str::trim)
        .find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
    match first {
        Some(tag) if tag.starts_with("zh") => Language::Zh,
        _ => Language::En,
    }
}

/// A new id for what people create, and for requests: by time, then random.
pub fn fresh_id() -> ulid::Ulid {
    let mut bytes = [0; 16];
    // Without randomness ids of one millisecond would be equal: the store refuses the second, nothing is overwritten.
    let _ = getrandom::fill(&mut bytes);
    ulid::Ulid::from_parts(clock::now().millis() as u64, u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_we_speak_is_taken() {
        let check = |accepted: &str, expected| {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_str(accepted).expect("a header"),
            );
            assert_eq!(language(&headers), expected, "{accepted}");
        };
        check("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh);
        check("fr, en;q=0.8, zh;q=0.7", Language::En);
        check("fr", Language::En);
        check("", Language::En);
    }
}
