//! What an indicator looks for, in the one spelling that is compared.

use crate::url;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The kinds of indicators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the codes say all there is to say")]
pub enum Kind {
    Ip,
    Cidr,
    Domain,
    Url,
    Md5,
    Sha1,
    Sha256,
}

/// Kinds and their codes.
const CODES: [(Kind, &str); 7] = [
    (Kind::Ip, "ip"),
    (Kind::Cidr, "cidr"),
    (Kind::Domain, "domain"),
    (Kind::Url, "url"),
    (Kind::Md5, "md5"),
    (Kind::Sha1, "sha1"),
    (Kind::Sha256, "sha256"),
];

impl Kind {
    /// The code used in files and the API.
    pub fn code(self) -> &'static str {
        CODES[self as usize].1
    }
}

/// Something that can be seen in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Observable {
    /// An address, or a network of them, never with bits beside its prefix.
    Network(IpNet),
    /// A name in lower case without a final dot.
    Domain {
        /// The name.
        name: String,
        /// Whether the names below it are meant as well.
        below: bool,
    },
    /// A URL, as `url::canonical` spells it.
    Url(String),
    /// The hash of a file.
    Hash(FileHash),
}

/// The hash of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say all there is to say")]
pub enum FileHash {
    Md5([u8; 16]),
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

/// Why a value is no indicator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not what it is said to be.
    #[error("`{value}` is not {expected}")]
    Malformed {
        /// The value, shortened.
        value: String,
        /// What was expected.
        expected: &'static str,
    },
    /// It would match what is no attacker: private, local or far too large networks, names of a whole top-level domain.
    #[error("`{value}` is refused: {reason}")]
    TooBroad {
        /// The value.
        value: String,
        /// Why.
        reason: &'static str,
    },
}

/// Shortest prefixes of a network: a slip in a feed must not make a continent malicious.
const SHORTEST: (u8, u8) = (8, 19);
/// Characters of a value that an error shows.
const SHOWN: usize = 80;
/// Longest URL and name, in bytes.
const LONGEST: usize = 2_048;

fn malformed(value: &str, expected: &'static str) -> Refusal {
    Refusal::Malformed {
        value: value.chars().take(SHOWN).collect(),
        expected,
    }
}

impl Observable {
    /// An address or a network.
    pub fn network(text: &str) -> Result<Self, Refusal> {
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text
                .parse::<IpNet>()
                .map_err(|_| malformed(text, "an address or a network"))?
                .trunc(),
        };
        let refuse = |reason| {
            Err(Refusal::TooBroad {
                value: text.to_owned(),
                reason,
            })
        };
        let shortest = if net.addr().is_ipv4() {
            SHORTEST.0
        } else {
            SHORTEST.1
        };
        if net.prefix_len() < shortest {
            return refuse("the network is too large");
        }
        if is_local(net.addr()) {
            return refuse("the address is private or local");
        }
        Ok(Self::Network(net))
    }

    /// A name. One that starts with `*.` means the names below it as well, whatever `below` says.
    pub fn domain(text: &str, below: bool) -> Result<Self, Refusal> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (text, below),
        };
        let name = name.trim_end_matches('.').to_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        };
        let lettered = name
            .rsplit('.')
            .next()
            .is_some_and(|last| last.chars().any(char::is_alphabetic));
        if name.len() > 253 || !lettered || !name.split('.').all(label) {
            return Err(malformed(text, "a domain name"));
        }
        if !name.contains('.') {
            return Err(Refusal::TooBroad {
                value: name,
                reason: "a name without a dot is no host on the internet",
            });
        }
        Ok(Self::Domain { name, below })
    }

    /// A URL.
    pub fn url(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST {
            return Err(malformed(text, "a URL of at most 2048 bytes"));
        }
        url::canonical(text)
            .map(|url| Self::Url(url.into_owned()))
            .ok_or_else(|| malformed(text, "a URL with scheme and host"))
    }

    /// The hash of a file; which one, its length says.
    pub fn hash(text: &str) -> Result<Self, Refusal> {
        FileHash::parse(text)
            .map(Self::Hash)
            .ok_or_else(|| malformed(text, "an MD5, SHA-1 or SHA-256 in hexadecimal digits"))
    }

    /// A value of a kind. An address may stand where a network is expected and the other way round.
    pub fn of(kind: Kind, text: &str) -> Result<Self, Refusal> {
        let text = &refang(text);
        let hash = |length: usize, expected| {
            Self::hash(text)
                .ok()
                .filter(|_| text.len() == length)
                .ok_or_else(|| malformed(text, expected))
        };
        match kind {
            Kind::Ip | Kind::Cidr => Self::network(text),
            Kind::Domain => Self::domain(text, true),
            Kind::Url => Self::url(text),
            Kind::Md5 => hash(32, "an MD5: 32 hexadecimal digits"),
            Kind::Sha1 => hash(40, "a SHA-1: 40 hexadecimal digits"),
            Kind::Sha256 => hash(64, "a SHA-256: 64 hexadecimal digits"),
        }
    }

    /// A value of which nobody says what it is.
    pub fn guess(text: &str) -> Result<Self, Refusal> {
        let text = &refang(text);
        if text.contains("://") {
            return Self::url(text);
        }
        if let Ok(hash) = Self::hash(text) {
            return Ok(hash);
        }
        match Self::network(text) {
            Err(Refusal::Malformed { .. }) => {}
            network => return network,
        }
        match Self::domain(text, true) {
            Err(Refusal::Malformed { .. }) => Err(malformed(
                text,
                "an address, a network, a domain, a URL or a hash",
            )),
            domain => domain,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Network(net) if net.prefix_len() == net.max_prefix_len() => Kind::Ip,
            Self::Network(_) => Kind::Cidr,
            Self::Domain { .. } => Kind::Domain,
            Self::Url(_) => Kind::Url,
            Self::Hash(FileHash::Md5(_)) => Kind::Md5,
            Self::Hash(FileHash::Sha1(_)) => Kind::Sha1,
            Self::Hash(FileHash::Sha256(_)) => Kind::Sha256,
        }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(net) if net.prefix_len() == net.max_prefix_len() => net.addr().fmt(f),
            Self::Network(net) => net.fmt(f),
            Self::Domain { name, below: true } => write!(f, "*.{name}"),
            Self::Domain { name, .. } => f.write_str(name),
            Self::Url(url) => f.write_str(url),
            Self::Hash(hash) => f.write_str(&hex::encode(hash.bytes())),
        }
    }
}

impl FileHash {
    /// Reads hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            32 => decode(text).map(Self::Md5),
            40 => decode(text).map(Self::Sha1),
            64 => decode(text).map(Self::Sha256),
            _ => None,
        }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Md5(bytes) => bytes,
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
        }
    }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// Takes back what people write so that nobody clicks on it: `hxxp://evil[.]example`.
fn refang(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'']);
    let text = text.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":");
    match text.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("hxxp") => format!("http{}", &text[4..]),
        _ => text,
    }
}

/// Whether an address means something else on every network.
fn is_local(address: IpAddr) -> bool {
    let v4 = |a: Ipv4Addr| {
        let [first, second, ..] = a.octets();
        a.is_private()
            || a.is_loopback()
            || a.is_link_local()
            || a.is_multicast()
            || a.is_broadcast()
            || first == 0
            || first == 100 && second & 0xc0 == 64
    };
    let v6 = |a: Ipv6Addr| {
        a.is_loopback()
            || a.is_unspecified()
            || a.is_unique_local()
            || a.is_unicast_link_local()
            || a.is_multicast()
    };
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_recognised() {
        let check = |text: &str, kind: Kind, shown: &str| {
            let got = Observable::guess(text).map(|o| (o.kind(), o.to_string()));
            assert_eq!(got, Ok((kind, shown.to_owned())), "{text}");
        };
        check("203.0.113.7", Kind::Ip, "203.0.113.7");
        check("::ffff:203.0.113.7", Kind::Ip, "203.0.113.7");
        check("203.0.113.7/32", Kind::Ip, "203.0.113.7");
        check("203.0.113.7/24", Kind::Cidr, "203.0.113.0/24");
        check("2001:DB8::/32", Kind::Cidr, "2001:db8::/32");
        check("Evil.Example.", Kind::Domain, "*.evil.example");
        check("hxxps://evil[.]example/a", Kind::Url, "https://evil.example/a");
        check("\"203[.]0[.]113[.]7\"", Kind::Ip, "203.0.113.7");
        check(&"aB".repeat(16), Kind::Md5, &"ab".repeat(16));
        check(&"ab".repeat(20), Kind::Sha1, &"ab".repeat(20));
        check(&"ab".repeat(32), Kind::Sha256, &"ab".repeat(32));
    }

    #[test]
    fn what_would_match_everybody_is_refused() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Observable::guess(text).unwrap_err().to_string(), expected);
        };
        check(
            "10.0.0.0/8",
            "`10.0.0.0/8` is refused: the address is private or local",
        );
        check(
            "100.64.1.1",
            "`100.64.1.1` is refused: the address is private or local",
        );
        check("0.0.0.0/0", "`0.0.0.0/0` is refused: the network is too large");
        check("fe80::1", "`fe80::1` is refused: the address is private or local");
        check(
            "localhost",
            "`localhost` is refused: a name without a dot is no host on the internet",
        );
        check(
            "a b.example",
            "`a b.example` is not an address, a network, a domain, a URL or a hash",
        );
        check("", "`` is not an address, a network, a domain, a URL or a hash");
        check(
            "1.2.3.256",
            "`1.2.3.256` is not an address, a network, a domain, a URL or a hash",
        );
    }

    #[test]
    fn a_kind_that_is_named_is_checked() {
        assert!(Observable::of(Kind::Md5, &"ab".repeat(20)).is_err());
        assert!(Observable::of(Kind::Ip, "evil.example").is_err());
        assert_eq!(
            Observable::of(Kind::Ip, "203.0.113.0/24").map(|o| o.kind()),
            Ok(Kind::Cidr)
        );
        for (kind, code) in CODES {
            assert_eq!(kind.code(), code);
        }
    }
}
