//! The thirteen entity kinds (S11), entities, and the role an entity plays in an alert.

use crate::text::LocalText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of thing an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "the table below says all there is to say of each kind"
)]
pub enum EntityKind {
    Host,
    Ip,
    CloudAccount,
    AccessKey,
    Domain,
    File,
    Process,
    HostAccount,
    Url,
    Registry,
    Container,
    Cluster,
    Oss,
}

/// A row of the kind table: code, is asset, can be malicious, name.
type KindRow = (EntityKind, &'static str, bool, bool, &'static str, &'static str);

/// S11, in the order lists show the kinds.
const KINDS: [KindRow; 13] = [
    (EntityKind::Host, "host", true, false, "Host", "主机"),
    (EntityKind::Ip, "ip", true, true, "IP address", "IP 地址"),
    (
        EntityKind::CloudAccount,
        "cloud_account",
        true,
        false,
        "Cloud account",
        "云账号",
    ),
    (
        EntityKind::AccessKey,
        "access_key",
        true,
        false,
        "AccessKey",
        "访问密钥",
    ),
    (EntityKind::Domain, "domain", true, true, "Domain", "域名"),
    (EntityKind::File, "file", false, true, "File", "文件"),
    (EntityKind::Process, "process", false, true, "Process", "进程"),
    (
        EntityKind::HostAccount,
        "host_account",
        false,
        false,
        "Host account",
        "主机账号",
    ),
    (EntityKind::Url, "url", false, false, "URL", "URL"),
    (
        EntityKind::Registry,
        "registry",
        false,
        true,
        "Registry key",
        "注册表",
    ),
    (
        EntityKind::Container,
        "container",
        true,
        false,
        "Container",
        "容器",
    ),
    (EntityKind::Cluster, "cluster", true, false, "Cluster", "集群"),
    (
        EntityKind::Oss,
        "oss",
        true,
        false,
        "Object storage bucket",
        "对象存储",
    ),
];

impl EntityKind {
    /// All kinds in display order.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|row| row.0)
    }

    fn row(self) -> &'static KindRow {
        // The table is in the order of the enum, which the test below holds it to.
        &KINDS[self as usize]
    }

    /// The code used in files, paths and the API.
    pub fn code(self) -> &'static str {
        self.row().1
    }

    /// The kind of this code.
    pub fn parse(code: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.1 == code).map(|row| row.0)
    }

    /// Whether an entity of this kind may be an asset. An IP or domain is one by inventory or victim role only.
    pub fn is_asset(self) -> bool {
        self.row().2
    }

    /// Whether the malicious tag may be set on an entity of this kind.
    pub fn can_be_malicious(self) -> bool {
        self.row().3
    }

    /// The kind's name for people.
    pub fn name(self) -> LocalText {
        LocalText::new(self.row().4, self.row().5)
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The part an entity plays in an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Acts against us.
    Attacker,
    /// Is ours and acted upon.
    Victim,
    /// Was used or left behind.
    Artefact,
}

/// What makes two mentions the same entity: kind and scoped value.
///
/// The value is already scoped to what the entity is local to: a private address to its account and
/// network, a process to its host and start time, a path to its host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityKey {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: EntityKind,
    /// The scoped value.
    pub value: String,
}

impl EntityKey {
    /// A key, with the value in canonical form: domains in lower case without a final dot, addresses as printed
    /// by the address parser (an IPv4-mapped IPv6 address is its IPv4 address), everything trimmed.
    pub fn new(kind: EntityKind, value: &str) -> Self {
        let value = value.trim();
        let value = match kind {
            EntityKind::Ip => value
                .parse::<std::net::IpAddr>()
                .map_or_else(|_| value.to_owned(), |ip| ip.to_canonical().to_string()),
            EntityKind::Domain => value.trim_end_matches('.').to_lowercase(),
            _ => value.to_owned(),
        };
        Self { kind, value }
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.value)
    }
}

/// An entity as an alert mentions it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entity {
    /// Which entity.
    #[serde(flatten)]
    pub key: EntityKey,
    /// Its part in the alert.
    pub role: Role,
    /// Known to be malicious; only ever true where the kind allows it.
    #[serde(default)]
    pub malicious: bool,
}

impl Entity {
    /// An entity; `malicious` is dropped where the kind does not allow it.
    pub fn new(kind: EntityKind, value: &str, role: Role, malicious: bool) -> Self {
        Self {
            key: EntityKey::new(kind, value),
            role,
            malicious: malicious && kind.can_be_malicious(),
        }
    }
}

/// The values conditions see under `entity`, `entity.<type>`, `attacker.<type>`, `victim.<type>`, `artefact.<type>`.
pub fn values_by_name(entities: &[Entity], name: &str) -> Vec<String> {
    let (group, kind) = match name.split_once('.') {
        Some((group, code)) => match EntityKind::parse(code) {
            Some(kind) => (group, Some(kind)),
            None => return Vec::new(),
        },
        None => (name, None),
    };
    let role = match group {
        "entity" => None,
        "attacker" => Some(Role::Attacker),
        "victim" => Some(Role::Victim),
        "artefact" => Some(Role::Artefact),
        _ => return Vec::new(),
    };
    entities
        .iter()
        .filter(|e| kind.is_none_or(|k| e.key.kind == k) && role.is_none_or(|r| e.role == r))
        .map(|e| e.key.value.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_table_is_in_enum_order() {
        for (position, kind) in EntityKind::all().enumerate() {
            assert_eq!(kind as usize, position);
            assert_eq!(EntityKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(EntityKind::all().filter(|k| k.is_asset()).count(), 8);
        assert_eq!(EntityKind::all().filter(|k| k.can_be_malicious()).count(), 5);
    }

    #[test]
    fn keys_are_canonical() {
        let check =
            |kind, value: &str, expected: &str| assert_eq!(EntityKey::new(kind, value).value, expected);
        check(EntityKind::Ip, " ::ffff:203.0.113.7 ", "203.0.113.7");
        check(EntityKind::Ip, "2001:DB8::0001", "2001:db8::1");
        check(EntityKind::Domain, "WWW.Example.com.", "www.example.com");
        check(EntityKind::File, "/Tmp/A", "/Tmp/A");
    }

    #[test]
    fn a_url_is_never_tagged_malicious() {
        assert!(!Entity::new(EntityKind::Url, "http://example.com/x", Role::Artefact, true).malicious);
        assert!(Entity::new(EntityKind::Ip, "203.0.113.7", Role::Attacker, true).malicious);
    }
}
