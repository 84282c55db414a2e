//! An indicator in 16 bytes, its value apart, and what many indicators share.

use super::{pieces::Values, table::Key};
use crate::observable::{FileHash, Observable};
use ipnet::IpNet;
use model::Time;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What a value is, as far as finding it is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(super) enum Class {
    V4,
    V6,
    Domain,
    Url,
    Hash,
}

/// An indicator: where its value and its terms stand, and what finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where its value begins; of class [`Class::V4`] the address itself, so that nothing else has to be read.
    pub place: u32,
    /// The hash of its value, once all values are known.
    pub hash: u32,
    /// The number of what its feed says about it.
    pub terms: u32,
    /// Bytes of its value.
    pub length: u16,
    /// What the value is.
    pub class: Class,
    /// Whether the names below are meant as well.
    pub below: bool,
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
    V4([u8; 4]),
    V6([u8; 16]),
}

impl Value<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::V4(bytes) => bytes,
            Self::V6(bytes) => bytes,
        }
    }
}

/// Class and bytes of an observable; of a network, those of its address.
pub(super) fn encode(observable: &Observable) -> (Class, Value<'_>) {
    match observable {
        Observable::Network(IpNet::V4(net)) => (Class::V4, Value::V4(net.addr().octets())),
        Observable::Network(IpNet::V6(net)) => (Class::V6, Value::V6(net.addr().octets())),
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
    /// A row of a value that stands nowhere yet.
    pub(super) fn new(class: Class, value: &[u8]) -> Self {
        let place = match (class, value) {
            (Class::V4, &[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]),
            _ => 0,
        };
        Self {
            place,
            hash: 0,
            terms: 0,
            length: 0,
            class,
            below: false,
        }
    }

    /// Keeps its value; none if there is no room.
    pub(super) fn keep(&mut self, value: &[u8], values: &mut Values) -> Option<()> {
        if !self.holds_value() {
            self.length = u16::try_from(value.len()).ok()?;
            self.place = values.push(value)?;
        }
        Some(())
    }

    /// The hash of its value.
    pub(super) fn hashed(&self, key: Key, values: &Values) -> u32 {
        if self.holds_value() {
            return key.hash(self.class, &self.place.to_be_bytes());
        }
        key.hash(self.class, self.value(values))
    }

    /// Whether this is all there is of its value.
    fn holds_value(&self) -> bool {
        self.class == Class::V4
    }

    /// Whether it looks for a value of a class.
    pub(super) fn is(&self, class: Class, value: &[u8], values: &Values) -> bool {
        self.class == class
            && if self.holds_value() {
                *value == self.place.to_be_bytes()
            } else {
                value == self.value(values)
            }
    }

    /// What it looks for.
    pub(super) fn observable(&self, values: &Values) -> Observable {
        let value = self.value(values);
        let text = || String::from_utf8_lossy(value).into_owned();
        match self.class {
            Class::Domain => Observable::Domain {
                name: text(),
                below: self.below,
            },
            Class::Url => Observable::Url(text()),
            Class::Hash => Observable::Hash(hash(value)),
            Class::V4 => Observable::Network(IpAddr::V4(Ipv4Addr::from(self.place)).into()),
            Class::V6 => Observable::Network(IpAddr::V6(Ipv6Addr::from(filled(value))).into()),
        }
    }

    /// Its value, if it stands among those of all.
    fn value<'v>(&self, values: &'v Values) -> &'v [u8] {
        if self.holds_value() {
            return &[];
        }
        values.get(self.place, usize::from(self.length))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        for text in [
            "203.0.113.7",
            "2001:db8::1",
            "*.evil.example",
            "http://evil.example/",
            &"ab".repeat(16),
            &"ab".repeat(20),
            &"ab".repeat(32),
        ] {
            let observable = Observable::guess(text).unwrap();
            let (class, value) = encode(&observable);
            let value = value.bytes();
            let mut row = Row::new(class, value);
            row.below = matches!(observable, Observable::Domain { below: true, .. });
            let mut values = Values::default();
            row.keep(value, &mut values).unwrap();
            assert_eq!(row.observable(&values), observable, "{text}");
            assert!(row.is(class, value, &values), "{text}");
            let key = Key::default().with(class, value);
            assert_eq!(row.hashed(key, &values), key.hash(class, value), "{text}");
        }
    }
}
