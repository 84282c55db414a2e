//! Entities as STIX: observables for what can be seen anywhere, identities for what is ours.
//!
//! Keys are scoped (a path to its host, a private address to its account); STIX has no place for that, so the scope
//! stays out of the value. Processes have no id of their own in STIX and are left to the texts.

use super::{bundle::Bundle, id};
use crate::visible;
use model::{Entity, EntityKey, EntityKind, Role};
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The observables of an entity: what it refers to first, itself last. None for kinds that STIX does not know.
pub fn observables(key: &EntityKey) -> Vec<Value> {
    match key.kind {
        EntityKind::Ip => address(&key.value).into_iter().collect(),
        EntityKind::Domain => one("domain-name", &[("value", &key.value)], &[]),
        EntityKind::Url if key.value.contains("://") => one("url", &[("value", &key.value)], &[]),
        EntityKind::File => file(&key.value),
        EntityKind::Registry => one("windows-registry-key", &[("key", unscoped(&key.value))], &[]),
        EntityKind::HostAccount => one("user-account", &[("account_login", unscoped(&key.value))], &[]),
        EntityKind::CloudAccount => one("user-account", &[("user_id", &key.value)], &[]),
        EntityKind::AccessKey => one(
            "user-account",
            &[("user_id", &key.value), ("account_type", "cloud-access-key")],
            &[],
        ),
        EntityKind::Url
        | EntityKind::Process
        | EntityKind::Host
        | EntityKind::Container
        | EntityKind::Cluster
        | EntityKind::Oss => Vec::new(),
    }
}

/// Adds what an entity is seen as; the ids of its observables.
pub fn add(bundle: &mut Bundle<'_>, key: &EntityKey) -> Vec<String> {
    observables(key)
        .into_iter()
        .map(|observable| bundle.raw(observable))
        .collect()
}

/// Adds an asset as an identity, if the entity is one in its part.
pub fn add_asset(bundle: &mut Bundle<'_>, entity: &Entity) -> Option<String> {
    if !is_asset(entity) {
        return None;
    }
    let (kind, value) = (entity.key.kind, visible::line(&entity.key.value));
    let id = bundle.id("identity", &[kind.code(), &entity.key.value]);
    let name = kind.name();
    let fields = json!({
        "name": value,
        "description": format!("{}: {value}", bundle.text(&name)),
        "identity_class": "system",
    });
    Some(bundle.add("identity", &id, fields))
}

/// Whether an entity is something of ours that was attacked.
pub fn is_asset(entity: &Entity) -> bool {
    entity.role == Role::Victim && entity.key.kind.is_asset()
}

/// One observable; `contributing` are the properties its id is made of.
fn one(kind: &str, contributing: &[(&str, &str)], more: &[(&str, Value)]) -> Vec<Value> {
    if contributing.iter().any(|(_, value)| value.is_empty()) {
        return Vec::new();
    }
    let mut fields: Map<String, Value> = contributing
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(visible::line(value))))
        .collect();
    let id = id::observable(kind, &fields);
    fields.extend(
        more.iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    vec![object(kind, &id, fields)]
}

fn object(kind: &str, id: &str, fields: Map<String, Value>) -> Value {
    let mut object = Map::new();
    object.insert("type".to_owned(), json!(kind));
    object.insert("spec_version".to_owned(), json!("2.1"));
    object.insert("id".to_owned(), json!(id));
    object.extend(fields);
    Value::Object(object)
}

fn address(value: &str) -> Option<Value> {
    // A private address stands behind its account.
    let ip: IpAddr = value.rsplit('/').next()?.parse().ok()?;
    let kind = if ip.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
    one(kind, &[("value", &ip.to_string())], &[]).pop()
}

/// The value behind its host.
fn unscoped(value: &str) -> &str {
    value.split_once('/').map_or(value, |(_, rest)| rest)
}

/// A hash, or a path behind its host.
fn file(value: &str) -> Vec<Value> {
    let hex = value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let algorithm = match value.len() {
        32 if hex => Some("MD5"),
        40 if hex => Some("SHA-1"),
        64 if hex => Some("SHA-256"),
        _ => None,
    };
    let mut fields = Map::new();
    if let Some(algorithm) = algorithm {
        fields.insert("hashes".to_owned(), json!({algorithm: value.to_lowercase()}));
        let id = id::observable("file", &fields);
        return vec![object("file", &id, fields)];
    }
    let path = unscoped(value);
    let (folder, name) = path
        .rsplit_once(['/', '\\'])
        .map_or((None, path), |(folder, name)| (Some(folder), name));
    if name.is_empty() {
        return Vec::new();
    }
    let folder = folder.map(|folder| if folder.is_empty() { "/" } else { folder });
    let directory = folder.and_then(|folder| one("directory", &[("path", folder)], &[]).pop());
    fields.insert("name".to_owned(), json!(visible::line(name)));
    if let Some(directory) = &directory {
        fields.insert("parent_directory_ref".to_owned(), directory["id"].clone());
    }
    let id = id::observable("file", &fields);
    directory
        .into_iter()
        .chain([object("file", &id, fields)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_stay_out_of_values() {
        let check = |kind, value: &str, expected: &[&str]| {
            let found: Vec<String> = observables(&EntityKey::new(kind, value))
                .iter()
                .map(|observable| {
                    let field = ["value", "path", "name", "account_login", "user_id", "key"]
                        .into_iter()
                        .find_map(|field| observable[field].as_str());
                    let kind = observable["type"].as_str().unwrap_or_default();
                    format!("{kind} {}", field.unwrap_or_default())
                })
                .collect();
            assert_eq!(found, expected, "{value}");
        };
        check(EntityKind::Ip, "203.0.113.7", &["ipv4-addr 203.0.113.7"]);
        check(EntityKind::Ip, "1000/10.0.0.5", &["ipv4-addr 10.0.0.5"]);
        check(EntityKind::Ip, "2001:db8::1", &["ipv6-addr 2001:db8::1"]);
        check(EntityKind::File, "h1//tmp/x", &["directory /tmp", "file x"]);
        check(EntityKind::File, "h1//x", &["directory /", "file x"]);
        check(EntityKind::File, &"0".repeat(64), &["file "]);
        check(EntityKind::HostAccount, "h1/root", &["user-account root"]);
        check(EntityKind::Url, "/login", &[]);
        check(EntityKind::Process, "h1/1/2", &[]);
    }
}
