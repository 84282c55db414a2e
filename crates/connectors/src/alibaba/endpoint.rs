//! Where a service is: an address from the configuration, checked once so that no later step has to.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;

/// The address of a service: `cn-hangzhou.log.aliyuncs.com`, `https://…`, or `http://…` for a fake cloud or a gateway.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint {
    base: Url,
}

/// Text that is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an endpoint: expected a host name, optionally with http:// or https:// and a port")]
pub struct EndpointError {
    text: String,
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || EndpointError {
            text: text.to_owned(),
        };
        let whole = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        let base = Url::parse(&whole).map_err(|_| error())?;
        let host_only = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        let anonymous = base.username().is_empty() && base.password().is_none();
        let scheme = matches!(base.scheme(), "http" | "https");
        if host_only && anonymous && scheme && base.has_host() {
            Ok(Self { base })
        } else {
            Err(error())
        }
    }
}

impl TryFrom<String> for Endpoint {
    type Error = EndpointError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl Endpoint {
    /// The log service of a region (`cn-hangzhou`), over the internet.
    pub fn log_service(region: &str) -> Result<Self, EndpointError> {
        format!("{region}.log.aliyuncs.com").parse()
    }

    /// The web application firewall of one of the vendor's two regions (`cn-hangzhou`, `ap-southeast-1`).
    pub fn waf(region: &str) -> Result<Self, EndpointError> {
        format!("wafopenapi.{region}.aliyuncs.com").parse()
    }

    /// Host and, where it is not the scheme's own, port: the value of the `Host` header.
    pub(super) fn authority(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The URL of a path with an already encoded query, and the `Host` header to send with it.
    pub(super) fn url(&self, path: &str, encoded_query: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query((!encoded_query.is_empty()).then_some(encoded_query));
        url
    }

    /// As [`Endpoint::url`] for a service that takes the tenant as first label of the host name. An endpoint that is
    /// an IP address has no names under it: there the label goes into the `Host` header alone, as the vendor's SDKs do.
    pub(super) fn url_under(&self, label: &str, path: &str, encoded_query: &str) -> (Url, String) {
        let mut url = self.url(path, encoded_query);
        let host = format!("{label}.{}", self.authority());
        if matches!(self.base.domain(), Some(domain) if domain != "localhost") {
            let name = format!("{label}.{}", self.base.host_str().unwrap_or_default());
            // A label of the shape `SlsConfig` admits always makes a valid name.
            let renamed = url.set_host(Some(&name));
            debug_assert!(renamed.is_ok(), "host name `{name}`");
        }
        (url, host)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_means_https() {
        let endpoint: Endpoint = "wafopenapi.cn-hangzhou.aliyuncs.com".parse().unwrap();
        assert_eq!(
            endpoint.url("/", "a=%2A").as_str(),
            "https://wafopenapi.cn-hangzhou.aliyuncs.com/?a=%2A"
        );
        assert_eq!(
            endpoint.to_string(),
            "https://wafopenapi.cn-hangzhou.aliyuncs.com"
        );
    }

    #[test]
    fn a_region_gives_the_vendors_names() {
        let check = |endpoint: Result<Endpoint, EndpointError>, expected| {
            assert_eq!(endpoint.map(|endpoint| endpoint.to_string()).ok(), expected);
        };
        check(
            Endpoint::log_service("cn-hangzhou"),
            Some("https://cn-hangzhou.log.aliyuncs.com".to_owned()),
        );
        check(
            Endpoint::waf("ap-southeast-1"),
            Some("https://wafopenapi.ap-southeast-1.aliyuncs.com".to_owned()),
        );
        check(Endpoint::waf("x/y"), None);
    }

    #[test]
    fn the_project_goes_before_a_name_and_only_into_the_header_of_an_address() {
        let check = |endpoint: &str, url: &str, host: &str| {
            let endpoint: Endpoint = endpoint.parse().unwrap();
            assert_eq!(
                endpoint.url_under("proj", "/logstores", ""),
                (url.parse().unwrap(), host.to_owned())
            );
        };
        let name = "cn-hangzhou.log.aliyuncs.com";
        check(
            name,
            &format!("https://proj.{name}/logstores"),
            &format!("proj.{name}"),
        );
        check(
            "http://127.0.0.1:8601",
            "http://127.0.0.1:8601/logstores",
            "proj.127.0.0.1:8601",
        );
        check(
            "http://localhost:8601",
            "http://localhost:8601/logstores",
            "proj.localhost:8601",
        );
    }

    #[test]
    fn refuses_what_is_more_or_less_than_a_host() {
        for text in [
            "",
            "https://",
            "ftp://host",
            "https://host/path",
            "https://a:b@host",
            "host/path",
            "a b",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
