//! Entities, one per key over all alerts (S12).

use crate::{
    column,
    database::Store,
    error::Result,
    page::{Listing, Order, Page, PageRequest},
};
use model::{EntityKey, EntityKind, EventId, TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};

const COLUMNS: &str = "e.kind, e.value, e.malicious, e.alert_count, e.first_time, e.last_time, \
    (SELECT count(DISTINCT x.event) FROM event_entity x JOIN event v ON v.tenant = x.tenant AND v.id = x.event \
    WHERE x.tenant = e.tenant AND x.value = e.value AND x.kind = e.kind AND v.merged_into IS NULL) AS event_count";
/// Related events named.
const RELATED: i64 = 200;

/// Which entities to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EntityFilter {
    /// The kind.
    pub kind: Option<EntityKind>,
    /// Text in the value.
    pub text: Option<String>,
    /// Only those known to be malicious, or only the others.
    pub malicious: Option<bool>,
    /// Seen at or after this time.
    pub since: Option<Time>,
}

/// An entity over all alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityRow {
    /// Which.
    pub key: EntityKey,
    /// Known to be malicious.
    pub malicious: bool,
    /// Alerts that mention it.
    pub alert_count: u64,
    /// Events that mention it, merged ones not counted.
    pub event_count: u64,
    /// The first record of the first alert.
    pub first_time: Time,
    /// The last record of the last one.
    pub last_time: Time,
}

impl Store {
    /// Entities, last seen first.
    pub async fn entity_list(
        &self,
        tenant: &TenantId,
        filter: &EntityFilter,
        page: &PageRequest,
    ) -> Result<Page<EntityRow>> {
        let listing = Listing {
            columns: COLUMNS,
            order: Order {
                name: "entity",
                columns: &["e.last_time", "e.kind", "e.value"],
            },
            source: |query: &mut QueryBuilder<Sqlite>| push_source(query, tenant, filter),
        };
        listing.read(self.reader(), page, decode).await
    }

    /// One entity.
    pub async fn entity_fetch(&self, tenant: &TenantId, key: &EntityKey) -> Result<Option<EntityRow>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(COLUMNS).push(" FROM entity e WHERE e.tenant = ");
        query.push_bind(tenant.as_str()).push(" AND e.kind = ");
        query.push_bind(key.kind.code()).push(" AND e.value = ");
        query.push_bind(&key.value);
        let row = query.build().fetch_optional(self.reader()).await?;
        row.as_ref().map(decode).transpose()
    }

    /// The events that mention an entity, last active first; at most 200.
    pub async fn entity_event_list(&self, tenant: &TenantId, key: &EntityKey) -> Result<Vec<EventId>> {
        sqlx::query(
            "SELECT DISTINCT v.id, v.last_activity FROM event_entity x \
             JOIN event v ON v.tenant = x.tenant AND v.id = x.event \
             WHERE x.tenant = ? AND x.value = ? AND x.kind = ? AND v.merged_into IS NULL \
             ORDER BY v.last_activity DESC, v.id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(&key.value)
        .bind(key.kind.code())
        .bind(RELATED)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| column::parse(row, "id"))
        .collect()
    }
}

fn push_source(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &EntityFilter) {
    query
        .push(" FROM entity e WHERE e.tenant = ")
        .push_bind(tenant.as_str());
    if let Some(kind) = filter.kind {
        query.push(" AND e.kind = ").push_bind(kind.code());
    }
    if let Some(text) = &filter.text {
        query
            .push(" AND instr(lower(e.value), lower(")
            .push_bind(text)
            .push("))");
    }
    if let Some(malicious) = filter.malicious {
        query.push(" AND e.malicious = ").push_bind(malicious);
    }
    if let Some(since) = filter.since {
        query.push(" AND e.last_time >= ").push_bind(since.millis());
    }
}

fn decode(row: &SqliteRow) -> Result<EntityRow> {
    Ok(EntityRow {
        key: key(row, "kind", "value")?,
        malicious: row.try_get("malicious")?,
        alert_count: column::count(row, "alert_count")?,
        event_count: column::count(row, "event_count")?,
        first_time: column::time(row, "first_time")?,
        last_time: column::time(row, "last_time")?,
    })
}

/// The entity of two columns; its value is canonical already.
pub(crate) fn key(row: &SqliteRow, kind: &'static str, value: &'static str) -> Result<EntityKey> {
    Ok(EntityKey {
        kind: column::code(row, kind)?,
        value: row.try_get(value)?,
    })
}
