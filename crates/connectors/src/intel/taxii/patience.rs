//! A server that has enough for now says so, and is asked again: a collection may have thousands of pages, and would be
//! read from its beginning if one of them made the reading fail.

use crate::{backoff::backoff, egress::EgressResponse};
use http::{StatusCode, header};
use std::time::Duration;

/// How often one page is asked for again.
const AGAIN: u32 = 4;
/// The longest wait that is worth it; after a longer one, the feed is asked for again as a whole.
const LONGEST: Duration = Duration::from_mins(2);

/// How long to wait before asking again, after so many refusals; none if the answer is to be taken as it is.
pub(super) fn wait(response: &EgressResponse, refusals: u32) -> Option<Duration> {
    let busy = matches!(
        response.status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    if !busy || refusals >= AGAIN {
        return None;
    }
    let said = response
        .headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    // Without a time, or with a date, which clocks may not agree about.
    let wait = said.unwrap_or_else(|| backoff(refusals + 1));
    (wait <= LONGEST).then_some(wait)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn a_server_says_how_long_to_wait() {
        let check = |status: u16, said: Option<&'static str>, refusals, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static(said));
            }
            let response = EgressResponse {
                status: StatusCode::from_u16(status).unwrap(),
                headers,
                body: Bytes::new(),
            };
            let got = wait(&response, refusals).map(|wait| wait.as_secs());
            assert_eq!(got, expected, "{status} {said:?} after {refusals}");
        };
        check(429, Some("7"), 0, Some(7));
        check(503, Some("0"), 3, Some(0));
        check(429, None, 0, Some(1));
        check(429, Some("Fri, 31 Dec 2027 23:59:59 GMT"), 2, Some(4));
        // Enough is enough, and an hour is for the next time the feed is due.
        check(429, Some("1"), 4, None);
        check(429, Some("3600"), 0, None);
        check(200, Some("1"), 0, None);
        check(403, None, 0, None);
    }
}
