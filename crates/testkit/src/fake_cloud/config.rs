//! What the fake cloud is: account, keys, what its firewall protects, and its limits.

use crate::Clock;
use connectors::Secret;
use std::net::{Ipv4Addr, SocketAddr};

/// The log store every WAF 3.0 instance writes to.
pub const WAF_LOGSTORE: &str = "wafnew-logstore";

/// A web site the firewall stands before.
#[derive(Clone, Debug)]
pub struct ProtectedObject {
    /// Its name in the firewall, such as `www.example.com-waf`.
    pub name: String,
    /// The host name of its requests.
    pub domain: String,
}

impl ProtectedObject {
    /// The object of a domain, named as the vendor names CNAME-connected sites.
    pub fn of(domain: &str) -> Self {
        Self {
            name: format!("{domain}-waf"),
            domain: domain.to_owned(),
        }
    }
}

/// Limits of the purchased edition and of this fake's memory.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rules in one custom rule template.
    pub rules_per_template: usize,
    /// Templates.
    pub templates: usize,
    /// Addresses in one IP condition.
    pub addresses_per_rule: usize,
    /// `DeleteDefenseRule` calls a second, as documented.
    pub deletes_per_second: usize,
    /// Log groups kept per shard; older ones are dropped as if their retention had passed.
    pub groups_per_shard: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rules_per_template: 100,
            templates: 20,
            addresses_per_rule: 100,
            deletes_per_second: 5,
            groups_per_shard: 4_096,
        }
    }
}

/// The configuration of a [`super::FakeCloud`]; the default is a cloud with one site and a made-up key.
#[derive(Clone, Debug)]
pub struct FakeCloudConfig {
    /// The account (`aliuid`).
    pub account_id: String,
    /// The region.
    pub region: String,
    /// The one access key this cloud knows.
    pub access_key_id: String,
    /// Its secret.
    pub access_key_secret: Secret,
    /// The WAF instance.
    pub instance_id: String,
    /// What the WAF protects; requests for an unknown host belong to the first.
    pub objects: Vec<ProtectedObject>,
    /// Where the web site listens; port 0 for any free one. Loopback only.
    pub site_listen: SocketAddr,
    /// Shards of a log store.
    pub shards: u32,
    /// Limits.
    pub limits: Limits,
    /// The clock.
    pub clock: Clock,
}

impl Default for FakeCloudConfig {
    fn default() -> Self {
        Self {
            account_id: "1234567890123456".to_owned(),
            region: "cn-hangzhou".to_owned(),
            access_key_id: "LTAI5tFakeCloudKey000001".to_owned(),
            access_key_secret: Secret::new("made-up-secret-of-the-fake-cloud"),
            instance_id: "waf_v3prepaid_public_cn-fake01".to_owned(),
            objects: vec![
                ProtectedObject::of("www.example.com"),
                ProtectedObject::of("shop.example.com"),
            ],
            site_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            shards: 2,
            limits: Limits::default(),
            clock: Clock::System,
        }
    }
}

impl FakeCloudConfig {
    /// The project the WAF writes its logs to, named as the vendor names it.
    pub fn waf_project(&self) -> String {
        format!("wafnew-project-{}-{}", self.account_id, self.region)
    }
}
