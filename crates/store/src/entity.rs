//! Entities, one per key over all alerts (S12).

use crate::{
    column,
    database::Store,
    error::Result,
    insert::push_list,
    page::{Listing, Order, Page, PageRequest},
};
use model::{EntityKey, EntityKind, EventId, TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite, sqlite::SqliteRow};

const COLUMNS: &str = "e.kind, e.value, e.malicious, e.alert_count, e.attacker_count, e.victim_count, \
    e.artefact_count, e.first_time, e.last_time, \
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
    /// Only our assets, or only the others.
    pub asset: Option<bool>,
    /// Seen at or after this time.
    pub since: Option<Time>,
}

/// How entities are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EntitySort {
    /// The one seen last first.
    #[default]
    Seen,
    /// The one with most alerts first.
    Alerts,
    /// The one with most events first.
    Events,
}

impl EntitySort {
    const fn order(self) -> Order {
        match self {
            Self::Seen => Order {
                name: "entity",
                columns: &["e.last_time", "e.kind", "e.value"],
            },
            Self::Alerts => Order {
                name: "entity_alerts",
                columns: &["e.alert_count", "e.last_time", "e.kind", "e.value"],
            },
            Self::Events => Order {
                name: "entity_events",
                columns: &["ifnull(c.events, 0)", "e.last_time", "e.kind", "e.value"],
            },
        }
    }
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
    /// Those in which it is the attacker.
    pub attacker_count: u64,
    /// Those in which it is a victim.
    pub victim_count: u64,
    /// Those in which it was used or left behind.
    pub artefact_count: u64,
    /// Events that mention it, merged ones not counted.
    pub event_count: u64,
    /// The first record of the first alert.
    pub first_time: Time,
    /// The last record of the last one.
    pub last_time: Time,
}

impl EntityRow {
    /// Ours: by its kind, or as an address or domain that was attacked.
    pub fn is_asset(&self) -> bool {
        self.key.kind.is_asset() && (!by_role(self.key.kind) || self.victim_count > 0)
    }
}

/// An address or a domain is an asset by its role only.
const fn by_role(kind: EntityKind) -> bool {
    matches!(kind, EntityKind::Ip | EntityKind::Domain)
}

impl Store {
    /// Entities of all alerts.
    pub async fn entity_list(
        &self,
        tenant: &TenantId,
        filter: &EntityFilter,
        sort: EntitySort,
        page: &PageRequest,
    ) -> Result<Page<EntityRow>> {
        let listing = Listing {
            columns: COLUMNS,
            order: sort.order(),
            source: |query: &mut QueryBuilder<Sqlite>| push_source(query, tenant, filter, sort),
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

fn push_source(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &EntityFilter, sort: EntitySort) {
    query.push(" FROM entity e");
    if sort == EntitySort::Events {
        query.push(
            " LEFT JOIN (SELECT x.kind, x.value, count(DISTINCT x.event) AS events FROM event_entity x \
             JOIN event v ON v.tenant = x.tenant AND v.id = x.event WHERE v.merged_into IS NULL AND x.tenant = ",
        );
        query.push_bind(tenant.as_str());
        query.push(" GROUP BY x.value, x.kind) AS c ON c.kind = e.kind AND c.value = e.value");
    }
    query.push(" WHERE e.tenant = ").push_bind(tenant.as_str());
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
    if let Some(asset) = filter.asset {
        push_asset(query, asset);
    }
    if let Some(since) = filter.since {
        query.push(" AND e.last_time >= ").push_bind(since.millis());
    }
}

fn push_asset(query: &mut QueryBuilder<Sqlite>, asset: bool) {
    let (always, sometimes): (Vec<EntityKind>, Vec<EntityKind>) = EntityKind::all()
        .filter(|kind| kind.is_asset())
        .partition(|kind| !by_role(*kind));
    query.push(if asset { " AND (" } else { " AND NOT (" });
    query.push("e.kind IN ");
    push_list(query, always);
    query.push(" OR e.victim_count > 0 AND e.kind IN ");
    push_list(query, sometimes);
    query.push(")");
}

fn decode(row: &SqliteRow) -> Result<EntityRow> {
    Ok(EntityRow {
        key: key(row, "kind", "value")?,
        malicious: row.try_get("malicious")?,
        alert_count: column::count(row, "alert_count")?,
        attacker_count: column::count(row, "attacker_count")?,
        victim_count: column::count(row, "victim_count")?,
        artefact_count: column::count(row, "artefact_count")?,
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
