//! Which addresses may be reached: pure classification and the policy over it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What kind of address this is, as far as reaching it is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Reachable over the internet: allowed.
    Public,
    /// A cloud's instance metadata service, which hands out credentials: never allowed.
    Metadata,
    /// This machine.
    Loopback,
    /// RFC 1918 and IPv6 unique local addresses.
    Private,
    /// Carrier-grade NAT, 100.64.0.0/10, which clouds use for their inner services.
    CarrierGrade,
    /// 169.254.0.0/16 and `fe80::/10`.
    LinkLocal,
    /// Multicast and broadcast.
    Multicast,
    /// 0.0.0.0/8 and `::`, which reach this machine on many systems.
    Unspecified,
    /// Documentation, benchmark and other ranges nobody answers from.
    Reserved,
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Metadata => "cloud metadata",
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::CarrierGrade => "carrier-grade NAT",
            Self::LinkLocal => "link-local",
            Self::Multicast => "multicast",
            Self::Unspecified => "unspecified",
            Self::Reserved => "reserved",
        })
    }
}

/// Instance metadata services: AWS, Azure, Google and Huawei; Alibaba; Tencent.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(169, 254, 169, 254),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(169, 254, 0, 23),
];

/// AWS over IPv6.
const METADATA_V6: [Ipv6Addr; 1] = [Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)];

/// Classifies an address. An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4) counts as that.
pub fn classify(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => classify_v4(v4),
            None => classify_v6(v6),
        },
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressKind {
    if METADATA_V4.contains(&address) {
        return AddressKind::Metadata;
    }
    match address.octets() {
        [0, ..] => AddressKind::Unspecified,
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressKind::Private,
        [100, 64..=127, ..] => AddressKind::CarrierGrade,
        [169, 254, ..] => AddressKind::LinkLocal,
        [224..=239, ..] | [255, 255, 255, 255] => AddressKind::Multicast,
        [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] | [198, 18..=19, ..] | [240..=255, ..] => {
            AddressKind::Reserved
        }
        _ => AddressKind::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressKind {
    if METADATA_V6.contains(&address) {
        return AddressKind::Metadata;
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        [0xfc00..=0xfdff | 0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        [0xff00..=0xffff, ..] => AddressKind::Multicast,
        // Teredo (a tunnel to an address not seen here) and documentation, inside 2000::/3, the only part handed out.
        [0x2001, 0 | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressKind::Reserved,
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Reserved,
    }
}

fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // `::` and `::1` have a meaning of their own.
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // Compatible and mapped, translated, NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, _, _, _, _, high, low]
        // 6to4.
        | [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

/// Which addresses may be reached beside the public ones.
#[derive(Debug, Clone, Default)]
pub struct EgressPolicy {
    /// Networks an administrator opened, such as an on-premises gateway. Plain `http://` is permitted only to these.
    pub allow: Vec<IpNet>,
}

impl EgressPolicy {
    /// Whether this address may be reached over TLS, and if not, because of what kind.
    pub fn check(&self, address: IpAddr) -> Result<(), AddressKind> {
        match classify(address) {
            AddressKind::Metadata => Err(AddressKind::Metadata),
            AddressKind::Public => Ok(()),
            _ if self.opens(address) => Ok(()),
            kind => Err(kind),
        }
    }

    /// Whether this address may be reached in the clear: only what was opened by name.
    pub fn check_plain(&self, address: IpAddr) -> Result<(), AddressKind> {
        match classify(address) {
            AddressKind::Metadata => Err(AddressKind::Metadata),
            _ if self.opens(address) => Ok(()),
            kind => Err(kind),
        }
    }

    fn opens(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        self.allow.iter().any(|net| net.contains(&plain))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn classifies_what_an_attacker_would_ask_for() {
        let check = |address: &str, kind| assert_eq!(classify(ip(address)), kind, "{address}");
        check("8.8.8.8", AddressKind::Public);
        check("47.96.0.1", AddressKind::Public);
        check("2400:3200::1", AddressKind::Public);
        check("127.0.0.1", AddressKind::Loopback);
        check("127.255.1.2", AddressKind::Loopback);
        check("::1", AddressKind::Loopback);
        check("0.0.0.0", AddressKind::Unspecified);
        check("0.1.2.3", AddressKind::Unspecified);
        check("::", AddressKind::Unspecified);
        check("10.1.2.3", AddressKind::Private);
        check("172.16.0.1", AddressKind::Private);
        check("172.31.255.255", AddressKind::Private);
        check("172.32.0.1", AddressKind::Public);
        check("192.168.1.1", AddressKind::Private);
        check("fd12:3456::1", AddressKind::Private);
        check("100.64.0.1", AddressKind::CarrierGrade);
        check("100.127.255.255", AddressKind::CarrierGrade);
        check("100.128.0.1", AddressKind::Public);
        check("169.254.1.1", AddressKind::LinkLocal);
        check("fe80::1", AddressKind::LinkLocal);
        check("224.0.0.1", AddressKind::Multicast);
        check("255.255.255.255", AddressKind::Multicast);
        check("ff02::1", AddressKind::Multicast);
        check("203.0.113.7", AddressKind::Reserved);
        check("240.0.0.1", AddressKind::Reserved);
        check("2001:db8::1", AddressKind::Reserved);
    }

    #[test]
    fn finds_metadata_services_in_every_disguise() {
        for address in [
            "169.254.169.254",
            "100.100.100.200",
            "169.254.0.23",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::ffff:100.100.100.200",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ] {
            assert_eq!(classify(ip(address)), AddressKind::Metadata, "{address}");
        }
    }

    #[test]
    fn an_allow_list_opens_networks_but_never_metadata() {
        let policy = EgressPolicy {
            allow: vec![
                "127.0.0.0/8".parse().unwrap(),
                "100.100.0.0/16".parse().unwrap(),
                "::/0".parse().unwrap(),
                "0.0.0.0/0".parse().unwrap(),
            ],
        };
        assert_eq!(policy.check(ip("127.0.0.1")), Ok(()));
        assert_eq!(policy.check(ip("::ffff:127.0.0.1")), Ok(()));
        assert_eq!(policy.check_plain(ip("127.0.0.1")), Ok(()));
        for metadata in [
            "100.100.100.200",
            "169.254.169.254",
            "fd00:ec2::254",
            "::ffff:a9fe:a9fe",
        ] {
            assert_eq!(policy.check(ip(metadata)), Err(AddressKind::Metadata));
            assert_eq!(policy.check_plain(ip(metadata)), Err(AddressKind::Metadata));
        }
    }

    #[test]
    fn plain_http_reaches_only_what_is_opened() {
        let policy = EgressPolicy::default();
        assert_eq!(policy.check(ip("8.8.8.8")), Ok(()));
        assert_eq!(policy.check_plain(ip("8.8.8.8")), Err(AddressKind::Public));
        assert_eq!(policy.check(ip("127.0.0.1")), Err(AddressKind::Loopback));
        assert_eq!(policy.check(ip("::ffff:10.0.0.1")), Err(AddressKind::Private));
    }
}
