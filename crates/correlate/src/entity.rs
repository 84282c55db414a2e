//! The entities of a tenant, each once: key ↔ small number, what it counts for, and the newest alerts that name it.

use crate::{
    arena::{Arena, handle},
    event::{EventIx, NodeIx},
    hub::{Activity, Standing},
    newest::Newest,
};
use model::{EntityKey, Infrastructure};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    ops::{Index, IndexMut},
};

handle!(
    /// An entity of this tenant.
    EntityIx
);

/// An entity.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Row {
    pub key: EntityKey,
    /// On the list of things everything shares.
    pub infrastructure: bool,
    /// How many folded alerts name it.
    pub users: u32,
    pub activity: Activity,
    /// The hour of the last judgement, and the judgement.
    judged: i64,
    standing: Standing,
    /// The newest folded alerts of the graph method that name it.
    pub alerts: Newest<NodeIx>,
    /// The newest event of the expert method whose attacker it is.
    pub attacks: Option<EventIx>,
}

impl Row {
    /// Context: shown, never an edge.
    pub(crate) fn is_hub(&self) -> bool {
        self.infrastructure || self.standing.hub
    }

    /// Active at so many hours that many must be behind it.
    pub(crate) fn is_crowd(&self) -> bool {
        self.infrastructure || self.standing.crowd
    }

    pub(crate) fn rarity(&self) -> f64 {
        self.standing.rarity
    }

    /// Judges the entity as of `hour`, for a history that starts at `start`.
    pub(crate) fn judge(&mut self, start: i64, hour: i64) {
        if self.judged != hour {
            self.judged = hour;
            self.standing = self.activity.standing(self.key.kind, start, hour);
        }
    }
}

/// All entities.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Entities {
    /// Rebuilt when a snapshot is restored.
    #[serde(skip)]
    by_key: HashMap<EntityKey, EntityIx>,
    rows: Arena<EntityIx, Row>,
}

impl Entities {
    pub(crate) fn intern(&mut self, key: &EntityKey, infrastructure: &Infrastructure) -> EntityIx {
        if let Some(entity) = self.by_key.get(key) {
            return *entity;
        }
        let entity = self.rows.insert(Row {
            key: key.clone(),
            infrastructure: infrastructure.contains(key),
            users: 0,
            activity: Activity::default(),
            judged: i64::MIN,
            standing: Standing {
                hub: false,
                crowd: false,
                rarity: 1.0,
            },
            alerts: Newest::default(),
            attacks: None,
        });
        self.by_key.insert(key.clone(), entity);
        entity
    }

    pub(crate) fn key(&self, entity: EntityIx) -> &EntityKey {
        &self.rows[entity].key
    }

    /// Marks what is infrastructure from now on, and rebuilds what a snapshot leaves out.
    pub(crate) fn configure(&mut self, infrastructure: &Infrastructure) {
        for (entity, row) in self.rows.iter_mut() {
            row.infrastructure = infrastructure.contains(&row.key);
            self.by_key.insert(row.key.clone(), entity);
        }
    }

    /// Drops entities that no alert names and that were not active since `hour`.
    pub(crate) fn forget(&mut self, hour: i64) {
        let mut idle = Vec::new();
        for (entity, row) in self.rows.iter_mut() {
            row.activity.forget(hour);
            if row.users == 0 && row.activity.hours.newest() < hour - crate::hours::WINDOW {
                idle.push(entity);
            }
        }
        for entity in idle {
            if let Some(row) = self.rows.remove(entity) {
                self.by_key.remove(&row.key);
            }
        }
    }
}

impl Index<EntityIx> for Entities {
    type Output = Row;

    fn index(&self, entity: EntityIx) -> &Row {
        &self.rows[entity]
    }
}

impl IndexMut<EntityIx> for Entities {
    fn index_mut(&mut self, entity: EntityIx) -> &mut Row {
        &mut self.rows[entity]
    }
}
