//! ACS3-HMAC-SHA256, the signature of Alibaba Cloud's `OpenAPI` (version 3 request signature).
//! See <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>.

use super::digest::{hmac_sha256, sha256_hex};
use super::encode::encode_query;
use super::request::{SignRequest, header_lines, header_names};
use crate::Secret;

/// Name of the scheme, first word of the `Authorization` header and of the string to sign.
pub const SCHEME: &str = "ACS3-HMAC-SHA256";

/// What an ACS3 `Authorization` header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization<'a> {
    /// Whose key signed.
    pub access_key_id: &'a str,
    /// Names of the signed headers, lower case.
    pub signed_headers: Vec<&'a str>,
    /// Lower-case hex signature.
    pub signature: &'a str,
}

/// Reads an `Authorization` header value; `None` if it is not of this scheme or lacks a part.
pub fn parse_authorization(value: &str) -> Option<Authorization<'_>> {
    let (mut access_key_id, mut signed_headers, mut signature) = (None, None, None);
    for part in value.strip_prefix(SCHEME)?.split(',') {
        let (name, value) = part.trim().split_once('=')?;
        match name {
            "Credential" => access_key_id = Some(value),
            "SignedHeaders" => signed_headers = Some(value.split(';').collect()),
            "Signature" => signature = Some(value),
            _ => return None,
        }
    }
    Some(Authorization {
        access_key_id: access_key_id?,
        signed_headers: signed_headers?,
        signature: signature?,
    })
}

/// Whether a header has to be signed: `host`, `content-type` and every `x-acs-*` one. Others (`user-agent`, `accept`)
/// may be signed, but proxies rewrite them, so this client does not.
pub fn must_sign(lower_case_name: &str) -> bool {
    matches!(lower_case_name, "host" | "content-type") || lower_case_name.starts_with("x-acs-")
}

/// The canonical request over the named headers. The hash in its last line is computed from the body, so a
/// body that does not fit `x-acs-content-sha256` can never verify.
pub fn canonical_request(request: &SignRequest<'_>, signed_headers: &[&str]) -> String {
    let headers = request.canonical_headers(|name| signed_headers.contains(&name));
    format!(
        "{}\n{}\n{}\n{}\n{}\n{}",
        request.method,
        request.path,
        encode_query(request.query),
        header_lines(&headers),
        header_names(&headers),
        sha256_hex(request.body)
    )
}

/// The lower-case hex signature over the named headers.
pub fn signature(request: &SignRequest<'_>, signed_headers: &[&str], secret: &Secret) -> String {
    let hashed = sha256_hex(canonical_request(request, signed_headers).as_bytes());
    hex::encode(hmac_sha256(
        secret.expose().as_bytes(),
        format!("{SCHEME}\n{hashed}").as_bytes(),
    ))
}

/// The `Authorization` header for a request whose other headers are final; signs those of [`must_sign`].
pub fn authorization(request: &SignRequest<'_>, access_key_id: &str, secret: &Secret) -> String {
    let headers = request.canonical_headers(must_sign);
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    let signature = signature(request, &names, secret);
    format!(
        "{SCHEME} Credential={access_key_id},SignedHeaders={},Signature={signature}",
        names.join(";")
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::alibaba::signing::vectors::{pairs, secret};

    /// The example of the vendor's documentation: `RunInstances`.
    #[test]
    fn signs_the_published_example() {
        let query = pairs(&[
            ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
            ("RegionId", "cn-shanghai"),
        ]);
        let headers = pairs(&[
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-version", "2014-05-26"),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            (
                "x-acs-content-sha256",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
        ]);
        let request = SignRequest {
            method: "POST",
            path: "/",
            query: &query,
            headers: &headers,
            body: b"",
        };
        assert_eq!(
            authorization(&request, "YourAccessKeyId", &Secret::new("YourAccessKeySecret")),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    /// Recorded from the vendor's Python SDK with a made-up key: a form body, and headers this client leaves unsigned.
    #[test]
    fn verifies_a_request_of_the_vendors_sdk() {
        let query = pairs(&[
            ("DefenseScene", "ip_blacklist"),
            ("InstanceId", "waf_v3prepaid_public_cn-example01"),
            ("RegionId", "cn-hangzhou"),
            ("TemplateId", "7239"),
        ]);
        let body =
            b"Rules=%5B%7B%22name%22%3A%22ctdr_block_203_0_113_7%22%2C%22remoteAddr%22%3A%5B%22203.0.113.7\
            %22%5D%2C%22action%22%3A%22block%22%2C%22status%22%3A1%7D%5D";
        let headers = pairs(&[
            ("Host", "wafopenapi.cn-hangzhou.aliyuncs.com"),
            ("x-acs-version", "2021-10-01"),
            ("x-acs-action", "CreateDefenseRule"),
            ("user-agent", "ctdr/0.1"),
            ("x-acs-date", "2025-09-03T08:30:15Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
            (
                "x-acs-content-sha256",
                "3f049029d227644244965d3cea1ef820f103bf8df465f8358e1c14015e0a1977",
            ),
            ("x-acs-credentials-provider", "static_ak"),
        ]);
        let value = "ACS3-HMAC-SHA256 Credential=LTAI5tExampleKeyId000001,SignedHeaders=accept;content-type;host;\
            user-agent;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;\
            x-acs-version,Signature=211535725770bd40ee9f9fab4325d9d41f48709b89afc504e0c224c50182bfe2";
        let parsed = parse_authorization(value).unwrap();
        let request = SignRequest {
            method: "POST",
            path: "/",
            query: &query,
            headers: &headers,
            body,
        };
        assert_eq!(parsed.access_key_id, "LTAI5tExampleKeyId000001");
        assert_eq!(
            signature(&request, &parsed.signed_headers, &secret()),
            parsed.signature
        );

        let changed = SignRequest {
            body: b"Rules=%5B%5D",
            ..request
        };
        assert_ne!(
            signature(&changed, &parsed.signed_headers, &secret()),
            parsed.signature
        );
    }

    #[test]
    fn a_header_of_another_scheme_or_with_a_part_missing_is_no_authorization() {
        for value in [
            "",
            "LOG a:b",
            "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host",
            "ACS3-HMAC-SHA256 x",
        ] {
            assert_eq!(parse_authorization(value), None, "{value}");
        }
    }

    #[test]
    fn repeated_headers_are_joined_in_order_of_value() {
        let headers = pairs(&[("X-Acs-Meta", " b "), ("x-acs-meta", "a"), ("Host", "h.example")]);
        let request = SignRequest {
            method: "GET",
            path: "/",
            query: &[],
            headers: &headers,
            body: b"",
        };
        let canonical = canonical_request(&request, &["host", "x-acs-meta"]);
        assert!(
            canonical.contains("\nhost:h.example\nx-acs-meta:a,b\n\nhost;x-acs-meta\n"),
            "{canonical}"
        );
    }
}
