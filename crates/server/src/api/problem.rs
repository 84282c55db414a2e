//! Errors as RFC 9457 problems: a stable code, a title in the reader's language, what exactly is wrong.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::{Language, LocalText};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What a failed request is answered with. The language is filled in on the way out.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: LocalText,
    errors: Vec<Place>,
    retry_after: Option<Duration>,
}

/// The kinds of problems there are; the code of each never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400.
    BadRequest,
    /// 401.
    Unauthenticated,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 409.
    Conflict,
    /// 412: somebody else changed it first.
    Stale,
    /// 413.
    TooLarge,
    /// 415.
    MediaType,
    /// 422.
    Invalid,
    /// 428: say which version you changed.
    VersionNeeded,
    /// 429.
    TooMany,
    /// 502: the cloud refused or did not answer.
    Upstream,
    /// 503.
    Unavailable,
    /// 500.
    Internal,
}

/// One mistake in what was sent, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Place {
    /// A JSON pointer, or `line:column`.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

/// The body of a problem.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    r#type: String,
    title: String,
    status: u16,
    code: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Place>,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Stale => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::VersionNeeded => StatusCode::PRECONDITION_REQUIRED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Upstream => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::MediaType => "unsupported_media_type",
            Self::Stale => "stale",
            Self::Invalid => "invalid",
            Self::VersionNeeded => "version_needed",
            Self::TooMany => "too_many_requests",
            Self::Upstream => "upstream_failed",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn title(self) -> LocalText {
        let (en, zh) = match self {
            Self::BadRequest => ("The request makes no sense", "请求无法理解"),
            Self::Unauthenticated => ("Please log in", "请先登录"),
            Self::Forbidden => ("Your role does not allow this", "当前角色无权执行该操作"),
            Self::NotFound => ("There is no such thing", "未找到"),
            Self::Conflict => ("This conflicts with the current state", "与当前状态冲突"),
            Self::TooLarge => ("The request is too large", "请求过大"),
            Self::MediaType => ("This kind of content is not accepted", "不支持该内容类型"),
            Self::Stale => ("Somebody else changed this first", "已被他人修改"),
            Self::VersionNeeded => ("Say which version this changes", "请注明所修改的版本"),
            Self::Invalid => ("Something in the request is not valid", "请求中有无效内容"),
            Self::TooMany => ("Too many requests", "请求过于频繁"),
            Self::Upstream => ("The cloud refused or did not answer", "云服务拒绝或未响应"),
            Self::Unavailable => ("Not available right now", "暂时不可用"),
            Self::Internal => ("Something went wrong on the server", "服务器内部错误"),
        };
        LocalText::new(en, zh)
    }
}

impl Problem {
    /// A problem of a kind with what exactly is wrong, for whoever calls the API.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self::told(kind, LocalText::same(detail))
    }

    /// A problem of a kind with what exactly is wrong, in the reader's language: what people run into in the console.
    pub fn told(kind: Kind, detail: LocalText) -> Self {
        Self {
            kind,
            detail,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// 404 for `what`.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("`{what}` does not exist"))
    }

    /// 422 with the places of all mistakes.
    pub fn invalid(detail: impl Into<String>, errors: Vec<Place>) -> Self {
        Self {
            errors,
            ..Self::new(Kind::Invalid, detail)
        }
    }

    /// The places of all mistakes.
    pub fn places(&self) -> &[Place] {
        &self.errors
    }

    /// Says when to try again.
    pub fn retry_after(self, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }

    /// What it says, in a language, with the request's id.
    pub(super) fn body(&self, language: Language, request_id: Option<String>) -> ProblemBody {
        ProblemBody {
            r#type: "about:blank".to_owned(),
            title: self.kind.title().get(language).to_owned(),
            status: self.kind.status().as_u16(),
            code: self.kind.code(),
            detail: self.detail.get(language).to_owned(),
            request_id,
            errors: self.errors.clone(),
        }
    }

    /// The HTTP status.
    #[cfg(test)]
    pub fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// The answer in a language, with the request's id.
    pub(super) fn answer(&self, language: Language, request_id: Option<String>) -> Response {
        let mut response = (self.kind.status(), Json(self.body(language, request_id))).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
        }
        response
    }
}

impl IntoResponse for Problem {
    /// English and without an id; `super::finish` replaces it by the reader's version.
    fn into_response(self) -> Response {
        let mut response = self.answer(Language::En, None);
        response.extensions_mut().insert(std::sync::Arc::new(self));
        response
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        use store::Error;
        let kind = match &error {
            Error::Cursor(_) => Kind::BadRequest,
            Error::NotFound { .. } => Kind::NotFound,
            Error::Conflict { .. } | Error::Exists { .. } | Error::InUse { .. } => Kind::Conflict,
            _ => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a request failed in the store"
                );
                return Self::new(Kind::Internal, "the store failed; the server's log says why");
            }
        };
        Self::new(kind, error.to_string())
    }
}

impl From<crate::pipeline::PipelineError> for Problem {
    fn from(error: crate::pipeline::PipelineError) -> Self {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a request failed in the pipeline"
        );
        Self::new(
            Kind::Unavailable,
            "the pipeline does not take this in right now; the server's log says why",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_the_readers_language() {
        let advice = || LocalText::new("tag its domain instead", "请改为标记其域名");
        let detail = |problem: Problem, language| problem.body(language, None).detail;
        assert_eq!(
            detail(Problem::told(Kind::Invalid, advice()), Language::Zh),
            "请改为标记其域名"
        );
        assert_eq!(
            detail(Problem::told(Kind::Invalid, advice()), Language::En),
            "tag its domain instead"
        );
        assert_eq!(detail(Problem::new(Kind::Invalid, "`x`"), Language::Zh), "`x`");
    }
}
