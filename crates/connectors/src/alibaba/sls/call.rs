//! Building a signed request of the log service: pure, so that what goes on the wire can be verified in a test.

use bytes::Bytes;
use http::Method;

use super::config::{SignatureVersion, SlsConfig};
use crate::alibaba::clock::Stamp;
use crate::alibaba::openapi::header_map;
use crate::alibaba::signing::{SignRequest, encode_query, sha256_hex, sls_v1, sls_v4};
use crate::egress::EgressRequest;

const API_VERSION: &str = "0.6.0";

/// A `GET` of the log service; all that a reader needs are.
#[derive(Debug, Clone)]
pub(super) struct SlsCall {
    /// Path after the host, made of checked names and numbers only.
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Headers of this call alone.
    pub headers: Vec<(String, String)>,
}

impl SlsCall {
    pub fn get(path: String) -> Self {
        Self {
            path,
            query: Vec::new(),
            headers: Vec::new(),
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "numbers and strings alike read better without a borrow"
    )]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs the call as of `stamp`.
    pub fn sign(self, config: &SlsConfig, stamp: &Stamp) -> EgressRequest {
        let (url, host) =
            config
                .endpoint()
                .url_under(config.project(), &self.path, &encode_query(&self.query));
        let credentials = config.credentials();
        let mut headers = self.headers;
        headers.push(("host".to_owned(), host));
        headers.push(("x-log-apiversion".to_owned(), API_VERSION.to_owned()));
        headers.push(("x-log-bodyrawsize".to_owned(), "0".to_owned()));
        if let Some(token) = &credentials.security_token {
            headers.push(("x-acs-security-token".to_owned(), token.expose().to_owned()));
        }
        match config.signature() {
            SignatureVersion::V1 => {
                headers.push(("x-log-signaturemethod".to_owned(), "hmac-sha1".to_owned()));
                headers.push(("date".to_owned(), stamp.http_date()));
            }
            SignatureVersion::V4 => {
                headers.push(("x-log-date".to_owned(), stamp.compact()));
                headers.push(("x-log-content-sha256".to_owned(), sha256_hex(b"")));
            }
        }
        let request = SignRequest {
            method: "GET",
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: b"",
        };
        let (key_id, secret) = (&credentials.access_key_id, &credentials.access_key_secret);
        let authorization = match config.signature() {
            SignatureVersion::V1 => sls_v1::authorization(&request, key_id, secret),
            SignatureVersion::V4 => sls_v4::authorization(&request, config.region(), key_id, secret),
        };
        headers.push(("authorization".to_owned(), authorization));
        EgressRequest {
            method: Method::GET,
            url,
            headers: header_map(&headers),
            body: Bytes::new(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Secret;
    use crate::alibaba::Credentials;

    fn request(signature: SignatureVersion) -> EgressRequest {
        let credentials = Credentials {
            access_key_id: "LTAI5tExampleKeyId000001".to_owned(),
            access_key_secret: "ExampleSecretKey0123456789abcdef".into(),
            security_token: None,
        };
        let config = SlsConfig::new(
            "cn-hangzhou.log.aliyuncs.com".parse().unwrap(),
            "cn-hangzhou",
            "wafnew-project-1234567890123456-cn-hangzhou",
            "wafnew-logstore",
            signature,
            credentials,
        );
        let stamp = Stamp {
            time: "2025-09-03T08:30:15Z".parse().unwrap(),
            nonce: String::new(),
        };
        SlsCall::get("/logstores/wafnew-logstore/shards/0".to_owned())
            .query("type", "log")
            .query("cursor", "MTQ0NzMyOTQwMTEwMjEzMDkwNA==")
            .query("count", 1000)
            .header("accept", "application/x-protobuf")
            .header("accept-encoding", "lz4")
            .sign(&config.unwrap(), &stamp)
    }

    /// The vendor's SDK, given the same call, sends these very signatures.
    #[test]
    fn signs_a_pull_as_the_vendors_sdk_does() {
        let v1 = request(SignatureVersion::V1);
        assert_eq!(
            v1.headers["authorization"],
            "LOG LTAI5tExampleKeyId000001:C3BZOTgvw597cKBS+GYg7qpNprM="
        );
        assert_eq!(
            v1.url.as_str(),
            "https://wafnew-project-1234567890123456-cn-hangzhou.cn-hangzhou.log.aliyuncs.com\
             /logstores/wafnew-logstore/shards/0?count=1000&cursor=MTQ0NzMyOTQwMTEwMjEzMDkwNA%3D%3D&type=log"
        );
        let v4 = request(SignatureVersion::V4);
        assert_eq!(
            v4.headers["authorization"],
            "SLS4-HMAC-SHA256 Credential=LTAI5tExampleKeyId000001/20250903/cn-hangzhou/sls/aliyun_v4_request,\
             Signature=95086545a2525ff463cafc3a92d42af7429dca357aebcb5975e4774ab0831790"
        );
    }

    #[test]
    fn the_wire_verifies_on_the_other_side() {
        let request = request(SignatureVersion::V4);
        let query: Vec<_> = form_urlencoded::parse(request.url.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned()))
            .collect();
        let seen = SignRequest {
            method: "GET",
            path: request.url.path(),
            query: &query,
            headers: &headers,
            body: &request.body,
        };
        let parsed = sls_v4::parse_authorization(seen.header("authorization").unwrap()).unwrap();
        let secret = Secret::new("ExampleSecretKey0123456789abcdef");
        assert_eq!(sls_v4::signature(&seen, parsed.region, &secret), parsed.signature);
    }
}
