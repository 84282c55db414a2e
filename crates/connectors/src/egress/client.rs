//! The HTTP client itself.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Url};

use super::address::{AddressKind, EgressPolicy};
use super::error::EgressError;

/// Bounds of one request.
#[derive(Debug, Clone, Copy)]
pub struct EgressLimits {
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// Until the whole answer is here.
    pub total: Duration,
    /// Largest answer body.
    pub response_bytes: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            response_bytes: 16 * 1024 * 1024,
        }
    }
}

/// A request to send.
#[derive(Debug, Clone)]
pub struct EgressRequest {
    /// Method.
    pub method: Method,
    /// Whole URL; what its query holds is sent as it stands.
    pub url: Url,
    /// Headers. A `Host` among them replaces the one of the URL.
    pub headers: HeaderMap,
    /// Body, empty for none.
    pub body: Bytes,
}

/// An answer, whatever its status; the body is as sent, never decompressed here.
#[derive(Debug, Clone)]
pub struct EgressResponse {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, at most [`EgressLimits::response_bytes`].
    pub body: Bytes,
}

/// The outgoing HTTP client; cheap to clone, connections are shared.
#[derive(Debug, Clone)]
pub struct Egress {
    /// Built at first use: it loads the system's certificate roots, and a machine without any still works in the clear.
    tls: Arc<OnceLock<Result<Client, EgressError>>>,
    /// A client of its own, because a resolver is not told the scheme it resolves for.
    plain: Client,
    policy: Arc<EgressPolicy>,
    limits: EgressLimits,
}

impl Egress {
    /// A client under this policy.
    pub fn new(policy: EgressPolicy, limits: EgressLimits) -> Result<Self, EgressError> {
        let policy = Arc::new(policy);
        // The provider can be set once per process; that it is set already is what we want.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let plain = build_client(&policy, true, limits)?;
        Ok(Self {
            tls: Arc::default(),
            plain,
            policy,
            limits,
        })
    }

    fn client(&self, url: &Url) -> Result<&Client, EgressError> {
        if url.scheme() == "http" {
            return Ok(&self.plain);
        }
        self.tls
            .get_or_init(|| build_client(&self.policy, false, self.limits))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: EgressRequest) -> Result<EgressResponse, EgressError> {
        let host = check_url(&request.url, &self.policy)?;
        let response = self
            .client(&request.url)?
            .request(request.method, request.url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await
            .map_err(|error| translate(&error, &host))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.read_body(response, &host).await?;
        Ok(EgressResponse {
            status,
            headers,
            body,
        })
    }

    async fn read_body(&self, mut response: reqwest::Response, host: &str) -> Result<Bytes, EgressError> {
        let limit = self.limits.response_bytes;
        let too_large = || EgressError::TooLarge {
            host: host.to_owned(),
            limit,
        };
        if response
            .content_length()
            .is_some_and(|length| length > limit as u64)
        {
            return Err(too_large());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| translate(&error, host))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place the others are sent to"
)]
fn build_client(
    policy: &Arc<EgressPolicy>,
    plain: bool,
    limits: EgressLimits,
) -> Result<Client, EgressError> {
    let resolver = CheckedResolver {
        policy: Arc::clone(policy),
        plain,
    };
    let builder = Client::builder();
    let builder = if plain {
        builder.tls_certs_only([])
    } else {
        builder
    };
    builder
        .user_agent(concat!("ctdr/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(resolver)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        // A write that timed out must be looked up before it is sent again, which only the caller can do.
        .retry(reqwest::retry::never())
        .no_gzip()
        .no_zstd()
        .no_brotli()
        .no_deflate()
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .build()
        .map_err(|error| EgressError::Setup {
            reason: root_cause(&error),
        })
}

/// Checks scheme and user part, and the address where the host is one: literals never pass the resolver. Spellings
/// such as `0x7f.1` or `2130706433` are addresses by now, the URL parser has resolved them.
fn check_url(url: &Url, policy: &EgressPolicy) -> Result<String, EgressError> {
    let refuse = |reason| {
        let mut shown = url.clone();
        shown.set_query(None);
        let _ = shown.set_password(None);
        EgressError::Url {
            url: shown.to_string(),
            reason,
        }
    };
    let plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return Err(refuse("only http and https are followed")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("a user name in a url is not sent"));
    }
    let host = url.host_str().ok_or_else(|| refuse("it has no host"))?;
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        check_address(policy, plain, address).map_err(|kind| EgressError::Denied {
            host: host.to_owned(),
            address,
            kind,
        })?;
    }
    Ok(host.to_owned())
}

fn check_address(policy: &EgressPolicy, plain: bool, address: IpAddr) -> Result<(), AddressKind> {
    if plain {
        policy.check_plain(address)
    } else {
        policy.check(address)
    }
}

/// Resolves with the system's resolver and fails if *any* address is refused: a name with one public and one private
/// address is an attack or a mistake, and picking the good one would hide it.
#[derive(Debug, Clone)]
struct CheckedResolver {
    policy: Arc<EgressPolicy>,
    plain: bool,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, plain) = (Arc::clone(&self.policy), self.plain);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await;
            let addresses: Vec<SocketAddr> = found.map(Iterator::collect).unwrap_or_default();
            let checked = check_resolved(&policy, plain, host, addresses)?;
            Ok(Box::new(checked.into_iter()) as Addrs)
        })
    }
}

fn check_resolved(
    policy: &EgressPolicy,
    plain: bool,
    host: String,
    addresses: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, EgressError> {
    if addresses.is_empty() {
        return Err(EgressError::Resolve { host });
    }
    for address in addresses.iter().map(SocketAddr::ip) {
        if let Err(kind) = check_address(policy, plain, address) {
            return Err(EgressError::Denied { host, address, kind });
        }
    }
    Ok(addresses)
}

/// Finds our own refusal in the chain of causes, else classifies what the library says.
fn translate(error: &reqwest::Error, host: &str) -> EgressError {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(inner) = cause {
        if let Some(own) = inner.downcast_ref::<EgressError>() {
            return own.clone();
        }
        cause = inner.source();
    }
    let (host, reason) = (host.to_owned(), root_cause(error));
    if error.is_timeout() {
        EgressError::Timeout { host }
    } else if error.is_connect() || error.is_builder() {
        EgressError::Connect { host, reason }
    } else {
        EgressError::Broken { host, reason }
    }
}

fn root_cause(error: &dyn Error) -> String {
    let mut last = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        last = inner.to_string();
        cause = inner.source();
    }
    last
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scripted::Scripted;

    fn send(policy: EgressPolicy, url: &str) -> EgressError {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let egress = Egress::new(policy, EgressLimits::default()).unwrap();
        let request = EgressRequest {
            method: Method::GET,
            url: url.parse().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        runtime.block_on(egress.send(request)).unwrap_err()
    }

    #[test]
    fn refuses_addresses_however_they_are_spelt() {
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/latest/meta-data/",
            "http://100.100.100.200/latest/meta-data/",
            "https://169.254.169.254/",
            "https://localhost/",
            "http://8.8.8.8/",
        ] {
            let error = send(EgressPolicy::default(), url);
            assert!(matches!(error, EgressError::Denied { .. }), "{url}: {error:?}");
            assert!(!error.retriable());
        }
    }

    #[test]
    fn metadata_stays_refused_with_everything_allowed() {
        let policy = || EgressPolicy {
            allow: vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()],
        };
        for url in [
            "http://169.254.169.254/",
            "https://100.100.100.200/",
            "http://[::ffff:169.254.0.23]/",
        ] {
            let error = send(policy(), url);
            assert!(
                matches!(
                    error,
                    EgressError::Denied {
                        kind: AddressKind::Metadata,
                        ..
                    }
                ),
                "{url}: {error:?}"
            );
        }
    }

    #[test]
    fn refuses_other_schemes_and_user_names() {
        for url in ["ftp://example.com/", "https://user:secret@example.com/"] {
            let error = send(EgressPolicy::default(), url);
            assert!(matches!(error, EgressError::Url { .. }), "{url}: {error:?}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn a_name_with_one_bad_address_is_refused_whole() {
        let addresses = vec!["8.8.8.8:0".parse().unwrap(), "10.0.0.1:0".parse().unwrap()];
        let policy = EgressPolicy::default();
        assert!(matches!(
            check_resolved(&policy, false, "rebind.example".to_owned(), addresses),
            Err(EgressError::Denied {
                kind: AddressKind::Private,
                ..
            })
        ));
        assert!(matches!(
            check_resolved(&policy, false, "nothing.example".to_owned(), vec![]),
            Err(EgressError::Resolve { .. })
        ));
    }

    #[test]
    fn nothing_listening_is_a_connection_error_worth_a_retry() {
        let port = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        let policy = EgressPolicy {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
        };
        let error = send(policy, &format!("http://127.0.0.1:{port}/"));
        assert!(matches!(error, EgressError::Connect { .. }), "{error:?}");
        assert!(error.retriable() && !error.outcome_unknown());
    }

    async fn fetch(scripted: &Scripted, limits: EgressLimits) -> Result<EgressResponse, EgressError> {
        let mut headers = HeaderMap::new();
        headers.insert("host", "project.example".parse().unwrap());
        let url = format!("http://{}/path?b=%2A&a=1", scripted.address)
            .parse()
            .unwrap();
        let request = EgressRequest {
            method: Method::GET,
            url,
            headers,
            body: Bytes::new(),
        };
        Scripted::egress(limits).send(request).await
    }

    #[tokio::test]
    async fn sends_as_told_and_follows_no_redirect() {
        let scripted = Scripted::new(&[(302, "location: http://169.254.169.254/\r\n", "gone")]);
        let response = fetch(&scripted, EgressLimits::default()).await.unwrap();
        assert_eq!(
            (response.status.as_u16(), &response.body[..]),
            (302, &b"gone"[..])
        );
        let seen = scripted.seen();
        assert_eq!(seen[0].head[0], "GET /path?b=%2A&a=1 HTTP/1.1");
        assert_eq!(seen[0].header("host"), Some("project.example"));
        assert_eq!(seen[0].header("accept-encoding"), None);
    }

    #[tokio::test]
    async fn an_answer_over_the_limit_is_cut_off() {
        let limits = EgressLimits {
            response_bytes: 10,
            ..EgressLimits::default()
        };
        let announced = Scripted::new(&[(200, "", "12345678901")]);
        let expected = EgressError::TooLarge {
            host: "127.0.0.1".to_owned(),
            limit: 10,
        };
        assert_eq!(fetch(&announced, limits).await.unwrap_err(), expected);
        let unannounced = Scripted::raw(vec![
            b"HTTP/1.1 200 x\r\nconnection: close\r\n\r\n12345678901".to_vec(),
        ]);
        assert_eq!(fetch(&unannounced, limits).await.unwrap_err(), expected);
        let fitting = Scripted::new(&[(200, "", "1234567890")]);
        assert_eq!(fetch(&fitting, limits).await.unwrap().body.len(), 10);
    }

    #[tokio::test]
    async fn silence_is_a_timeout_and_a_hang_up_a_broken_connection() {
        // A listener that never accepts: the connection stands in the backlog, and no answer comes.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let limits = EgressLimits {
            total: Duration::from_millis(50),
            ..EgressLimits::default()
        };
        let url = format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let request = EgressRequest {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let error = Scripted::egress(limits).send(request).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Timeout { .. }) && error.outcome_unknown(),
            "{error:?}"
        );

        let closing = Scripted::raw(vec![Vec::new()]);
        let error = fetch(&closing, EgressLimits::default()).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Broken { .. }) && error.outcome_unknown(),
            "{error:?}"
        );
    }
}
