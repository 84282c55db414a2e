//! Which entities of an alert are known to be malicious (S11), and by whom.
//!
//! A URL is never tagged: what is known of it is said of its domain or address. Neither is a victim: an asset of ours
//! that stands on a list is worth knowing and no reason to block it, so the match is told and nothing is tagged.

use crate::{
    observable::FileHash,
    snapshot::{Match, Snapshot},
    url,
};
use model::{Entity, EntityKey, EntityKind, Role, Time};

/// What is known of an entity of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'s> {
    /// The entity the match is told of: for a URL, its domain or address.
    pub entity: EntityKey,
    /// Whether it is malicious by this: a feed is sure enough, and it is no victim.
    pub tags: bool,
    /// The indicator.
    pub by: Match<'s>,
}

/// What is known of the entities of an alert at a time.
pub fn judge<'s>(snapshot: &'s Snapshot, entities: &[Entity], now: Time) -> Vec<Verdict<'s>> {
    if snapshot.is_empty() {
        return Vec::new();
    }
    let victim = |key: &EntityKey| entities.iter().any(|e| e.key == *key && e.role == Role::Victim);
    let mut verdicts: Vec<Verdict<'s>> = Vec::new();
    for entity in entities {
        let key = match entity.key.kind {
            EntityKind::Url => match host(&entity.key.value) {
                Some(key) => key,
                None => continue,
            },
            _ => entity.key.clone(),
        };
        let tags = key.kind.can_be_malicious() && !victim(&key);
        for by in known(snapshot, &entity.key, now) {
            let verdict = Verdict {
                entity: key.clone(),
                tags: tags && by.tags(),
                by,
            };
            if !verdicts.contains(&verdict) {
                verdicts.push(verdict);
            }
        }
    }
    verdicts
}

/// The indicators on an entity itself.
pub fn known<'s>(snapshot: &'s Snapshot, entity: &EntityKey, now: Time) -> Vec<Match<'s>> {
    let value = entity.value.as_str();
    match entity.kind {
        // A private address stands behind the account it belongs to, and is nobody else's.
        EntityKind::Ip => value
            .parse()
            .map(|address| snapshot.address(address, now))
            .unwrap_or_default(),
        EntityKind::Domain => match value.parse() {
            Ok(address) => snapshot.address(address, now),
            Err(_) => snapshot.domain(value, now),
        },
        EntityKind::Url => snapshot.url(value, now),
        EntityKind::File => hash(value)
            .map(|hash| snapshot.hash(&hash, now))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The same, and for a URL what is known of its host as well: for people who ask, not for tagging.
pub fn look_up<'s>(snapshot: &'s Snapshot, entity: &EntityKey, now: Time) -> Vec<Match<'s>> {
    let mut found = known(snapshot, entity, now);
    if entity.kind == EntityKind::Url {
        found.extend(snapshot.host(&entity.value, now));
    }
    found
}

/// The address of an entity, or of a URL's host: what can be found on a map.
pub fn address(entity: &EntityKey) -> Option<std::net::IpAddr> {
    match entity.kind {
        EntityKind::Ip | EntityKind::Domain => entity.value.parse().ok(),
        EntityKind::Url => url::host(&url::canonical(&entity.value)?).parse().ok(),
        _ => None,
    }
}

/// A file is known by its hash; one on a host stands behind the host.
fn hash(value: &str) -> Option<FileHash> {
    FileHash::parse(value.rsplit('/').next().unwrap_or(value))
}

fn host(text: &str) -> Option<EntityKey> {
    let url = url::canonical(text)?;
    let host = url::host(&url);
    let kind = if host.parse::<std::net::IpAddr>().is_ok() {
        EntityKind::Ip
    } else {
        EntityKind::Domain
    };
    Some(EntityKey::new(kind, host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Feed, Indicator, Observable};

    fn snapshot(values: &[(&str, u8)]) -> Snapshot {
        let mut builder = Builder::default();
        let mut indicators: Vec<Indicator> = values
            .iter()
            .map(|(value, confidence)| Indicator {
                confidence: Some(*confidence),
                ..Indicator::bare(Observable::guess(value).unwrap())
            })
            .collect();
        let feed = Feed {
            id: "f".to_owned(),
            name: "ours".to_owned(),
            default_confidence: 75,
            tag_confidence: 70,
        };
        builder.add_all(feed, &mut indicators).unwrap();
        builder.build()
    }

    #[test]
    fn entities_are_judged_by_kind_role_and_confidence() {
        let sha256 = "ab".repeat(32);
        let snapshot = snapshot(&[
            ("203.0.113.0/24", 90),
            ("evil.example", 90),
            ("dubious.example", 30),
            ("http://host.example/x", 90),
            ("http://198.51.100.7/x", 90),
            (&sha256, 90),
        ]);
        let check = |kind, value: &str, role, expected: &[(&str, bool)]| {
            let entity = Entity::new(kind, value, role, false);
            let verdicts = judge(&snapshot, &[entity], Time::from_secs(1));
            let got: Vec<(String, bool)> = verdicts.iter().map(|v| (v.entity.to_string(), v.tags)).collect();
            let expected: Vec<(String, bool)> = expected.iter().map(|(e, t)| ((*e).to_owned(), *t)).collect();
            assert_eq!(got, expected, "{kind} {value}");
        };
        check(
            EntityKind::Ip,
            "203.0.113.7",
            Role::Attacker,
            &[("ip 203.0.113.7", true)],
        );
        check(
            EntityKind::Ip,
            "203.0.113.7",
            Role::Victim,
            &[("ip 203.0.113.7", false)],
        );
        check(EntityKind::Ip, "1001/203.0.113.7", Role::Attacker, &[]);
        check(EntityKind::Ip, "198.51.100.1", Role::Attacker, &[]);
        check(
            EntityKind::Domain,
            "a.evil.example",
            Role::Artefact,
            &[("domain a.evil.example", true)],
        );
        check(
            EntityKind::Domain,
            "203.0.113.7",
            Role::Artefact,
            &[("domain 203.0.113.7", true)],
        );
        check(
            EntityKind::Domain,
            "dubious.example",
            Role::Artefact,
            &[("domain dubious.example", false)],
        );
        check(
            EntityKind::Url,
            "http://HOST.example/x",
            Role::Artefact,
            &[("domain host.example", true)],
        );
        check(
            EntityKind::Url,
            "http://198.51.100.7:80/x",
            Role::Artefact,
            &[("ip 198.51.100.7", true)],
        );
        check(EntityKind::Url, "/x", Role::Artefact, &[]);
        check(
            EntityKind::File,
            &sha256,
            Role::Artefact,
            &[(&format!("file {sha256}"), true)],
        );
        check(
            EntityKind::File,
            &format!("i-1/{sha256}"),
            Role::Artefact,
            &[(&format!("file i-1/{sha256}"), true)],
        );
        check(EntityKind::File, "i-1//tmp/a", Role::Artefact, &[]);
        check(EntityKind::Host, "203.0.113.7", Role::Victim, &[]);
    }

    #[test]
    fn a_site_of_ours_is_not_tagged_for_a_page_on_it() {
        let snapshot = snapshot(&[("http://shop.example/x", 100)]);
        let entities = [
            Entity::new(EntityKind::Url, "http://shop.example/x", Role::Artefact, false),
            Entity::new(EntityKind::Domain, "shop.example", Role::Victim, false),
        ];
        let verdicts = judge(&snapshot, &entities, Time::from_secs(1));
        assert_eq!(verdicts.len(), 1);
        assert!(!verdicts[0].tags);
    }

    #[test]
    fn a_tag_holds_as_long_as_its_indicator_tags() {
        let listed = ["203.0.113.0/24", "*.evil.example", "http://a.example/x?y=1"];
        let mut values = listed.map(|value| (value, 90)).to_vec();
        let hash = "ab".repeat(20);
        values.extend([(hash.as_str(), 90), ("198.51.100.7", 30)]);
        let snapshot = snapshot(&values);
        let now = Time::from_secs(1);
        for value in listed.into_iter().chain([hash.as_str()]) {
            // As a match writes it.
            let indicator = Observable::guess(value).unwrap().to_string();
            assert!(snapshot.still_tags("f", &indicator, now), "{indicator}");
            assert!(!snapshot.still_tags("other", &indicator, now), "{indicator}");
        }
        // Inside of the network, and not what the feed says; not sure enough; not there; nothing that could be.
        for indicator in ["203.0.113.7", "198.51.100.7", "192.0.2.1", "a b", ""] {
            assert!(!snapshot.still_tags("f", indicator, now), "{indicator}");
        }
    }

    #[test]
    fn people_are_told_of_the_host_as_well() {
        let snapshot = snapshot(&[("http://a.evil.example/x", 100), ("evil.example", 100)]);
        let url = EntityKey::new(EntityKind::Url, "http://a.evil.example/x");
        assert_eq!(known(&snapshot, &url, Time::from_secs(1)).len(), 1);
        assert_eq!(look_up(&snapshot, &url, Time::from_secs(1)).len(), 2);
        assert_eq!(
            address(&EntityKey::new(EntityKind::Url, "http://203.0.113.7/x")),
            "203.0.113.7".parse().ok()
        );
    }
}
