//! What ties an alert to an earlier one: an entity both name, each in a role that may be asked for.

use model::{Entity, EntityKey, EntityKind, Role};
use rustc_hash::FxHasher;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, Visitor},
    ser::SerializeMap,
};
use std::{
    fmt,
    hash::{Hash as _, Hasher as _},
};

/// A shared entity. In files: `host`, `ip: attacker` (in that role on both sides), or
/// `ip: {from: victim, to: attacker}` (the victim of then attacks now).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// What kind of entity is shared.
    pub kind: EntityKind,
    /// Its role in the earlier alert; any if absent.
    pub from: Option<Role>,
    /// Its role in the later alert; any if absent.
    pub to: Option<Role>,
}

impl Join {
    /// Whether an entity may be what the earlier alert shares.
    pub fn leaves(&self, entity: &Entity) -> bool {
        entity.key.kind == self.kind && self.from.is_none_or(|role| role == entity.role)
    }

    /// Whether an entity may be what the later alert shares.
    pub fn arrives(&self, entity: &Entity) -> bool {
        entity.key.kind == self.kind && self.to.is_none_or(|role| role == entity.role)
    }

    /// The entity that is shared: of several, the first in the order of `later`.
    pub fn shared<'a>(&self, earlier: &[Entity], later: &'a [Entity]) -> Option<&'a EntityKey> {
        let met = |entity: &&Entity| {
            self.arrives(entity)
                && earlier
                    .iter()
                    .any(|e| self.leaves(e) && same(&e.key, &entity.key))
        };
        later.iter().find(met).map(|entity| &entity.key)
    }
}

/// Whether two alerts name the same thing. A private address of ours is written with its account (`account/address`),
/// one that attacks without: between the two forms the address alone decides, or no victim could ever turn attacker.
fn same(earlier: &EntityKey, later: &EntityKey) -> bool {
    if earlier == later {
        return true;
    }
    let (earlier_scope, earlier_ip) = scoped(&earlier.value);
    let (later_scope, later_ip) = scoped(&later.value);
    earlier.kind == EntityKind::Ip
        && later.kind == EntityKind::Ip
        && earlier_scope.is_some() != later_scope.is_some()
        && earlier_ip == later_ip
}

/// What things are looked up by that [`same`] takes for one: they have the same number. So may others, rarely.
pub(crate) type Tie = u64;

/// The number of a thing.
pub(crate) fn tie(key: &EntityKey) -> Tie {
    let value = match key.kind {
        EntityKind::Ip => scoped(&key.value).1,
        _ => &key.value,
    };
    let mut hasher = FxHasher::default();
    (key.kind, value).hash(&mut hasher);
    hasher.finish()
}

fn scoped(value: &str) -> (Option<&str>, &str) {
    match value.rsplit_once('/') {
        Some((scope, address)) => (Some(scope), address),
        None => (None, value),
    }
}

impl Serialize for Join {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.from.is_none() && self.to.is_none() {
            return self.kind.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        if self.from == self.to {
            map.serialize_entry(&self.kind, &self.from)?;
        } else {
            let sides = Sides {
                from: self.from,
                to: self.to,
            };
            map.serialize_entry(&self.kind, &sides)?;
        }
        map.end()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sides {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<Role>,
}

impl<'de> Deserialize<'de> for Join {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JoinVisitor)
    }
}

/// By hand, because serde's own way to accept several forms does not say what is wrong in any of them.
struct JoinVisitor;

impl<'de> Visitor<'de> for JoinVisitor {
    type Value = Join;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entity type such as `host`, or `ip: attacker`, or `ip: {from: victim, to: attacker}`")
    }

    fn visit_str<E: serde::de::Error>(self, code: &str) -> Result<Join, E> {
        Ok(Join {
            kind: kind(code)?,
            from: None,
            to: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Join, A::Error> {
        let Some(code) = map.next_key::<String>()? else {
            return Err(A::Error::custom("a join names an entity type"));
        };
        let kind = kind(&code)?;
        let Roles(from, to) = map.next_value()?;
        match map.next_key::<String>()? {
            Some(more) => Err(A::Error::custom(format!(
                "`{more}` stands in the same join as `{code}`: each is an item of its own"
            ))),
            None => Ok(Join { kind, from, to }),
        }
    }
}

struct Roles(Option<Role>, Option<Role>);

impl<'de> Deserialize<'de> for Roles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RolesVisitor)
    }
}

struct RolesVisitor;

impl<'de> Visitor<'de> for RolesVisitor {
    type Value = Roles;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`attacker`, `victim` or `artefact`, or `{from: …, to: …}`")
    }

    fn visit_str<E: serde::de::Error>(self, code: &str) -> Result<Roles, E> {
        let role = Role::deserialize(serde::de::value::StrDeserializer::<E>::new(code))?;
        Ok(Roles(Some(role), Some(role)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Roles, A::Error> {
        let sides = Sides::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(Roles(sides.from, sides.to))
    }
}

fn kind<E: serde::de::Error>(code: &str) -> Result<EntityKind, E> {
    EntityKind::parse(code).ok_or_else(|| {
        let known: Vec<&str> = EntityKind::all().map(EntityKind::code).collect();
        E::custom(format!(
            "`{code}` is not an entity type: expected one of {}",
            known.join(", ")
        ))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn joins_are_written_in_three_ways() {
        let check = |written: serde_json::Value, from: Option<Role>, to: Option<Role>| {
            let join: Join = serde_json::from_value(written.clone()).unwrap();
            let kind = EntityKind::Ip;
            assert_eq!(join, Join { kind, from, to });
            assert_eq!(serde_json::to_value(join).unwrap(), written);
        };
        check(json!("ip"), None, None);
        check(
            json!({"ip": "attacker"}),
            Some(Role::Attacker),
            Some(Role::Attacker),
        );
        check(
            json!({"ip": {"from": "victim", "to": "attacker"}}),
            Some(Role::Victim),
            Some(Role::Attacker),
        );
        check(json!({"ip": {"to": "attacker"}}), None, Some(Role::Attacker));
    }

    #[test]
    fn a_private_address_is_the_same_with_and_without_its_account() {
        let check = |earlier: &str, later: &str, expected: bool| {
            let key = |value| EntityKey::new(EntityKind::Ip, value);
            assert_eq!(same(&key(earlier), &key(later)), expected, "{earlier} {later}");
        };
        check("10.0.0.5", "10.0.0.5", true);
        check("acct/10.0.0.5", "10.0.0.5", true);
        check("10.0.0.5", "acct/10.0.0.5", true);
        check("acct/10.0.0.5", "other/10.0.0.5", false);
        check("acct/10.0.0.5", "10.0.0.6", false);
        let file = |value| EntityKey::new(EntityKind::File, value);
        assert!(!same(&file("h1/a"), &file("a")));
    }

    #[test]
    fn what_is_wrong_in_a_join_is_said() {
        let check = |written: serde_json::Value, expected: &str| {
            let error = serde_json::from_value::<Join>(written).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(
            json!("hosts"),
            "`hosts` is not an entity type: expected one of host, ip,",
        );
        check(json!({"ip": "owner"}), "unknown variant `owner`");
        check(json!({"ip": {"form": "victim"}}), "unknown field `form`");
        check(
            json!({"ip": "victim", "host": "victim"}),
            "each is an item of its own",
        );
        check(json!(3), "an entity type such as `host`");
    }
}
