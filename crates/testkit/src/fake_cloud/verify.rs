//! Whether a call is signed by the account's key: recomputed from what came over the wire, never assumed.
//!
//! The codes and messages are those of the vendor's error pages:
//! <https://www.alibabacloud.com/help/en/sls/developer-reference/error-codes>,
//! <https://error-center.alibabacloud.com/status/product/Public>.

use super::{FakeCloudConfig, call::Call, refusal::Refusal};
use connectors::alibaba::signing::{acs3, sha256_hex, sls_v1, sls_v4};
use jiff::{Timestamp, civil::DateTime, fmt::rfc2822, tz::TimeZone};
use model::Time;
use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};

/// How far a request's time may be off, either way.
const ALLOWED_SKEW: Duration = Duration::from_mins(15);

/// The nonces seen, oldest forgotten first.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    order: VecDeque<String>,
    seen: HashSet<String>,
}

impl Nonces {
    /// More than any client signs within the allowed skew here.
    const KEPT: usize = 20_000;

    /// Takes note of a nonce; `false` if it was used before.
    fn use_once(&mut self, nonce: &str) -> bool {
        if !self.seen.insert(nonce.to_owned()) {
            return false;
        }
        self.order.push_back(nonce.to_owned());
        if self.order.len() > Self::KEPT
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

/// Verifies an ACS3 signature over the headers the request itself names.
pub(super) fn acs3(
    call: &Call,
    config: &FakeCloudConfig,
    now: Time,
    nonces: &mut Nonces,
) -> Result<(), Refusal> {
    let incomplete = |message: &str| Refusal::new(400, "IncompleteSignature", message);
    let mismatch = |message: &str| Refusal::new(400, "SignatureDoesNotMatch", message);
    let parsed = acs3::parse_authorization(call.header("authorization"))
        .ok_or_else(|| incomplete("The request signature does not conform to Aliyun standards."))?;
    if parsed.access_key_id != config.access_key_id {
        return Err(Refusal::new(
            404,
            "InvalidAccessKeyId.NotFound",
            "Specified access key is not found.",
        ));
    }
    for (name, _) in &call.headers {
        if acs3::must_sign(name) && !parsed.signed_headers.contains(&name.as_str()) {
            return Err(incomplete(&format!("header `{name}` is not signed")));
        }
    }
    if call.header("x-acs-content-sha256") != sha256_hex(&call.body) {
        return Err(mismatch("x-acs-content-sha256 is not the hash of the body"));
    }
    let signed_at = Time::parse(call.header("x-acs-date")).map_err(|_| {
        Refusal::new(
            400,
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        )
    })?;
    if too_far(signed_at, now) {
        let message = "Specified time stamp or date value is expired.";
        return Err(Refusal::new(400, "InvalidTimeStamp.Expired", message));
    }
    let expected = acs3::signature(
        &call.as_signed(),
        &parsed.signed_headers,
        &config.access_key_secret,
    );
    if expected != parsed.signature {
        return Err(mismatch(
            "Specified signature is not matched with our calculation.",
        ));
    }
    match call.header("x-acs-signature-nonce") {
        "" => Err(incomplete("x-acs-signature-nonce is missing")),
        nonce if nonces.use_once(nonce) => Ok(()),
        _ => Err(Refusal::new(
            400,
            "SignatureNonceUsed",
            "Specified signature nonce was used already.",
        )),
    }
}

/// Verifies a signature of the log service, of either version.
pub(super) fn log_service(call: &Call, config: &FakeCloudConfig, now: Time) -> Result<(), Refusal> {
    let authorization = call.header("authorization");
    if call.header("x-log-apiversion") != "0.6.0" {
        return Err(Refusal::new(
            400,
            "InvalidAPIVersion",
            "x-log-apiversion is unsupported.",
        ));
    }
    if let Some(parsed) = sls_v4::parse_authorization(authorization) {
        let signed_at = DateTime::strptime("%Y%m%dT%H%M%SZ", call.header("x-log-date"))
            .ok()
            .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
            .map(|zoned| zoned.timestamp());
        key_and_time(parsed.access_key_id, config, signed_at, now)?;
        let hashed = call.header("x-log-content-sha256") == sha256_hex(&call.body);
        let scoped = parsed.region == config.region && call.header("x-log-date").starts_with(parsed.date);
        let expected = sls_v4::signature(&call.as_signed(), &config.region, &config.access_key_secret);
        return matched(hashed && scoped && expected == parsed.signature, parsed.signature);
    }
    let (key, signature) = sls_v1::parse_authorization(authorization).ok_or_else(|| {
        let message = format!("Http extend authorization : {authorization} is invalid.");
        Refusal::new(400, "ParameterInvalid", message)
    })?;
    if call.header("x-log-signaturemethod") != "hmac-sha1" {
        let message = "x-log-signaturemethod is unsupported.";
        return Err(Refusal::new(400, "InvalidSignatureMethod", message));
    }
    let signed_at = rfc2822::parse(call.header("date"))
        .ok()
        .map(|zoned| zoned.timestamp());
    key_and_time(key, config, signed_at, now)?;
    let expected = sls_v1::signature(&call.as_signed(), &config.access_key_secret);
    matched(expected == signature, signature)
}

fn key_and_time(
    key: &str,
    config: &FakeCloudConfig,
    signed_at: Option<Timestamp>,
    now: Time,
) -> Result<(), Refusal> {
    if key != config.access_key_id {
        return Err(Refusal::new(
            401,
            "Unauthorized",
            format!("AccessKeyId not found: {key}"),
        ));
    }
    let signed_at = signed_at
        .map(|time| Time::from_millis(time.as_millisecond()))
        .ok_or_else(|| Refusal::new(400, "InvalidRequestTime", "Request time not follow RFC822 spec."))?;
    if too_far(signed_at, now) {
        let message = format!("Request time {signed_at} has been expired while server time is {now}.");
        return Err(Refusal::new(400, "RequestTimeExpired", message));
    }
    Ok(())
}

fn matched(matches: bool, signature: &str) -> Result<(), Refusal> {
    if matches {
        Ok(())
    } else {
        Err(Refusal::new(
            401,
            "SignatureNotMatch",
            format!("Signature {signature} not matched."),
        ))
    }
}

fn too_far(signed_at: Time, now: Time) -> bool {
    now.since(signed_at).max(signed_at.since(now)) > ALLOWED_SKEW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_counts_once() {
        let mut nonces = Nonces::default();
        assert!(nonces.use_once("a") && nonces.use_once("b") && !nonces.use_once("a"));
    }

    #[test]
    fn fifteen_minutes_either_way() {
        let now = Time::from_secs(10_000);
        for (seconds, expected) in [(9_100, false), (9_099, true), (10_900, false), (10_901, true)] {
            assert_eq!(too_far(Time::from_secs(seconds), now), expected, "{seconds}");
        }
    }
}
