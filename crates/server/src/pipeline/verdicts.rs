//! What analysts said of entities: alerts to come mention them as malicious, or as not, whatever their rule says.
//!
//! Part of the engine's state and of its snapshot, so that running the journal again judges every alert the same way.

use model::{Alert, EntityKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Verdicts remembered; beyond, the oldest is forgotten and the rules decide again.
const MOST: usize = 10_000;

/// One verdict, as a snapshot holds it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Verdict {
    entity: EntityKey,
    malicious: bool,
}

/// The verdicts that hold, each with its number: the higher, the younger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Verdict>", into = "Vec<Verdict>")]
pub(super) struct Verdicts {
    next: u64,
    by_entity: BTreeMap<EntityKey, (u64, bool)>,
}

impl Verdicts {
    /// Takes in a verdict; it replaces an earlier one about the same entity.
    pub(super) fn say(&mut self, entity: EntityKey, malicious: bool) {
        self.by_entity.insert(entity, (self.next, malicious));
        self.next += 1;
        if self.by_entity.len() > MOST {
            let oldest = self.by_entity.iter().min_by_key(|(_, (number, _))| *number);
            if let Some(entity) = oldest.map(|(entity, _)| entity.clone()) {
                self.by_entity.remove(&entity);
            }
        }
    }

    /// Lets an alert mention its entities as the verdicts say.
    pub(super) fn judge(&self, alert: &mut Alert) {
        if self.by_entity.is_empty() {
            return;
        }
        for entity in &mut alert.entities {
            if let Some((_, malicious)) = self.by_entity.get(&entity.key) {
                entity.malicious = *malicious && entity.key.kind.can_be_malicious();
            }
        }
    }
}

impl From<Vec<Verdict>> for Verdicts {
    fn from(verdicts: Vec<Verdict>) -> Self {
        let mut all = Self::default();
        for verdict in verdicts {
            all.say(verdict.entity, verdict.malicious);
        }
        all
    }
}

impl From<Verdicts> for Vec<Verdict> {
    /// The oldest first.
    fn from(verdicts: Verdicts) -> Self {
        let mut all: Vec<_> = verdicts.by_entity.into_iter().collect();
        all.sort_by_key(|(_, (number, _))| *number);
        all.into_iter()
            .map(|(entity, (_, malicious))| Verdict { entity, malicious })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    fn ip(number: usize) -> EntityKey {
        EntityKey::new(
            EntityKind::Ip,
            &format!("198.51.{}.{}", number / 256, number % 256),
        )
    }

    #[test]
    fn the_oldest_is_forgotten_and_a_snapshot_keeps_the_order() {
        let mut verdicts = Verdicts::default();
        for number in 0..MOST {
            verdicts.say(ip(number), true);
        }
        verdicts.say(ip(0), false);
        let text = serde_json::to_string(&verdicts).expect("plain data");
        let mut read: Verdicts = serde_json::from_str(&text).expect("what was written");
        assert_eq!(read.by_entity.len(), MOST);
        read.say(ip(MOST), true);
        assert_eq!(
            read.by_entity.get(&ip(0)).map(|(_, malicious)| *malicious),
            Some(false)
        );
        assert!(!read.by_entity.contains_key(&ip(1)), "the oldest");
        assert!(read.by_entity.contains_key(&ip(2)));
    }
}
