//! Candidates for events like another: those that name the same entities, and the latest ones of the same rules.
//!
//! Bounded on both ways, because an event may name hundreds of entities and an entity may be in any number of events:
//! one that is in very many says nothing about two of them.

use crate::{
    column,
    database::Store,
    error::Result,
    event::{self, COLUMNS, Entities, EventRow},
    insert::push_list,
};
use model::{EntityKey, EventId, SecurityEvent, TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// Entities asked about.
const ENTITIES: usize = 60;
/// An entity of more events than this is common.
const COMMON: i64 = 200;
/// The latest events among which those of the same rules are looked for.
const LATEST: i64 = 5_000;
/// Events of the same rules.
const SAME_RULES: i64 = 60;
/// Events of the same entities: those that share most.
const SAME_ENTITIES: usize = 60;

/// Events that may be like another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Candidates {
    /// How many events name each entity of the event in question, itself included; common ones are left out.
    pub named_by: BTreeMap<EntityKey, u64>,
    /// The events, each with the ids of its rules.
    pub events: Vec<(EventRow, BTreeSet<String>)>,
}

impl Store {
    /// Events active since `since` that may be like `event`, which comes with all its entities.
    pub async fn event_candidates(
        &self,
        tenant: &TenantId,
        event: &SecurityEvent,
        rules: &BTreeSet<String>,
        since: Time,
    ) -> Result<Candidates> {
        let mut named_by = BTreeMap::new();
        let mut shared: HashMap<EventId, f64> = HashMap::new();
        let keys: BTreeSet<&EntityKey> = event
            .entities
            .iter()
            .map(|entity| &entity.key)
            .take(ENTITIES)
            .collect();
        for key in keys {
            let events = self.events_naming(tenant, key, since).await?;
            if events.len() as i64 > COMMON {
                continue;
            }
            named_by.insert(key.clone(), events.len() as u64);
            let weight = 1.0 / (events.len() as f64 + 1.0);
            for other in events.into_iter().filter(|other| *other != event.id) {
                *shared.entry(other).or_default() += weight;
            }
        }
        let mut ids: Vec<(EventId, f64)> = shared.into_iter().collect();
        ids.sort_by_key(|(id, weight)| (Reverse((weight * 1e6) as u64), *id));
        let mut ids: BTreeSet<EventId> = ids.into_iter().take(SAME_ENTITIES).map(|(id, _)| id).collect();
        ids.extend(self.events_of_rules(tenant, rules, since).await?);
        ids.remove(&event.id);
        Ok(Candidates {
            named_by,
            events: self.events_with_rules(tenant, &ids).await?,
        })
    }

    async fn events_naming(&self, tenant: &TenantId, key: &EntityKey, since: Time) -> Result<Vec<EventId>> {
        sqlx::query(
            "SELECT DISTINCT v.id FROM event_entity x CROSS JOIN event v ON v.tenant = x.tenant AND v.id = x.event \
             WHERE x.tenant = ? AND x.value = ? AND x.kind = ? AND v.merged_into IS NULL AND v.last_activity >= ? \
             LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(&key.value)
        .bind(key.kind.code())
        .bind(since.millis())
        .bind(COMMON + 1)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| column::parse(row, "id"))
        .collect()
    }

    async fn events_of_rules(
        &self,
        tenant: &TenantId,
        rules: &BTreeSet<String>,
        since: Time,
    ) -> Result<Vec<EventId>> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT v.id FROM (SELECT tenant, id, last_time FROM event WHERE merged_into IS NULL AND tenant = ",
        );
        query.push_bind(tenant.as_str()).push(" AND last_time >= ");
        query
            .push_bind(since.millis())
            .push(" ORDER BY last_time DESC LIMIT ");
        query.push_bind(LATEST);
        query.push(
            ") v WHERE EXISTS (SELECT 1 FROM event_label l WHERE l.tenant = v.tenant AND l.kind = 'rule' \
             AND l.event = v.id AND l.value IN ",
        );
        push_list(&mut query, rules);
        query
            .push(") ORDER BY v.last_time DESC LIMIT ")
            .push_bind(SAME_RULES);
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(|row| column::parse(row, "id")).collect()
    }

    async fn events_with_rules(
        &self,
        tenant: &TenantId,
        ids: &BTreeSet<EventId>,
    ) -> Result<Vec<(EventRow, BTreeSet<String>)>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(COLUMNS).push(" FROM event e WHERE e.tenant = ");
        query.push_bind(tenant.as_str()).push(" AND e.id IN ");
        push_list(&mut query, ids);
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        let events = rows.iter().map(event::decode).collect::<Result<Vec<_>>>()?;
        let events = self.event_complete(tenant, events, Entities::All).await?;
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT event, value FROM event_label WHERE kind = 'rule' AND tenant = ",
        );
        query.push_bind(tenant.as_str()).push(" AND event IN ");
        push_list(&mut query, ids);
        let mut rules: HashMap<EventId, BTreeSet<String>> = HashMap::new();
        for row in query.build().persistent(false).fetch_all(self.reader()).await? {
            let event = column::parse(&row, "event")?;
            rules.entry(event).or_default().insert(row.try_get("value")?);
        }
        Ok(events
            .into_iter()
            .map(|row| {
                let rules = rules.remove(&row.event.id).unwrap_or_default();
                (row, rules)
            })
            .collect())
    }
}
