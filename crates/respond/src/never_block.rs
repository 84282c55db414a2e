//! What is never blocked, whoever asks: asked last, right before a lease is written and again before a device is told.
//!
//! A built-in part nobody can remove (our own and everybody's private, special and metadata addresses) and the
//! user's list (own egress, load balancers, health checks, CDN back-to-origin). Wide ranges need an approval, which
//! does not exist yet: they are refused.

use ipnet::{IpNet, Ipv4Net};
use model::{
    EntityKey, EntityKind, LocalText,
    limits::{WIDEST_BLOCK_V4, WIDEST_BLOCK_V6},
};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The built-in part: network, and what it is in English and Chinese. Written once, for both families; the
/// metadata addresses (169.254.169.254, 100.100.100.200, `fd00:ec2::254`) lie in link-local, carrier-grade NAT and
/// unique local ranges. Documentation ranges are left out on purpose: tests and demonstrations attack from them.
const BUILT_IN: [(&str, &str, &str); 20] = [
    ("0.0.0.0/8", "unspecified", "未指定地址"),
    ("10.0.0.0/8", "private (RFC 1918)", "私有地址（RFC 1918）"),
    (
        "100.64.0.0/10",
        "carrier-grade NAT and cloud metadata",
        "运营商级 NAT 与云元数据地址",
    ),
    ("127.0.0.0/8", "loopback", "回环地址"),
    (
        "169.254.0.0/16",
        "link-local and cloud metadata",
        "链路本地与云元数据地址",
    ),
    ("172.16.0.0/12", "private (RFC 1918)", "私有地址（RFC 1918）"),
    ("192.0.0.0/24", "reserved for protocols", "协议保留地址"),
    ("192.168.0.0/16", "private (RFC 1918)", "私有地址（RFC 1918）"),
    ("198.18.0.0/15", "benchmarking", "基准测试地址"),
    ("224.0.0.0/4", "multicast", "组播地址"),
    ("240.0.0.0/4", "reserved and broadcast", "保留与广播地址"),
    ("::/128", "unspecified", "未指定地址"),
    ("::1/128", "loopback", "回环地址"),
    ("::/96", "an IPv4 address in IPv6 clothes", "IPv4 兼容地址"),
    (
        "::ffff:0:0/96",
        "an IPv4 address in IPv6 clothes",
        "IPv4 映射地址",
    ),
    ("100::/64", "discard-only", "丢弃专用地址"),
    (
        "fc00::/7",
        "unique local and cloud metadata",
        "唯一本地与云元数据地址",
    ),
    ("fe80::/10", "link-local", "链路本地地址"),
    ("fec0::/10", "site-local", "站点本地地址"),
    ("ff00::/8", "multicast", "组播地址"),
];

/// The built-in part: each network, and why it is never blocked.
pub fn built_in_part() -> impl Iterator<Item = (&'static str, LocalText)> {
    BUILT_IN
        .into_iter()
        .map(|(network, en, zh)| (network, LocalText::new(en, zh)))
}

/// What an entry keeps from being blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeverBlockTarget {
    /// Every address of a network.
    Network(IpNet),
    /// One entity of any kind.
    Entity(EntityKey),
}

/// An entry of the user's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeverBlockEntry {
    /// What must not be blocked.
    pub target: NeverBlockTarget,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub by: String,
}

/// Why something is not blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// It lies in the built-in part.
    BuiltIn,
    /// It is on the user's list.
    Listed,
    /// It is a range too wide to block without approval.
    TooWide,
    /// It is called an address and is none.
    NotAnAddress,
}

/// A refusal to block, with its reason for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", reason.en)]
pub struct Refusal {
    /// Which of the four it is.
    pub kind: RefusalKind,
    /// The reason as a sentence.
    pub reason: LocalText,
}

/// The built-in part and the user's list.
#[derive(Clone, Debug, Default)]
pub struct NeverBlock {
    entries: Vec<NeverBlockEntry>,
}

impl NeverBlock {
    /// A list with these entries beside the built-in part.
    pub fn new(entries: Vec<NeverBlockEntry>) -> Self {
        Self { entries }
    }

    /// The user's entries.
    pub fn entries(&self) -> &[NeverBlockEntry] {
        &self.entries
    }

    /// Whether the entity may be blocked; for a range, whether all of it may.
    pub fn check(&self, entity: &EntityKey) -> Result<(), Refusal> {
        if let Some(entry) = self.entries.iter().find(|e| e.target.is(entity)) {
            return Err(entry.refusal(&entity.value));
        }
        if entity.kind != EntityKind::Ip {
            return Ok(());
        }
        let network = parse_network(&entity.value).ok_or_else(|| not_an_address(&entity.value))?;
        self.check_network(network)?;
        embedded_v4(network).map_or(Ok(()), |inner| self.check_network(inner))
    }

    fn check_network(&self, network: IpNet) -> Result<(), Refusal> {
        let value = show(network);
        for (text, en, zh) in BUILT_IN {
            if text.parse().is_ok_and(|special| overlap(special, network)) {
                return Err(built_in(&value, en, zh));
            }
        }
        let entry = self.entries.iter().find(|entry| match &entry.target {
            NeverBlockTarget::Network(listed) => overlap(*listed, network),
            NeverBlockTarget::Entity(key) => {
                key.kind == EntityKind::Ip
                    && parse_network(&key.value).is_some_and(|listed| overlap(listed, network))
            }
        });
        if let Some(entry) = entry {
            return Err(entry.refusal(&value));
        }
        let widest = if network.addr().is_ipv4() {
            WIDEST_BLOCK_V4
        } else {
            WIDEST_BLOCK_V6
        };
        if network.prefix_len() < widest {
            return Err(too_wide(&value, widest));
        }
        Ok(())
    }
}

impl NeverBlockTarget {
    fn is(&self, entity: &EntityKey) -> bool {
        matches!(self, Self::Entity(key) if key == entity)
    }
}

impl NeverBlockEntry {
    fn refusal(&self, value: &str) -> Refusal {
        let Self { reason, by, .. } = self;
        Refusal {
            kind: RefusalKind::Listed,
            reason: LocalText::new(
                format!("{value} is on the never-block list: {reason} (added by {by})."),
                format!("{value} 在永不封禁名单中：{reason}（由 {by} 添加）。"),
            ),
        }
    }
}

fn built_in(value: &str, en: &str, zh: &str) -> Refusal {
    Refusal {
        kind: RefusalKind::BuiltIn,
        reason: LocalText::new(
            format!("{value} is never blocked: {en}."),
            format!("{value} 永不封禁：{zh}。"),
        ),
    }
}

fn too_wide(value: &str, widest: u8) -> Refusal {
    Refusal {
        kind: RefusalKind::TooWide,
        reason: LocalText::new(
            format!("{value} is wider than /{widest}; ranges that wide need an approval."),
            format!("{value} 的范围大于 /{widest}；如此大的网段需要审批。"),
        ),
    }
}

fn not_an_address(value: &str) -> Refusal {
    Refusal {
        kind: RefusalKind::NotAnAddress,
        reason: LocalText::new(
            format!("`{value}` is not an IP address."),
            format!("`{value}` 不是 IP 地址。"),
        ),
    }
}

fn parse_network(value: &str) -> Option<IpNet> {
    let value = value.trim();
    let address = value.parse::<IpAddr>().map(|ip| IpNet::from(ip.to_canonical()));
    address
        .ok()
        .or_else(|| value.parse::<IpNet>().ok().map(|network| network.trunc()))
}

fn show(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// The IPv4 network that an IPv6 one stands for behind NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn embedded_v4(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(v6) = network else { return None };
    let octets = v6.addr().octets();
    let inner = |at: usize| Ipv4Addr::new(octets[at], octets[at + 1], octets[at + 2], octets[at + 3]);
    let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0).octets();
    let (start, at) = if octets[..12] == nat64[..12] {
        (96, 12)
    } else if octets[..2] == [0x20, 0x02] {
        (16, 2)
    } else {
        return None;
    };
    let bits = v6.prefix_len().checked_sub(start)?.min(32);
    Ipv4Net::new(inner(at), bits).ok().map(IpNet::V4)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list() -> NeverBlock {
        let entry = |target| NeverBlockEntry {
            target,
            reason: "our CDN".into(),
            by: "wei".into(),
        };
        NeverBlock::new(vec![
            entry(NeverBlockTarget::Network("203.0.113.64/28".parse().unwrap())),
            entry(NeverBlockTarget::Entity(EntityKey::new(
                EntityKind::Ip,
                "198.51.100.9",
            ))),
            entry(NeverBlockTarget::Entity(EntityKey::new(
                EntityKind::Domain,
                "cdn.example.com",
            ))),
        ])
    }

    #[test]
    fn the_built_in_part_parses() {
        for (text, en, zh) in BUILT_IN {
            let network: IpNet = text.parse().unwrap();
            assert_eq!(network, network.trunc(), "{text}");
            assert!(!en.is_empty() && !zh.is_empty());
        }
    }

    #[test]
    fn addresses_and_ranges() {
        let check = |value: &str, expected: Option<RefusalKind>| {
            let entity = EntityKey {
                kind: EntityKind::Ip,
                value: value.into(),
            };
            assert_eq!(list().check(&entity).err().map(|r| r.kind), expected, "{value}");
        };
        check("203.0.113.7", None);
        check("198.51.100.0/28", Some(RefusalKind::Listed));
        check("2001:db8::7", None);
        for value in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
        ] {
            check(value, Some(RefusalKind::BuiltIn));
        }
        for value in [
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "::1",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
        ] {
            check(value, Some(RefusalKind::BuiltIn));
        }
        check("::ffff:10.0.0.1", Some(RefusalKind::BuiltIn));
        check("64:ff9b::a00:1", Some(RefusalKind::BuiltIn));
        check("2002:a00:1::/48", Some(RefusalKind::BuiltIn));
        check("64:ff9b::cb00:7107", None);
        check("203.0.113.65", Some(RefusalKind::Listed));
        check("::ffff:203.0.113.65", Some(RefusalKind::Listed));
        check("203.0.113.0/24", Some(RefusalKind::Listed));
        check("198.51.100.9", Some(RefusalKind::Listed));
        check("198.51.0.0/16", Some(RefusalKind::Listed));
        check("203.0.0.0/20", Some(RefusalKind::TooWide));
        check("2001:db8::/47", Some(RefusalKind::TooWide));
        check("2001:db8::/48", None);
        check("0.0.0.0/0", Some(RefusalKind::BuiltIn));
        check("::/0", Some(RefusalKind::BuiltIn));
        check("not an address", Some(RefusalKind::NotAnAddress));
    }

    #[test]
    fn other_kinds_are_refused_by_name_only() {
        let check = |value: &str, refused: bool| {
            assert_eq!(
                list().check(&EntityKey::new(EntityKind::Domain, value)).is_err(),
                refused,
                "{value}"
            );
        };
        check("CDN.example.com.", true);
        check("evil.example", false);
    }

    #[test]
    fn the_reason_names_the_value_in_both_languages() {
        let refusal = list()
            .check(&EntityKey::new(EntityKind::Ip, "203.0.113.65"))
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "203.0.113.65 is on the never-block list: our CDN (added by wei)."
        );
        assert!(refusal.reason.zh.contains("203.0.113.65"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_range_is_refused_if_an_address_of_it_is(bits in any::<u32>(), prefix in 24u8..=32) {
            let network = Ipv4Net::new(Ipv4Addr::from(bits), prefix).unwrap().trunc();
            let check = |value: String| list().check(&EntityKey { kind: EntityKind::Ip, value }).is_ok();
            if check(network.to_string()) {
                prop_assert!(network.hosts().all(|host| check(host.to_string())));
            }
        }
    }
}
