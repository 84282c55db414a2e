//! What a scoped value says: the account of a private address, the host of a path, the start of a process.
//!
//! Values are made local by rules (`scope` in a rule's entities), so their form depends on the kind alone as far as the
//! product's own rules go. What does not have that form is one part: the value as it stands.

use crate::{
    entity::{EntityKey, EntityKind},
    text::LocalText,
};

/// One part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityPart {
    /// What it is.
    pub name: LocalText,
    /// Its text.
    pub value: String,
    /// The entity it names, where it names another one.
    pub entity: Option<EntityKey>,
}

/// The parts of an entity's value, from what it is local to down to itself.
pub fn parts(key: &EntityKey) -> Vec<EntityPart> {
    let value = key.value.as_str();
    match key.kind {
        EntityKind::Ip => address(value),
        EntityKind::Process => process(value),
        EntityKind::File => file(value),
        EntityKind::HostAccount => scoped(value, |_| true, host, ("Account", "账号")),
        EntityKind::Registry => {
            let is_key = |rest: &str| rest.to_ascii_uppercase().starts_with("HK");
            scoped(value, is_key, host, ("Registry key", "注册表项"))
        }
        EntityKind::CloudAccount => cloud_account(value),
        EntityKind::Oss => scoped(value, |_| true, account, ("Bucket", "存储桶")),
        EntityKind::Container => scoped(value, |_| true, host, ("Container", "容器")),
        EntityKind::Url => url(value),
        kind => vec![part(kind.name(), value)],
    }
}

fn part(name: impl Into<LocalText>, value: &str) -> EntityPart {
    EntityPart {
        name: name.into(),
        value: value.to_owned(),
        entity: None,
    }
}

fn naming(name: (&str, &str), kind: EntityKind, value: &str) -> EntityPart {
    EntityPart {
        entity: Some(EntityKey::new(kind, value)),
        ..part(name, value)
    }
}

fn host(value: &str) -> EntityPart {
    naming(("Host", "主机"), EntityKind::Host, value)
}

fn account(value: &str) -> EntityPart {
    naming(("Cloud account", "云账号"), EntityKind::CloudAccount, value)
}

/// `scope/rest`, if the rest looks as it should; else the value alone.
fn scoped(
    value: &str,
    fits: impl Fn(&str) -> bool,
    scope: impl Fn(&str) -> EntityPart,
    name: (&str, &str),
) -> Vec<EntityPart> {
    match value.split_once('/') {
        Some((before, rest)) if !before.is_empty() && !rest.is_empty() && fits(rest) => {
            vec![scope(before), part(name, rest)]
        }
        _ => vec![part(name, value)],
    }
}

/// `address`, `account/address` or `account/network/address`.
fn address(value: &str) -> Vec<EntityPart> {
    let last = |address| part(("Address", "地址"), address);
    match value.split('/').collect::<Vec<_>>()[..] {
        [owner, address] => vec![account(owner), last(address)],
        [owner, network, address] => {
            vec![
                account(owner),
                part(("Private network", "专有网络"), network),
                last(address),
            ]
        }
        _ => vec![last(value)],
    }
}

/// `host/started/pid`, or `host/pid` where no start is known.
fn process(value: &str) -> Vec<EntityPart> {
    let pid = |pid| part(("Process id", "进程 ID"), pid);
    match value.split('/').collect::<Vec<_>>()[..] {
        [on, started, number] => vec![host(on), part(("Started", "启动时间"), started), pid(number)],
        [on, number] => vec![host(on), pid(number)],
        _ => vec![part(EntityKind::Process.name(), value)],
    }
}

/// A hash, a path, or `host/path` with an absolute path: a relative one would read like a host.
fn file(value: &str) -> Vec<EntityPart> {
    if value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        match value.len() {
            32 => return vec![part(LocalText::same("MD5"), value)],
            40 => return vec![part(LocalText::same("SHA-1"), value)],
            64 => return vec![part(LocalText::same("SHA-256"), value)],
            _ => {}
        }
    }
    let absolute = |path: &str| {
        path.starts_with(['/', '\\']) || path.as_bytes().get(1..3).is_some_and(|drive| drive == b":\\")
    };
    scoped(value, absolute, host, ("Path", "路径"))
}

/// `account/user`, an account, or a user.
fn cloud_account(value: &str) -> Vec<EntityPart> {
    if !value.contains('/') {
        return vec![part(EntityKind::CloudAccount.name(), value)];
    }
    scoped(value, |_| true, account, ("User", "用户"))
}

/// The host of a URL is an entity of its own: an address or a domain.
fn url(value: &str) -> Vec<EntityPart> {
    let whole = part(EntityKind::Url.name(), value);
    match url_host(value) {
        None => vec![whole],
        Some(key) if key.kind == EntityKind::Ip => {
            vec![naming(("Address", "地址"), EntityKind::Ip, &key.value), whole]
        }
        Some(key) => vec![naming(("Domain", "域名"), EntityKind::Domain, &key.value), whole],
    }
}

/// The address or domain a URL leads to.
pub fn url_host(url: &str) -> Option<EntityKey> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => host.split(':').next()?,
    };
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Some(EntityKey::new(EntityKind::Ip, host));
    }
    host.contains('.')
        .then(|| EntityKey::new(EntityKind::Domain, host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: EntityKind, value: &str, expected: &[(&str, &str, Option<&str>)]) {
        let got = parts(&EntityKey::new(kind, value));
        let got: Vec<_> = got
            .iter()
            .map(|part| {
                let names = part.entity.as_ref().map(|key| key.kind.code());
                (part.name.en.as_str(), part.value.as_str(), names)
            })
            .collect();
        assert_eq!(got, expected, "{kind} {value}");
    }

    #[test]
    fn a_scoped_value_is_taken_apart() {
        let account = Some("cloud_account");
        check(EntityKind::Ip, "203.0.113.7", &[("Address", "203.0.113.7", None)]);
        check(
            EntityKind::Ip,
            "1234567890123456/10.0.0.7",
            &[
                ("Cloud account", "1234567890123456", account),
                ("Address", "10.0.0.7", None),
            ],
        );
        check(
            EntityKind::Ip,
            "1001/vpc-1/10.0.0.7",
            &[
                ("Cloud account", "1001", account),
                ("Private network", "vpc-1", None),
                ("Address", "10.0.0.7", None),
            ],
        );
        check(
            EntityKind::Process,
            "web-1/2025-09-03T16:30:15Z/14275",
            &[
                ("Host", "web-1", Some("host")),
                ("Started", "2025-09-03T16:30:15Z", None),
                ("Process id", "14275", None),
            ],
        );
        check(
            EntityKind::HostAccount,
            "web-1/root",
            &[("Host", "web-1", Some("host")), ("Account", "root", None)],
        );
        check(
            EntityKind::CloudAccount,
            "1001/deployer",
            &[("Cloud account", "1001", account), ("User", "deployer", None)],
        );
        check(
            EntityKind::CloudAccount,
            "1001",
            &[("Cloud account", "1001", None)],
        );
    }

    #[test]
    fn a_path_is_local_only_if_it_is_absolute() {
        let host = Some("host");
        check(
            EntityKind::File,
            "web-1//tmp/x",
            &[("Host", "web-1", host), ("Path", "/tmp/x", None)],
        );
        check(
            EntityKind::File,
            r"web-1/C:\Windows\x.exe",
            &[("Host", "web-1", host), ("Path", r"C:\Windows\x.exe", None)],
        );
        check(EntityKind::File, "/tmp/x", &[("Path", "/tmp/x", None)]);
        check(
            EntityKind::File,
            "uploads/x.php",
            &[("Path", "uploads/x.php", None)],
        );
        let md5 = "5def10c9a1b2c3d4e5f60718293a4b5c";
        check(EntityKind::File, md5, &[("MD5", md5, None)]);
    }

    #[test]
    fn a_url_names_its_domain_or_address() {
        let check = |url: &str, expected: Option<(EntityKind, &str)>| {
            let expected = expected.map(|(kind, value)| EntityKey::new(kind, value));
            assert_eq!(url_host(url), expected, "{url}");
        };
        check(
            "http://Shop.example.com:8080/a?b",
            Some((EntityKind::Domain, "shop.example.com")),
        );
        check("https://u:p@203.0.113.7/x", Some((EntityKind::Ip, "203.0.113.7")));
        check("http://[2001:db8::1]:80/", Some((EntityKind::Ip, "2001:db8::1")));
        check("/index.php", None);
    }
}
