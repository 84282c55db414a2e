//! The entities in the most alerts, in bounded memory.
//!
//! Space-saving counters (Metwally, Agrawal, El Abbadi 2005): when there is no room for a new entity it takes the place
//! and the count of the smallest, so no count is ever too low and the largest are never lost.

use super::report::EntityCount;
use model::{Entity, EntityKey, Role};
use std::collections::{BTreeSet, HashMap};

/// Entities that are kept count of.
const KEPT: usize = 4_096;
/// Entities that are told.
const TOLD: usize = 20;

#[derive(Debug)]
struct Count {
    role: Role,
    alerts: u64,
    exact: bool,
}

/// Entities and the alerts they are in.
#[derive(Debug, Default)]
pub struct Entities {
    counts: HashMap<EntityKey, Count>,
    /// The same by count, so that the smallest is found at once.
    by_count: BTreeSet<(u64, EntityKey)>,
}

impl Entities {
    /// Counts the entities of an alert, each once.
    pub fn add(&mut self, entities: &[Entity]) {
        let mut counted: Vec<&EntityKey> = Vec::with_capacity(entities.len());
        for entity in entities {
            if counted.contains(&&entity.key) {
                continue;
            }
            counted.push(&entity.key);
            self.count(entity);
        }
    }

    fn count(&mut self, entity: &Entity) {
        let key = &entity.key;
        if let Some(count) = self.counts.get_mut(key) {
            self.by_count.remove(&(count.alerts, key.clone()));
            count.alerts += 1;
            self.by_count.insert((count.alerts, key.clone()));
            return;
        }
        let full = self.counts.len() >= KEPT;
        let room = if full { self.drop_smallest() } else { None };
        let count = Count {
            role: entity.role,
            alerts: room.unwrap_or(0) + 1,
            exact: room.is_none(),
        };
        self.by_count.insert((count.alerts, key.clone()));
        self.counts.insert(key.clone(), count);
    }

    fn drop_smallest(&mut self) -> Option<u64> {
        let (alerts, key) = self.by_count.pop_first()?;
        self.counts.remove(&key);
        Some(alerts)
    }

    /// Those in the most alerts.
    pub fn top(&self) -> Vec<EntityCount> {
        let mut all: Vec<(&EntityKey, &Count)> = self.counts.iter().collect();
        all.sort_by_key(|(key, count)| (std::cmp::Reverse(count.alerts), *key));
        let told = all.into_iter().take(TOLD);
        told.map(|(key, count)| EntityCount {
            kind: key.kind,
            value: key.value.clone(),
            role: count.role,
            alerts: count.alerts,
            exact: count.exact,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::EntityKind;

    fn ip(number: usize) -> Entity {
        Entity::new(
            EntityKind::all().nth(1).expect("two kinds"),
            &format!("e{number}"),
            Role::Attacker,
            false,
        )
    }

    #[test]
    fn the_largest_are_found_among_too_many() {
        let mut entities = Entities::default();
        for round in 0..3 * KEPT {
            entities.add(&[ip(1_000_000), ip(round)]);
        }
        let top = entities.top();
        assert_eq!(
            (top[0].value.as_str(), top[0].alerts, top[0].exact),
            ("e1000000", 3 * KEPT as u64, true)
        );
        assert!(top[1].alerts >= 1 && !top[1].exact);
        assert_eq!((top.len(), entities.counts.len()), (TOLD, KEPT));
        assert_eq!(entities.by_count.len(), KEPT);
    }

    #[test]
    fn an_entity_named_twice_in_an_alert_counts_once() {
        let mut entities = Entities::default();
        entities.add(&[ip(1), ip(1)]);
        assert_eq!(entities.top()[0].alerts, 1);
    }
}
