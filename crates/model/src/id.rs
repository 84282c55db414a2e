//! Typed ids: a prefix that names the kind and 26 base32 characters of 128 bits.
//!
//! What the pipeline derives (records, alerts, events, policies, tasks, leases) gets an id from its
//! content, so that doing the same work twice changes nothing. What people create gets a ULID, which
//! has the same 128 bits and the same 26 characters.

use crate::time::Time;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The alphabet of Crockford's base32 in lower case: no `i`, `l`, `o`, `u`.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five.
const CHARS: usize = 26;

/// The text is not an id of the expected kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid id: expected `{prefix}` and 26 base32 characters")]
pub struct ParseIdError {
    text: String,
    prefix: &'static str,
}

/// Builds a content-derived id from parts, each length-prefixed so that no two lists of parts collide.
#[derive(Debug, Clone)]
pub struct ContentHash(blake3::Hasher);

impl ContentHash {
    /// Starts a hash for ids of the kind `kind`; ids of different kinds never share bits.
    pub fn new(kind: &str) -> Self {
        Self(blake3::Hasher::new()).part(kind)
    }

    /// Adds one part.
    pub fn part(mut self, part: impl AsRef<[u8]>) -> Self {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// The first 128 bits of the hash.
    pub fn finish(self) -> u128 {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        u128::from_be_bytes(first)
    }
}

fn encode(bits: u128, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0; CHARS];
    for (i, c) in text.iter_mut().rev().enumerate() {
        *c = ALPHABET[(bits >> (5 * i)) as usize & 31];
    }
    out.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

fn decode(text: &str) -> Option<u128> {
    let digit = |c: u8| {
        ALPHABET
            .iter()
            .position(|a| *a == c.to_ascii_lowercase())
            .map(|p| p as u128)
    };
    // 26 characters hold 130 bits: the first one may only be 0 … 7.
    if text.len() != CHARS || digit(text.as_bytes()[0])? > 7 {
        return None;
    }
    text.bytes()
        .try_fold(0u128, |bits, c| Some(bits << 5 | digit(c)?))
}

/// Serialises a type through its `Display` and `FromStr`.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// From 128 bits: a content hash or a ULID.
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// From the content the id stands for.
            pub fn from_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
                Self(parts.into_iter().fold(ContentHash::new($prefix), ContentHash::part).finish())
            }

            /// The 128 bits.
            pub const fn bits(self) -> u128 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::PREFIX)?;
                encode(self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| ParseIdError { text: text.to_owned(), prefix: Self::PREFIX })
            }
        }

        serde_as_text!($name);
    };
}

typed_id!(
    /// A log record: hash of tenant, source and native id (or position).
    RecordId,
    "rec_"
);
typed_id!(
    /// An alert: hash of the rule's id (without its version) and the record ids.
    AlertId,
    "alt_"
);
typed_id!(
    /// A security event: hash of tenant, method and first folded alert.
    EventId,
    "evt_"
);
typed_id!(
    /// A connected log source (one account's product and log).
    SourceId,
    "src_"
);
typed_id!(
    /// A run of a playbook.
    RunId,
    "run_"
);
typed_id!(
    /// A handling policy: hash of run, step and target.
    PolicyId,
    "pol_"
);
typed_id!(
    /// A handling task: hash of policy and scope member.
    TaskId,
    "tsk_"
);
typed_id!(
    /// A lease on a remote block: hash of tenant, system, scope and entity.
    LeaseId,
    "lse_"
);

impl RecordId {
    /// The id of a record that carries `native` as its own id, or its position in the source.
    pub fn derive(tenant: &TenantId, source: SourceId, native: &[u8]) -> Self {
        Self::from_parts([tenant.as_str().as_bytes(), &source.bits().to_be_bytes(), native])
    }
}

impl AlertId {
    /// The id of the alert of `rule` on `records`, whatever the version of the rule.
    pub fn derive(tenant: &TenantId, rule: &str, records: &[RecordId]) -> Self {
        let mut hash = ContentHash::new(Self::PREFIX).part(tenant.as_str()).part(rule);
        for record in records {
            hash = hash.part(record.bits().to_be_bytes());
        }
        Self(hash.finish())
    }

    /// The same with the second it happened in front, so that ids sort by time: in an index, the alerts of a batch lie side
    /// by side instead of on a page of their own each, which is most of what storing them costs. The 96 bits behind it tell
    /// the alerts of a second apart.
    pub fn at(self, time: Time) -> Self {
        let second = u128::from(u32::try_from(time.millis().div_euclid(1_000)).unwrap_or(0));
        Self(second << 96 | self.0 & (u128::MAX >> 32))
    }
}

/// Who owns a row. Every id, row and partition carries one; `default` until tenants can be managed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(String);

impl TenantId {
    /// A tenant by name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for TenantId {
    fn default() -> Self {
        Self("default".to_owned())
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A playbook, by the CACAO id `playbook--<uuid>` its file carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaybookId(pub String);

impl fmt::Display for PlaybookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn text_round_trip(bits in any::<u128>()) {
            let id = AlertId::from_bits(bits);
            prop_assert_eq!(id.to_string().len(), 4 + CHARS);
            prop_assert_eq!(id.to_string().parse::<AlertId>().unwrap(), id);
        }

        #[test]
        fn parsing_never_panics(text in "\\PC*") {
            let _ = text.parse::<EventId>();
        }
    }

    #[test]
    fn wrong_ids_are_refused() {
        let id = AlertId::from_bits(7).to_string();
        assert!(id.replace("alt_", "evt_").parse::<AlertId>().is_err());
        assert!(
            "alt_8zzzzzzzzzzzzzzzzzzzzzzzzz".parse::<AlertId>().is_err(),
            "more than 128 bits"
        );
        assert!("alt_short".parse::<AlertId>().is_err());
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let of = |parts: [&[u8]; 2]| TaskId::from_parts(parts);
        assert_ne!(of([b"ab", b"c"]), of([b"a", b"bc"]));
    }

    #[test]
    fn alert_ids_sort_by_the_second() {
        let id = |record: u128, millis: i64| {
            let records = [RecordId::from_bits(record)];
            let id = AlertId::derive(&TenantId::default(), "waf-sqli", &records);
            id.at(Time::from_millis(millis))
        };
        for record in 0..100 {
            assert!(id(record, 1_999) < id(record + 1, 2_000));
            assert!(
                id(record, 1_790_000_000_000).to_string() < id(record + 1, 1_790_000_001_000).to_string()
            );
            assert_ne!(id(record, 5), id(record + 1, 5));
        }
        assert_eq!(id(1, 5_000), id(1, 5_999), "within a second the content decides");
        assert!(id(1, -1) < id(1, 1_000), "before 1970 counts as 1970");
    }

    #[test]
    fn alert_id_ignores_nothing_but_the_version() {
        let tenant = TenantId::default();
        let records = [RecordId::from_bits(1), RecordId::from_bits(2)];
        let id = AlertId::derive(&tenant, "waf-sqli", &records);
        assert_eq!(id, AlertId::derive(&tenant, "waf-sqli", &records));
        assert_ne!(id, AlertId::derive(&TenantId::new("b"), "waf-sqli", &records));
        assert_ne!(id, AlertId::derive(&tenant, "waf-xss", &records));
        assert_ne!(id, AlertId::derive(&tenant, "waf-sqli", &records[..1]));
    }
}
