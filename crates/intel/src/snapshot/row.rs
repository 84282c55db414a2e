//! An indicator in 16 bytes, its value apart, and what many indicators share.

use crate::observable::{FileHash, Observable};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use model::Time;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What a value is, as far as finding it is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Class {
    Address,
    Network,
    Domain,
    Url,
    Hash,
}

/// An indicator: where its value and its terms stand, and what finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    start: u32,
    /// The hash of its value.
    pub hash: u32,
    /// The number of what its feed says about it.
    pub terms: u32,
    length: u16,
    /// What the value is.
    pub class: Class,
    below: bool,
}

/// What a feed says about an indicator, and often about many: kept once where it is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Terms {
    /// Where what it belongs to stands.
    pub about: u32,
    /// Times in seconds since 1970, 0 for none.
    pub valid_from: u32,
    pub valid_until: u32,
    pub first_seen: u32,
    pub last_seen: u32,
    /// The feed.
    pub feed: u16,
    /// How sure the feed is.
    pub confidence: u8,
}

/// The value of an observable in as few bytes as it takes.
pub(super) enum Value<'o> {
    Bytes(&'o [u8]),
    /// A network: address and prefix, or the address alone.
    Short([u8; 17], usize),
}

impl Value<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Short(bytes, length) => &bytes[..*length],
        }
    }
}

/// Class and bytes of an observable.
pub(super) fn encode(observable: &Observable) -> (Class, Value<'_>) {
    match observable {
        Observable::Network(net) => {
            let mut bytes = [0; 17];
            let length = match net {
                IpNet::V4(net) => {
                    bytes[..4].copy_from_slice(&net.network().octets());
                    4
                }
                IpNet::V6(net) => {
                    bytes[..16].copy_from_slice(&net.network().octets());
                    16
                }
            };
            if net.prefix_len() == net.max_prefix_len() {
                return (Class::Address, Value::Short(bytes, length));
            }
            bytes[length] = net.prefix_len();
            (Class::Network, Value::Short(bytes, length + 1))
        }
        Observable::Domain { name, .. } => (Class::Domain, Value::Bytes(name.as_bytes())),
        Observable::Url(url) => (Class::Url, Value::Bytes(url.as_bytes())),
        Observable::Hash(hash) => (Class::Hash, Value::Bytes(hash.bytes())),
    }
}

/// Seconds of a time; those before 1970 and after 2106 say nothing about an indicator.
pub(super) fn seconds(time: Option<Time>) -> u32 {
    time.map_or(0, |time| {
        u32::try_from(time.millis().div_euclid(1000)).unwrap_or(0)
    })
}

/// The time of seconds.
pub(super) fn time(seconds: u32) -> Option<Time> {
    (seconds > 0).then(|| Time::from_secs(i64::from(seconds)))
}

impl Row {
    /// A row whose value stands at `start`.
    pub(super) fn new(observable: &Observable, class: Class, start: u32, length: u16) -> Self {
        Self {
            start,
            hash: 0,
            terms: 0,
            length,
            class,
            below: matches!(observable, Observable::Domain { below: true, .. }),
        }
    }

    /// A row by what finds it.
    #[cfg(test)]
    pub(super) fn at(hash: u32, start: u32) -> Self {
        Self {
            start,
            hash,
            terms: 0,
            length: 0,
            class: Class::Hash,
            below: false,
        }
    }

    /// Whether the names below are meant as well.
    pub(super) fn below(&self) -> bool {
        self.below
    }

    /// Where its value begins.
    pub(super) fn start(&self) -> u32 {
        self.start
    }

    /// Its value among the values of all.
    pub(super) fn value<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let start = self.start as usize;
        &bytes[start..start + usize::from(self.length)]
    }

    /// What it looks for.
    pub(super) fn observable(&self, bytes: &[u8]) -> Observable {
        let value = self.value(bytes);
        let text = || String::from_utf8_lossy(value).into_owned();
        match self.class {
            Class::Domain => Observable::Domain {
                name: text(),
                below: self.below,
            },
            Class::Url => Observable::Url(text()),
            Class::Hash => Observable::Hash(hash(value)),
            Class::Address | Class::Network => Observable::Network(network(value)),
        }
    }
}

impl Terms {
    /// Whether the indicator holds at a time.
    pub(super) fn hold(&self, now: Time) -> bool {
        let now = now.millis().div_euclid(1000);
        i64::from(self.valid_from) <= now && (self.valid_until == 0 || now < i64::from(self.valid_until))
    }
}

fn hash(value: &[u8]) -> FileHash {
    match value.len() {
        16 => FileHash::Md5(filled(value)),
        20 => FileHash::Sha1(filled(value)),
        _ => FileHash::Sha256(filled(value)),
    }
}

fn filled<const N: usize>(value: &[u8]) -> [u8; N] {
    debug_assert_eq!(value.len(), N);
    let mut bytes = [0; N];
    bytes
        .iter_mut()
        .zip(value)
        .for_each(|(byte, value)| *byte = *value);
    bytes
}

/// A network of address bytes and a prefix where there is one.
pub(super) fn network(value: &[u8]) -> IpNet {
    let prefix = |length: usize| value.get(length).copied();
    if value.len() < 16 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&value[..4]);
        let prefix = prefix(4).unwrap_or(32).min(32);
        IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from(bytes), prefix))
    } else {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&value[..16]);
        let prefix = prefix(16).unwrap_or(128).min(128);
        IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::from(bytes), prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        assert_eq!(size_of::<Row>(), 16);
        for text in [
            "203.0.113.7",
            "203.0.113.0/24",
            "2001:db8::1",
            "2001:db8::/32",
            "*.evil.example",
            "http://evil.example/",
            &"ab".repeat(16),
            &"ab".repeat(20),
            &"ab".repeat(32),
        ] {
            let observable = Observable::guess(text).unwrap();
            let (class, value) = encode(&observable);
            let row = Row::new(&observable, class, 0, value.bytes().len() as u16);
            assert_eq!(row.observable(value.bytes()), observable, "{text}");
        }
    }
}
