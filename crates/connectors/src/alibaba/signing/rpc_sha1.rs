//! The older RPC signature (HMAC-SHA1, "version 2") of Alibaba Cloud's `OpenAPI`: all parameters in the query, the
//! signature among them. Kept because some private regions still answer to nothing newer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::digest::hmac_sha1;
use super::encode::{encode_query, percent_encode};
use crate::Secret;

/// The string to sign over all parameters except `Signature`; form parameters count as parameters.
pub fn string_to_sign(method: &str, parameters: &[(String, String)]) -> String {
    let signed: Vec<_> = parameters
        .iter()
        .filter(|(name, _)| name != "Signature")
        .cloned()
        .collect();
    format!("{method}&%2F&{}", percent_encode(&encode_query(&signed)))
}

/// The base64 signature over all parameters except `Signature`.
pub fn signature(method: &str, parameters: &[(String, String)], secret: &Secret) -> String {
    let key = format!("{}&", secret.expose());
    STANDARD.encode(hmac_sha1(
        key.as_bytes(),
        string_to_sign(method, parameters).as_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alibaba::signing::vectors::pairs;

    /// The example of the vendor's documentation: `DescribeRegions`.
    #[test]
    fn signs_the_published_example() {
        let parameters = pairs(&[
            ("AccessKeyId", "testid"),
            ("Action", "DescribeRegions"),
            ("Format", "XML"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"),
            ("SignatureVersion", "1.0"),
            ("Timestamp", "2016-02-23T12:46:24Z"),
            ("Version", "2014-05-26"),
        ]);
        assert_eq!(
            signature("GET", &parameters, &Secret::new("testsecret")),
            "OLeaidS1JvxuMvnyHOwuJ+uX5qY="
        );
    }
}
