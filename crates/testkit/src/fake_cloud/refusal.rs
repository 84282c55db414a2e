//! Error answers, in the two shapes the vendor has.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

/// The two API families, which differ in how they say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// RPC products such as the WAF: `{"RequestId","HostId","Code","Message","Recommend"}`.
    OpenApi,
    /// The log service: `{"errorCode","errorMessage"}`.
    LogService,
}

impl Family {
    /// The answer to too many calls. The log service has no 429: it says 403 and a quota code.
    pub fn throttled(self) -> Refusal {
        match self {
            Self::OpenApi => Refusal::new(
                429,
                "Throttling.User",
                "Request was denied due to user flow control.",
            ),
            Self::LogService => {
                Refusal::new(403, "ShardReadQuotaExceed", "shard read qps exceed quota limits")
            }
        }
    }

    /// The refusal as the family's error body.
    pub fn render(self, refusal: &Refusal, request_id: &str) -> Response {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (header, body) = match self {
            Self::OpenApi => (
                "x-acs-request-id",
                json!({
                    "RequestId": request_id,
                    "HostId": "wafopenapi.fake-cloud",
                    "Code": refusal.code,
                    "Message": refusal.message,
                    "Recommend": format!("https://api.alibabacloud.com/troubleshoot?q={}", refusal.code),
                }),
            ),
            Self::LogService => (
                "x-log-requestid",
                json!({"errorCode": refusal.code, "errorMessage": refusal.message}),
            ),
        };
        (status, [(header, request_id)], axum::Json(body)).into_response()
    }
}
