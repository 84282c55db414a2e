//! What an administrator may say of how alerts are put together: what everything shares, which rules are noise, which
//! expert patterns are off.

use crate::entity::{EntityKey, EntityKind};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    net::IpAddr,
};

/// All of it. Nothing said: the correlator judges by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorrelationSettings {
    /// What everything shares, each once.
    pub infrastructure: Vec<Shared>,
    /// Rules that count as noisy (true) or not (false) whatever they do, by id.
    pub noisy: BTreeMap<String, bool>,
    /// Expert patterns that are off, by id.
    pub patterns_off: BTreeSet<String>,
}

/// Something that everything shares: it is shown, never links alerts, and is nobody's attacker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// Its value, as alerts name it; of an address also a range, such as `203.0.113.0/24`. What is local to an account
    /// carries it in front, ranges too: `1234567890/10.0.0.0/8`.
    pub value: String,
    /// What it is, for whoever reads the list.
    #[serde(default)]
    pub note: String,
}

/// Why something is refused as infrastructure.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharedError {
    /// There is no value.
    #[error("expected a value, found none")]
    Empty,
    /// It is no address.
    #[error("expected an address such as `203.0.113.7` or a range such as `203.0.113.0/24`, found `{0}`")]
    Address(String),
    /// Every address there is.
    #[error("`{0}` is every address: nothing would be linked by address any more")]
    Everything(String),
}

/// The entities that everything shares, ready to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Infrastructure {
    keys: HashSet<EntityKey>,
    /// Ranges, with what they are local to: empty for public ones.
    ranges: Vec<(String, IpNet)>,
}

impl Shared {
    /// What is wrong with it, if anything.
    pub fn check(&self) -> Result<(), SharedError> {
        if self.value.trim().is_empty() {
            return Err(SharedError::Empty);
        }
        if self.kind != EntityKind::Ip {
            return Ok(());
        }
        match range(&self.value) {
            None => Err(SharedError::Address(self.value.clone())),
            Some((_, network)) if network.prefix_len() == 0 => {
                Err(SharedError::Everything(self.value.clone()))
            }
            Some(_) => Ok(()),
        }
    }
}

impl CorrelationSettings {
    /// The list of what everything shares, ready to be asked. What is no address is passed over: it was checked when
    /// it was saved.
    pub fn infrastructure(&self) -> Infrastructure {
        let mut ready = Infrastructure::default();
        for shared in &self.infrastructure {
            match shared.kind {
                EntityKind::Ip => ready.ranges.extend(range(&shared.value)),
                kind => {
                    ready.keys.insert(EntityKey::new(kind, &shared.value));
                }
            }
        }
        ready.settle();
        ready
    }
}

impl Infrastructure {
    /// Whether everything shares this entity.
    pub fn contains(&self, key: &EntityKey) -> bool {
        self.keys.contains(key) || key.kind == EntityKind::Ip && self.in_range(&key.value)
    }

    fn in_range(&self, value: &str) -> bool {
        if self.ranges.is_empty() {
            return false;
        }
        let (scope, address) = value.rsplit_once('/').unwrap_or(("", value));
        let Ok(address) = address.parse::<IpAddr>() else {
            return false;
        };
        let covers = |(place, network): &(String, IpNet)| place == scope && network.contains(&address);
        self.ranges.iter().any(covers)
    }

    /// Single addresses are looked up, not searched for.
    fn settle(&mut self) {
        for (scope, network) in std::mem::take(&mut self.ranges) {
            if network.prefix_len() < network.max_prefix_len() {
                self.ranges.push((scope, network));
                continue;
            }
            let separator = if scope.is_empty() { "" } else { "/" };
            let value = format!("{scope}{separator}{}", network.addr());
            self.keys.insert(EntityKey {
                kind: EntityKind::Ip,
                value,
            });
        }
    }
}

impl FromIterator<EntityKey> for Infrastructure {
    fn from_iter<I: IntoIterator<Item = EntityKey>>(keys: I) -> Self {
        Self {
            keys: keys.into_iter().collect(),
            ranges: Vec::new(),
        }
    }
}

/// An address or a range, and what it is local to: `10.0.0.0/8`, `acct/10.0.0.5`, `acct/vpc-1/10.0.0.0/8`.
fn range(value: &str) -> Option<(String, IpNet)> {
    let (head, tail) = value.trim().rsplit_once('/').unwrap_or(("", value.trim()));
    if let Ok(address) = tail.parse::<IpAddr>() {
        return Some((head.to_owned(), IpNet::from(address.to_canonical())));
    }
    let (scope, address) = head.rsplit_once('/').unwrap_or(("", head));
    let network: IpNet = format!("{address}/{tail}").parse().ok()?;
    Some((scope.to_owned(), network.trunc()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shared(kind: EntityKind, value: &str) -> Shared {
        Shared {
            kind,
            value: value.to_owned(),
            note: String::new(),
        }
    }

    fn settings(values: &[(EntityKind, &str)]) -> CorrelationSettings {
        CorrelationSettings {
            infrastructure: values.iter().map(|(kind, value)| shared(*kind, value)).collect(),
            ..CorrelationSettings::default()
        }
    }

    #[test]
    fn addresses_ranges_and_other_kinds_are_found() {
        use EntityKind::{Domain, File, Host, Ip};
        let list = settings(&[
            (Ip, "203.0.113.7"),
            (Ip, "198.51.100.77/24"),
            (Ip, "2001:db8::/32"),
            (Ip, "1001/10.0.0.0/8"),
            (Ip, "1001/vpc-1/192.168.0.9"),
            (Domain, "CDN.example."),
            (File, "5f2b"),
        ])
        .infrastructure();
        let check = |kind, value: &str, expected: bool| {
            assert_eq!(
                list.contains(&EntityKey::new(kind, value)),
                expected,
                "{kind} {value}"
            );
        };
        check(Ip, "203.0.113.7", true);
        check(Ip, "::ffff:203.0.113.7", true);
        check(Ip, "203.0.113.8", false);
        check(Ip, "198.51.100.1", true);
        check(Ip, "2001:db8::1", true);
        check(Ip, "2001:db9::1", false);
        check(Ip, "1001/10.1.2.3", true);
        check(Ip, "2002/10.1.2.3", false);
        check(Ip, "10.1.2.3", false);
        check(Ip, "1001/vpc-1/192.168.0.9", true);
        check(Ip, "no address", false);
        check(Domain, "cdn.example", true);
        check(File, "5f2b", true);
        check(Host, "203.0.113.7", false);
    }

    #[test]
    fn what_is_no_entity_is_refused() {
        let check = |kind, value: &str, expected: Result<(), SharedError>| {
            assert_eq!(shared(kind, value).check(), expected, "{value}");
        };
        check(EntityKind::Ip, "203.0.113.0/24", Ok(()));
        check(EntityKind::Ip, "1001/10.0.0.0/8", Ok(()));
        check(EntityKind::Host, "i-web-1", Ok(()));
        check(EntityKind::Host, " ", Err(SharedError::Empty));
        for wrong in ["nat", "203.0.113.0/33", "203.0.113"] {
            check(EntityKind::Ip, wrong, Err(SharedError::Address(wrong.to_owned())));
        }
        let all = "0.0.0.0/0";
        check(EntityKind::Ip, all, Err(SharedError::Everything(all.to_owned())));
    }

    #[test]
    fn what_an_older_version_wrote_is_read() {
        let read: CorrelationSettings = serde_json::from_str("{}").unwrap();
        assert_eq!(read, CorrelationSettings::default());
        let text = serde_json::to_string(&settings(&[(EntityKind::Ip, "203.0.113.7")])).unwrap();
        let again: CorrelationSettings = serde_json::from_str(&text).unwrap();
        assert_eq!(again, settings(&[(EntityKind::Ip, "203.0.113.7")]));
    }
}
