//! What the cloud answers when it does not do as asked, reduced to classes the product can act on.
//!
//! The two API families name their errors differently (`Throttling.User`, `ReadQuotaExceed`); one table maps both.

use std::fmt;

use serde::Deserialize;

use crate::egress::EgressError;

/// An error answer of the cloud.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cloud answered {http_status} `{code}`: {message} (request `{request_id}`)")]
pub struct ApiError {
    /// HTTP status.
    pub http_status: u16,
    /// The vendor's error code.
    pub code: String,
    /// The vendor's message, in its own words.
    pub message: String,
    /// What the vendor's support asks for.
    pub request_id: String,
}

/// What an error means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// Too many requests: wait.
    Throttled,
    /// The cloud has a problem of its own: wait.
    Server,
    /// The nonce was seen before: sign again.
    NonceUsed,
    /// The machine's clock is off by more than the cloud accepts.
    ClockSkew,
    /// Unknown key, wrong secret, expired token.
    Credentials,
    /// The key is good but may not do this.
    Permission,
    /// The object does not exist, said by a code that means the object. A bare 404 does not: it may come from a gateway
    /// that knows no such call, and *deleted* must not be read into that.
    NotFound,
    /// A limit of the purchased edition is reached.
    Quota,
    /// The cursor is older than what the log store keeps, or malformed.
    InvalidCursor,
    /// Anything else: the request is wrong, the same one will fail again.
    Rejected,
}

impl ErrorClass {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn retriable(self) -> bool {
        matches!(self, Self::Throttled | Self::Server | Self::NonceUsed)
    }
}

/// Exact codes, before the patterns of [`ApiError::class`].
/// Vendor pages: <https://www.alibabacloud.com/help/en/sls/developer-reference/common-error-codes>,
/// <https://api.alibabacloud.com/document/waf-openapi/2021-10-01/errorCode>.
const CODES: &[(&str, ErrorClass)] = &[
    ("SignatureNonceUsed", ErrorClass::NonceUsed),
    ("InvalidTimeStamp.Expired", ErrorClass::ClockSkew),
    ("InvalidTimeStamp.Format", ErrorClass::ClockSkew),
    ("RequestTimeTooSkewed", ErrorClass::ClockSkew),
    ("RequestTimeExpired", ErrorClass::ClockSkew),
    ("SignatureNotMatch", ErrorClass::Credentials),
    ("IncompleteSignature", ErrorClass::Credentials),
    ("SecurityTokenExpired", ErrorClass::Credentials),
    ("NoPermission", ErrorClass::Permission),
    ("Unauthorized", ErrorClass::Permission),
    ("ProjectForbidden", ErrorClass::Permission),
    ("ProjectNotExist", ErrorClass::NotFound),
    ("ProjectNotExists", ErrorClass::NotFound),
    ("LogStoreNotExist", ErrorClass::NotFound),
    ("ShardNotExist", ErrorClass::NotFound),
    ("ConsumerGroupNotExist", ErrorClass::NotFound),
    ("Defense.Control.DefenseRuleNotExist", ErrorClass::NotFound),
    ("Defense.Control.DefenseTemplateNotExist", ErrorClass::NotFound),
    ("Defense.Control.DefenseRuleCountOverSize", ErrorClass::Quota),
    ("AclIpCountOverLimit", ErrorClass::Quota),
    ("InvalidCursor", ErrorClass::InvalidCursor),
    ("SLSInvalidCursor", ErrorClass::InvalidCursor),
    ("ReadQuotaExceed", ErrorClass::Throttled),
    ("ShardReadQuotaExceed", ErrorClass::Throttled),
    ("WriteQuotaExceed", ErrorClass::Throttled),
    ("ProjectQuotaExceed", ErrorClass::Throttled),
    ("RequestTimeout", ErrorClass::Server),
    ("ServiceUnavailable", ErrorClass::Server),
    ("InternalError", ErrorClass::Server),
    ("InternalServerError", ErrorClass::Server),
    ("ServerBusy", ErrorClass::Server),
];

/// Code families, in order: `Throttling.User`, `Forbidden.RAM`, `InvalidAccessKeyId.NotFound` and the like.
const PREFIXES: &[(&str, ErrorClass)] = &[
    ("Throttling", ErrorClass::Throttled),
    ("InvalidAccessKeyId", ErrorClass::Credentials),
    ("InvalidSecurityToken", ErrorClass::Credentials),
    ("MissingSecurityToken", ErrorClass::Credentials),
    ("SignatureDoesNotMatch", ErrorClass::Credentials),
    ("Forbidden", ErrorClass::Permission),
    ("NoPermission", ErrorClass::Permission),
    ("ServiceUnavailable", ErrorClass::Server),
    ("InternalError", ErrorClass::Server),
];

/// Messages of `Unauthorized` that are about the key itself: `AccessKeyId not found: …`, `AccessKeyId is disabled: …`,
/// `The security token you provided has expired.`; the others say `denied by sts or ram`.
const KEY_COMPLAINTS: [&str; 4] = [
    "AccessKeyId not found",
    "AccessKeyId is disabled",
    "AccessKeyId is inactive",
    "security token",
];

impl ApiError {
    /// What the error means. The code decides; an unknown code is judged by its HTTP status.
    pub fn class(&self) -> ErrorClass {
        // The log service has one code for a key it does not know and for one that is not allowed.
        if self.code == "Unauthorized" && KEY_COMPLAINTS.iter().any(|words| self.message.contains(words)) {
            return ErrorClass::Credentials;
        }
        let exact = CODES.iter().find(|(code, _)| *code == self.code);
        let family = || PREFIXES.iter().find(|(prefix, _)| self.code.starts_with(prefix));
        if let Some((_, class)) = exact.or_else(family) {
            return *class;
        }
        match self.http_status {
            429 => ErrorClass::Throttled,
            500.. => ErrorClass::Server,
            401 => ErrorClass::Credentials,
            403 if self.code.contains("QuotaExceed") => ErrorClass::Throttled,
            403 => ErrorClass::Permission,
            _ => ErrorClass::Rejected,
        }
    }

    /// Reads an error body of either family; a body that is none (a proxy's page) becomes the message, cut short.
    pub(super) fn read(http_status: u16, request_id: Option<&str>, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Body {
            #[serde(alias = "Code", alias = "errorCode")]
            code: String,
            #[serde(alias = "Message", alias = "errorMessage", default)]
            message: String,
            #[serde(alias = "RequestId", default)]
            request_id: String,
        }
        const SHOWN: usize = 200;
        let request_id = request_id.unwrap_or_default().to_owned();
        match serde_json::from_slice::<Body>(body) {
            Ok(read) => Self {
                http_status,
                code: read.code,
                message: read.message,
                request_id: if read.request_id.is_empty() {
                    request_id
                } else {
                    read.request_id
                },
            },
            Err(_) => Self {
                http_status,
                code: "Unknown".to_owned(),
                message: String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).into_owned(),
                request_id,
            },
        }
    }
}

/// A call that did not bring what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The cloud answered with an error.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// There was no answer.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The answer is not what the vendor documents.
    #[error("answer of `{action}` is malformed: {reason}")]
    Malformed {
        /// The call.
        action: &'static str,
        /// What is wrong, with the place.
        reason: String,
    },
}

impl CallError {
    /// Whether the same call may succeed later.
    pub fn retriable(&self) -> bool {
        match self {
            Self::Api(error) => error.class().retriable(),
            Self::Egress(error) => error.retriable(),
            Self::Malformed { .. } => false,
        }
    }

    /// The class of an error answer; `None` where there was no error answer.
    pub fn class(&self) -> Option<ErrorClass> {
        match self {
            Self::Api(error) => Some(error.class()),
            Self::Egress(_) | Self::Malformed { .. } => None,
        }
    }

    pub(super) fn malformed(action: &'static str, reason: impl fmt::Display) -> Self {
        Self::Malformed {
            action,
            reason: reason.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(http_status: u16, code: &str) -> ApiError {
        ApiError {
            http_status,
            code: code.to_owned(),
            message: String::new(),
            request_id: String::new(),
        }
    }

    #[test]
    fn maps_codes_of_both_families() {
        let check = |status, code, class| assert_eq!(error(status, code).class(), class, "{status} {code}");
        check(400, "Throttling.User", ErrorClass::Throttled);
        check(403, "ReadQuotaExceed", ErrorClass::Throttled);
        check(403, "ShardReadQuotaExceed", ErrorClass::Throttled);
        check(403, "LogStoreReadQuotaExceed", ErrorClass::Throttled);
        check(429, "Whatever", ErrorClass::Throttled);
        check(503, "ServiceUnavailable", ErrorClass::Server);
        check(502, "Unknown", ErrorClass::Server);
        check(400, "SignatureNonceUsed", ErrorClass::NonceUsed);
        check(400, "InvalidTimeStamp.Expired", ErrorClass::ClockSkew);
        check(404, "InvalidAccessKeyId.NotFound", ErrorClass::Credentials);
        check(401, "SignatureNotMatch", ErrorClass::Credentials);
        check(403, "Forbidden.RAM", ErrorClass::Permission);
        check(401, "Unauthorized", ErrorClass::Permission);
        check(404, "LogStoreNotExist", ErrorClass::NotFound);
        check(404, "InvalidAction.NotFound", ErrorClass::Rejected);
        check(404, "Unknown", ErrorClass::Rejected);
        check(400, "Defense.Control.DefenseRuleNotExist", ErrorClass::NotFound);
        check(400, "Defense.Control.DefenseRuleCountOverSize", ErrorClass::Quota);
        check(400, "InvalidCursor", ErrorClass::InvalidCursor);
        check(400, "ParamError", ErrorClass::Rejected);
    }

    #[test]
    fn one_code_of_the_log_service_has_two_meanings() {
        let check = |message: &str, class| {
            let error = ApiError {
                message: message.to_owned(),
                ..error(401, "Unauthorized")
            };
            assert_eq!(error.class(), class, "{message}");
        };
        check(
            "AccessKeyId not found: LTAI5tExampleKeyId000001",
            ErrorClass::Credentials,
        );
        check(
            "The security token you provided has expired.",
            ErrorClass::Credentials,
        );
        check(
            "denied by sts or ram, action: log:ListShards, resource: acs:log:*",
            ErrorClass::Permission,
        );
    }

    #[test]
    fn only_waiting_and_signing_again_can_help() {
        let check = |code, expected| assert_eq!(error(400, code).class().retriable(), expected, "{code}");
        check("Throttling", true);
        check("InternalError", true);
        check("SignatureNonceUsed", true);
        check("SignatureDoesNotMatch", false);
        check("NoPermission", false);
        check("ProjectNotExist", false);
        check("Defense.Control.DefenseRuleCountOverSize", false);
    }

    #[test]
    fn reads_both_bodies_and_survives_neither() {
        let openapi = br#"{"RequestId":"R1","HostId":"h","Code":"NoPermission","Message":"no"}"#;
        assert_eq!(
            ApiError::read(403, None, openapi).to_string(),
            "cloud answered 403 `NoPermission`: no (request `R1`)"
        );
        let sls = br#"{"errorCode":"LogStoreNotExist","errorMessage":"logstore x does not exist"}"#;
        let read = ApiError::read(404, Some("R2"), sls);
        assert_eq!(
            (read.code.as_str(), read.request_id.as_str()),
            ("LogStoreNotExist", "R2")
        );
        let page = ApiError::read(502, None, &[b'<'; 5000]);
        assert_eq!((page.code.as_str(), page.message.len()), ("Unknown", 200));
    }
}
