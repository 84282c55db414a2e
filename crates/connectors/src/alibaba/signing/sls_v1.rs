//! The log service's first signature (HMAC-SHA1): `Authorization: LOG <key id>:<signature>`.
//! See <https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::digest::{hmac_sha1, md5_hex_upper};
use super::request::{SignRequest, header_lines};
use crate::Secret;

/// Reads an `Authorization` header value into key id and base64 signature.
pub fn parse_authorization(value: &str) -> Option<(&str, &str)> {
    value.strip_prefix("LOG ")?.split_once(':')
}

/// `Content-MD5` of a body; the header is absent, and its line empty, where there is no body.
pub fn content_md5(body: &[u8]) -> String {
    if body.is_empty() {
        String::new()
    } else {
        md5_hex_upper(body)
    }
}

/// The string to sign. The MD5 line is computed from the body, not taken from the header.
pub fn string_to_sign(request: &SignRequest<'_>) -> String {
    let headers = request.canonical_headers(is_signed);
    format!(
        "{}\n{}\n{}\n{}\n{}{}{}",
        request.method,
        content_md5(request.body),
        request.header("content-type").unwrap_or_default(),
        request.header("date").unwrap_or_default(),
        header_lines(&headers),
        request.path,
        raw_query(request.query)
    )
}

/// The base64 signature.
pub fn signature(request: &SignRequest<'_>, secret: &Secret) -> String {
    STANDARD.encode(hmac_sha1(
        secret.expose().as_bytes(),
        string_to_sign(request).as_bytes(),
    ))
}

/// The `Authorization` header for a request whose other headers are final.
pub fn authorization(request: &SignRequest<'_>, access_key_id: &str, secret: &Secret) -> String {
    format!("LOG {access_key_id}:{}", signature(request, secret))
}

/// The vendor's Python SDK adds `x-log-date` after signing, so the service cannot count it in; metadata headers are
/// left out by all SDKs.
fn is_signed(name: &str) -> bool {
    name.starts_with("x-acs-")
        || (name.starts_with("x-log-") && name != "x-log-date" && !name.starts_with("x-log-meta-"))
}

/// `?name=value&…` sorted, *not* encoded: this scheme signs the values as they were before they went on the wire.
fn raw_query(query: &[(String, String)]) -> String {
    if query.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<_> = query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    sorted.sort();
    format!("?{}", sorted.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alibaba::signing::vectors::{pairs, secret};

    /// The example of the vendor's documentation: `ListLogstores`.
    #[test]
    fn signs_the_published_example() {
        let query = pairs(&[("logstoreName", ""), ("offset", "0"), ("size", "1000")]);
        let headers = pairs(&[
            ("Date", "Mon, 09 Nov 2015 06:11:16 GMT"),
            ("x-log-apiversion", "0.6.0"),
            ("x-log-signaturemethod", "hmac-sha1"),
        ]);
        let request = SignRequest {
            method: "GET",
            path: "/logstores",
            query: &query,
            headers: &headers,
            body: b"",
        };
        assert_eq!(
            authorization(
                &request,
                "bq2sjzesjmo86kq35behupbq",
                &Secret::new("4fdO2fTDDnZPU/L7CHNdemB2Nsk=")
            ),
            "LOG bq2sjzesjmo86kq35behupbq:jEYOTCJs2e88o+y5F4/S5IsnBJQ="
        );
    }

    /// Recorded from the vendor's Python SDK with a made-up key: a body, and an `x-log-date` added after signing.
    #[test]
    fn verifies_a_request_of_the_vendors_sdk() {
        let query = pairs(&[("type", "heartbeat"), ("consumer", "ctdr-1")]);
        let headers = pairs(&[
            ("Content-Type", "application/json"),
            ("x-log-apiversion", "0.6.0"),
            ("x-log-signaturemethod", "hmac-sha1"),
            ("Date", "Wed, 03 Sep 2025 08:30:15 GMT"),
            ("Content-MD5", "264884439B70AB09A86BC848421C6DE6"),
            ("x-log-date", "Wed, 03 Sep 2025 08:30:15 GMT"),
        ]);
        let request = SignRequest {
            method: "POST",
            path: "/logstores/wafnew-logstore/consumergroups/ctdr",
            query: &query,
            headers: &headers,
            body: b"[0, 1]",
        };
        assert_eq!(signature(&request, &secret()), "BD8p/UWT0AMulUwmD9B5GBqG1Eg=");
        assert_eq!(parse_authorization("LOG a:b="), Some(("a", "b=")));
        assert_eq!(parse_authorization("SLS4-HMAC-SHA256 a:b"), None);
    }
}
