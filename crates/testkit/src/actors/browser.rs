//! How actors reach the site: through the product's own outgoing client, opened for loopback only.

use crate::fake_cloud::{CLIENT_HEADER, PLUGIN_HEADER};
use bytes::Bytes;
use connectors::egress::{Egress, EgressError, EgressLimits, EgressPolicy, EgressRequest};
use http::{HeaderMap, HeaderValue, Method, header};
use ipnet::IpNet;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

/// One request an actor makes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Errand {
    pub method: &'static str,
    /// Path and query, encoded.
    pub target: &'static str,
    /// Form body, empty for none.
    pub body: &'static str,
    pub user_agent: &'static str,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The site answered with this status.
    Passed(u16),
    /// Refused by a custom rule: the block.
    RefusedByRule,
    /// Refused by basic protection.
    RefusedBySignature,
    /// No answer.
    Failed,
}

/// A client of the site.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    egress: Egress,
    site: SocketAddr,
    host: HeaderValue,
}

impl Browser {
    pub fn new(site: SocketAddr) -> Result<Self, EgressError> {
        let policy = EgressPolicy {
            allow: vec![IpNet::new_assert(Ipv4Addr::LOCALHOST.into(), 8)],
        };
        let limits = EgressLimits {
            total: Duration::from_secs(5),
            ..EgressLimits::default()
        };
        Ok(Self {
            egress: Egress::new(policy, limits)?,
            site,
            host: HeaderValue::from_static("www.example.com"),
        })
    }

    /// Makes the request from `client`.
    pub async fn go(&self, client: IpAddr, errand: Errand) -> Outcome {
        let Ok(request) = self.request(client, errand) else {
            return Outcome::Failed;
        };
        match self.egress.send(request).await {
            Ok(response) => outcome(response.status.as_u16(), &response.headers),
            Err(error) => {
                tracing::debug!(%error, target = errand.target, "no answer from the site");
                Outcome::Failed
            }
        }
    }

    fn request(&self, client: IpAddr, errand: Errand) -> anyhow::Result<EgressRequest> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, self.host.clone());
        headers.insert(header::USER_AGENT, HeaderValue::from_static(errand.user_agent));
        headers.insert(CLIENT_HEADER, HeaderValue::from_str(&client.to_string())?);
        if !errand.body.is_empty() {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, form);
        }
        Ok(EgressRequest {
            method: Method::from_bytes(errand.method.as_bytes())?,
            url: format!("http://{}{}", self.site, errand.target).parse()?,
            headers,
            body: Bytes::from_static(errand.body.as_bytes()),
        })
    }
}

fn outcome(status: u16, headers: &HeaderMap) -> Outcome {
    match headers.get(PLUGIN_HEADER).map(HeaderValue::as_bytes) {
        Some(b"acl") => Outcome::RefusedByRule,
        Some(_) => Outcome::RefusedBySignature,
        None => Outcome::Passed(status),
    }
}
