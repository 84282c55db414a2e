//! The web site behind the firewall. Every request is decided (custom rules first, then basic protection), answered
//! and written to the flow log.
//!
//! The client's address comes from [`CLIENT_HEADER`], which stands for what the cloud's edge knows of the TCP
//! connection. It is believed from loopback peers only, as the edge would strip it from anybody else's request;
//! `X-Forwarded-For` is logged and never believed.

mod engine;
mod flow_log;
mod pages;

use super::{
    Cloud, WAF_LOGSTORE, lock,
    waf::{AclHit, Action},
};
use axum::{
    Router,
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use engine::{Engine, Finding, Inspected};
use pages::Page;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

/// Carries the client's address to the firewall.
pub const CLIENT_HEADER: &str = "x-real-client-ip";
/// Names, on a refusal, the module that refused: `acl` for custom rules, `waf` and `antiscan` for basic protection.
pub const PLUGIN_HEADER: &str = "x-fake-waf-plugin";

/// Larger requests get a 413 from the firewall.
const BODY_LIMIT: usize = 64 * 1024;

/// What the site saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SiteCounters {
    /// Requests.
    pub requests: u64,
    /// Refused requests by module.
    pub refused: BTreeMap<String, u64>,
}

/// One request.
#[derive(Debug)]
struct Visit {
    client: IpAddr,
    peer: SocketAddr,
    /// The protected object it is for.
    object: String,
    host: String,
    method: String,
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
    length: usize,
    trace_id: String,
}

impl Visit {
    fn header(&self, name: &str) -> String {
        text(&self.headers, name)
    }
}

/// What became of it.
#[derive(Debug)]
struct Decision {
    acl: Option<AclHit>,
    finding: Option<Finding>,
    page: Page,
    millis: u128,
}

impl Decision {
    /// The module that refused the request.
    fn plugin(&self) -> Option<&'static str> {
        let acl = self.acl.filter(|hit| hit.action == Action::Block).map(|_| "acl");
        acl.or(self.finding.map(|finding| finding.plugin))
    }

    fn refused(&self) -> bool {
        self.plugin().is_some()
    }
}

struct Site {
    cloud: Arc<Cloud>,
    engine: Engine,
}

/// The site's router: everything is one handler, as the firewall sees everything.
pub(super) fn routes(cloud: Arc<Cloud>) -> Result<Router, regex::Error> {
    let site = Arc::new(Site {
        cloud,
        engine: Engine::new()?,
    });
    Ok(Router::new().fallback(answer).with_state(site))
}

async fn answer(
    State(site): State<Arc<Site>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let host = text(&head.headers, "host");
    let visit = Visit {
        client: client_of(&head.headers, peer),
        peer,
        object: object_of(&site.cloud, &host),
        host,
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        length: request_length(&head, body.len()),
        headers: head.headers,
        body,
        trace_id: format!("{:032x}", site.cloud.next_id())[..30].to_owned(),
    };
    let decision = decide(&site, &visit, started);
    record(&site.cloud, &visit, &decision);
    respond(decision)
}

fn decide(site: &Site, visit: &Visit, started: Instant) -> Decision {
    let cloud = &site.cloud;
    let acl = lock(&cloud.firewall).decide(&visit.object, visit.client, cloud.now());
    let blocked = acl.is_some_and(|hit| hit.action == Action::Block);
    // Custom rules come before basic protection; what they refuse is not inspected further.
    let finding = if blocked {
        None
    } else {
        site.engine.inspect(Inspected {
            path: &visit.path,
            query: &visit.query,
            body: &visit.body,
            user_agent: &visit.header("user-agent"),
            referer: &visit.header("referer"),
        })
    };
    let page = if blocked || finding.is_some() {
        pages::blocked(&visit.trace_id)
    } else {
        pages::page(&visit.method, &visit.path, &visit.query)
    };
    Decision {
        acl,
        finding,
        page,
        millis: started.elapsed().as_millis(),
    }
}

fn record(cloud: &Cloud, visit: &Visit, decision: &Decision) {
    {
        let mut counters = lock(&cloud.site);
        counters.requests += 1;
        if let Some(plugin) = decision.plugin() {
            *counters.refused.entry(plugin.to_owned()).or_default() += 1;
        }
    }
    let group = flow_log::group(visit, decision, &cloud.config, cloud.now());
    cloud.append(&cloud.config.waf_project(), WAF_LOGSTORE, group);
}

fn respond(decision: Decision) -> Response {
    let plugin = decision.plugin();
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let page = (decision.page.status, html, decision.page.html);
    match plugin {
        Some(plugin) => ([(PLUGIN_HEADER, plugin)], page).into_response(),
        None => page.into_response(),
    }
}

fn client_of(headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
    let named = text(headers, CLIENT_HEADER).parse::<IpAddr>().ok();
    named
        .filter(|_| peer.ip().is_loopback())
        .unwrap_or(peer.ip())
        .to_canonical()
}

fn object_of(cloud: &Cloud, host: &str) -> String {
    let objects = &cloud.config.objects;
    let name = host.split(':').next().unwrap_or_default();
    let found = objects
        .iter()
        .find(|object| object.domain.eq_ignore_ascii_case(name));
    found
        .or(objects.first())
        .map(|object| object.name.clone())
        .unwrap_or_default()
}

/// Request line, headers and body, near enough.
fn request_length(head: &Parts, body: usize) -> usize {
    let headers: usize = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    head.method.as_str().len() + head.uri.to_string().len() + 12 + headers + 2 + body
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_address_is_believed_from_loopback_only_and_never_from_a_forwarded_header() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
        let local: SocketAddr = "127.0.0.1:1000".parse().unwrap();
        assert_eq!(client_of(&headers, local), local.ip());
        headers.insert(CLIENT_HEADER, "203.0.113.7".parse().unwrap());
        assert_eq!(client_of(&headers, local).to_string(), "203.0.113.7");
        assert_eq!(
            client_of(&headers, "192.0.2.9:1".parse().unwrap()).to_string(),
            "192.0.2.9"
        );
        headers.insert(CLIENT_HEADER, "nobody".parse().unwrap());
        assert_eq!(client_of(&headers, local), local.ip());
    }
}
