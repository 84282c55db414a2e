//! A feed that is one file: fetched if it changed, unpacked if it is packed.

use crate::{
    decompress::{DecompressError, Encoding, Limits, decompress},
    egress::{Egress, EgressError, EgressRequest, EgressResponse},
    secret::Secret,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use reqwest::Url;

/// Places a feed may be sent on to; each is checked as the first was.
const REDIRECTS: usize = 3;
/// Bytes a feed may unpack to.
const UNPACKED: u64 = 1 << 30;
/// Characters of an answer that an error shows.
const SHOWN: usize = 200;

/// Who we are to a feed.
#[derive(Clone, Debug, Default)]
pub enum Auth {
    /// Nobody.
    #[default]
    None,
    /// A user with a password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// Who has a token.
    Bearer(Secret),
    /// Who has a key, in a header of the feed's own.
    Header {
        /// The header.
        name: String,
        /// The key.
        value: Secret,
    },
}

/// What a feed answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The feed, unpacked.
    pub body: Vec<u8>,
    /// What to tell it next time, so that it only answers if it changed.
    pub cursor: Option<String>,
}

/// Why a feed was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none.
    #[error("`{0}` is not a URL")]
    Url(String),
    /// The secret or the header's name cannot be sent.
    #[error("the credentials cannot be written into a header")]
    Credentials,
    /// There was no answer.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The answer is a refusal.
    #[error("`{host}` answered {status}: {detail}")]
    Status {
        /// The host asked.
        host: String,
        /// Its answer.
        status: StatusCode,
        /// The beginning of what it said.
        detail: String,
    },
    /// It sends on and on, or from HTTPS to HTTP.
    #[error("`{host}` sends on to another address; enter the address it ends at")]
    Redirected {
        /// The host that did.
        host: String,
    },
    /// It is packed in a way that is not read.
    #[error("the feed cannot be unpacked")]
    Packed(#[from] DecompressError),
}

impl Auth {
    /// The header that says it; none for nobody.
    pub(super) fn header(&self) -> Result<Option<(HeaderName, HeaderValue)>, FetchError> {
        let (name, text) = match self {
            Self::None => return Ok(None),
            Self::Basic { user, password } => {
                let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
                (header::AUTHORIZATION, format!("Basic {pair}"))
            }
            Self::Bearer(token) => (header::AUTHORIZATION, format!("Bearer {}", token.expose())),
            Self::Header { name, value } => (
                HeaderName::from_bytes(name.as_bytes()).map_err(|_| FetchError::Credentials)?,
                value.expose().to_owned(),
            ),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| FetchError::Credentials)?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}

/// Reads an address; what of it may be a secret is not shown.
pub(super) fn address(text: &str) -> Result<Url, FetchError> {
    text.parse().map_err(|_| {
        let shown = text.split(['?', '#']).next().unwrap_or_default();
        FetchError::Url(shown.chars().take(SHOWN).collect())
    })
}

/// Sends a GET and follows where it is sent on to; credentials go to the first server only.
pub(super) async fn get(
    egress: &Egress,
    url: &Url,
    auth: &Auth,
    headers: &HeaderMap,
) -> Result<EgressResponse, FetchError> {
    let mut at = url.clone();
    for _hop in 0..=REDIRECTS {
        let mut headers = headers.clone();
        if at.origin() == url.origin()
            && let Some((name, value)) = auth.header()?
        {
            headers.insert(name, value);
        }
        let request = EgressRequest {
            method: Method::GET,
            url: at.clone(),
            headers,
            body: Bytes::new(),
        };
        let response = egress.send(request).await?;
        if !response.status.is_redirection() || response.status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let next = response
            .headers
            .get(header::LOCATION)
            .and_then(|location| at.join(location.to_str().ok()?).ok())
            .filter(|next| next.scheme() == at.scheme() || next.scheme() == "https");
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    Err(FetchError::Redirected { host: host(&at) })
}

pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The refusal an answer is.
pub(super) fn refused(url: &Url, response: &EgressResponse) -> FetchError {
    let text = String::from_utf8_lossy(&response.body);
    let one_line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    FetchError::Status {
        host: host(url),
        status: response.status,
        detail: one_line.chars().take(SHOWN).collect(),
    }
}

/// Unpacks an answer: as its header says, or as its first bytes do.
pub(super) fn unpack(response: &EgressResponse) -> Result<Vec<u8>, FetchError> {
    let limits = Limits {
        output: UNPACKED,
        ..Limits::NONE
    };
    let said = response
        .headers
        .get(header::CONTENT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let mut body = decompress(Encoding::from_header(said)?, &response.body, limits)?;
    let packed = Encoding::sniff(&body);
    if packed != Encoding::Identity {
        body = decompress(packed, &body, limits)?;
    }
    Ok(body)
}

/// Fetches a feed; nothing if it is as it was when it gave `cursor`.
pub async fn fetch(
    egress: &Egress,
    url: &str,
    auth: &Auth,
    cursor: Option<&str>,
) -> Result<Option<Fetched>, FetchError> {
    let url = address(url)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    let known = cursor.and_then(|cursor| cursor.split_once(' '));
    let condition = match known {
        Some(("etag", value)) => Some((header::IF_NONE_MATCH, value)),
        Some(("date", value)) => Some((header::IF_MODIFIED_SINCE, value)),
        _ => None,
    };
    if let Some((name, value)) = condition
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(name, value);
    }
    let response = get(egress, &url, auth, &headers).await?;
    if response.status == StatusCode::NOT_MODIFIED && cursor.is_some() {
        return Ok(None);
    }
    if !response.status.is_success() {
        return Err(refused(&url, &response));
    }
    let value = |name| {
        response
            .headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let cursor = match (value(header::ETAG), value(header::LAST_MODIFIED)) {
        (Some(tag), _) => Some(format!("etag {tag}")),
        (None, Some(date)) => Some(format!("date {date}")),
        (None, None) => None,
    };
    Ok(Some(Fetched {
        body: unpack(&response)?,
        cursor,
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scripted::Scripted;

    fn basic() -> Auth {
        Auth::Basic {
            user: "ann".into(),
            password: Secret::new("pass"),
        }
    }

    #[tokio::test]
    async fn a_feed_is_fetched_once_until_it_changes() {
        let scripted = Scripted::new(&[(200, "etag: \"v1\"\r\n", "203.0.113.7\n"), (304, "", "")]);
        let egress = Scripted::egress(super::super::LIMITS);
        let url = format!("http://{}/feed.txt?key=k", scripted.address);
        let first = fetch(&egress, &url, &basic(), None).await.unwrap().unwrap();
        assert_eq!(
            (first.body.as_slice(), first.cursor.as_deref()),
            (&b"203.0.113.7\n"[..], Some("etag \"v1\""))
        );
        assert_eq!(
            fetch(&egress, &url, &basic(), first.cursor.as_deref())
                .await
                .unwrap(),
            None
        );
        let seen = scripted.seen();
        assert_eq!(seen[0].head[0], "GET /feed.txt?key=k HTTP/1.1");
        assert_eq!(seen[0].header("authorization"), Some("Basic YW5uOnBhc3M="));
        assert_eq!(
            (seen[0].header("if-none-match"), seen[1].header("if-none-match")),
            (None, Some("\"v1\""))
        );
    }

    #[tokio::test]
    async fn a_packed_feed_is_unpacked() {
        use std::io::Write as _;
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"evil.example\n").unwrap();
        let packed = packed.finish().unwrap();
        let mut answer = format!(
            "HTTP/1.1 200 x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            packed.len()
        )
        .into_bytes();
        answer.extend(packed);
        let scripted = Scripted::raw(vec![answer]);
        let url = format!("http://{}/feed.gz", scripted.address);
        let egress = Scripted::egress(super::super::LIMITS);
        let fetched = fetch(&egress, &url, &Auth::None, None).await.unwrap().unwrap();
        assert_eq!(fetched.body, b"evil.example\n");
        scripted.seen();
    }

    #[tokio::test]
    async fn credentials_stay_with_the_server_they_are_for() {
        let other = Scripted::new(&[(200, "", "x")]);
        let location = format!("location: http://{}/y\r\n", other.address);
        let first = Scripted::new(&[(302, &location, "")]);
        let url = format!("http://{}/x", first.address);
        let egress = Scripted::egress(super::super::LIMITS);
        let fetched = fetch(&egress, &url, &basic(), None).await.unwrap().unwrap();
        assert_eq!(fetched.body, b"x");
        assert!(first.seen()[0].header("authorization").is_some());
        assert_eq!(other.seen()[0].header("authorization"), None);
    }

    #[tokio::test]
    async fn a_refusal_is_shown_without_the_secret() {
        let scripted = Scripted::new(&[(403, "", "no\n key")]);
        let url = format!("http://{}/x?key=s3cr3t", scripted.address);
        let egress = Scripted::egress(super::super::LIMITS);
        let error = fetch(&egress, &url, &Auth::None, None).await.unwrap_err();
        assert_eq!(error.to_string(), "`127.0.0.1` answered 403 Forbidden: no key");
        scripted.seen();
        let error = fetch(&egress, "feed?key=s3cr3t", &Auth::None, None)
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "`feed` is not a URL");
    }
}
