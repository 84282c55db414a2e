//! What the server refused, as an exit code and a message: its own words, each mistake at its place.

use super::language::{Speech, said};
use crate::exit::Failure;
use connectors::egress::EgressResponse;
use http::StatusCode;
use model::LocalText;
use serde_json::Value;
use std::fmt::Write as _;

/// Characters of an answer that is no problem of ours.
const SHOWN: usize = 200;

/// The failure that an answer is.
pub fn of(answer: &EgressResponse, speech: Speech) -> Failure {
    let error = said(speech, &LocalText::same(message(answer.status, &answer.body)));
    match answer.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::refused(error),
        StatusCode::NOT_FOUND => Failure::not_found(error),
        StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED => Failure::conflict(error),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Failure::usage(error),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Failure::unreachable(error)
        }
        _ => error.into(),
    }
}

fn message(status: StatusCode, body: &[u8]) -> String {
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let Some(title) = problem["title"].as_str() else {
        let text = String::from_utf8_lossy(body);
        let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        return format!("{status}: {}", line.chars().take(SHOWN).collect::<String>());
    };
    let mut text = format!("{title}: {}", problem["detail"].as_str().unwrap_or_default());
    for mistake in problem["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| mistake[name].as_str().unwrap_or_default();
        let _ = write!(text, "\n  {}: {}", part("place"), part("message"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mistakes_have_places_and_strangers_are_quoted() {
        let problem = json!({"title": "Not valid", "detail": "the whitelist", "errors": [
            {"place": "/reason", "message": "say why"}]});
        assert_eq!(
            message(StatusCode::UNPROCESSABLE_ENTITY, problem.to_string().as_bytes()),
            "Not valid: the whitelist\n  /reason: say why"
        );
        assert_eq!(
            message(StatusCode::NOT_FOUND, b"<html>\n nothing  here"),
            "404 Not Found: <html> nothing here"
        );
    }
}
