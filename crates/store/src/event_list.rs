//! The event queue: lists by filter, and how many events there are of each status and level.

use crate::{
    column,
    database::Store,
    error::Result,
    event::{self, COLUMNS, Entities, EventRow},
    page::{Listing, Order, Page, PageRequest},
};
use model::{
    EntityKey, EventStatus, Level, ProductId, Provider, Side, TenantId, Time, limits::EVENT_LIST_DAYS,
};
use sqlx::{QueryBuilder, Row, Sqlite};
use std::{collections::BTreeMap, time::Duration};

/// Which events to list; what is left out does not matter. Merged events are never listed.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventFilter {
    /// Any of these statuses.
    pub statuses: Vec<EventStatus>,
    /// Any of these levels.
    pub levels: Vec<Level>,
    /// The side.
    pub side: Option<Side>,
    /// A cloud account it touches.
    pub account: Option<String>,
    /// A product whose records it rests on.
    pub product: Option<ProductId>,
    /// The provider of one.
    pub provider: Option<Provider>,
    /// The id of a rule that raised one of its alerts.
    pub rule: Option<String>,
    /// An ATT&CK tactic.
    pub tactic: Option<String>,
    /// A tag.
    pub tag: Option<String>,
    /// The value of an entity, exactly.
    pub entity: Option<String>,
    /// An entity by type and value.
    pub entity_key: Option<EntityKey>,
    /// Text in the title, or the event's id.
    pub text: Option<String>,
    /// Who handles it; `Some(None)` for events nobody handles.
    pub owner: Option<Option<String>>,
    /// Its last alert is not before this time.
    pub from: Option<Time>,
    /// Its first alert is before this time.
    pub until: Option<Time>,
    /// Changed at or after this time.
    pub updated_since: Option<Time>,
}

/// How events are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EventSort {
    /// The highest level first, of one level the latest.
    #[default]
    Level,
    /// The latest first.
    Time,
    /// The highest score first, of one score the latest.
    Score,
}

/// How many events there are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct EventCounts {
    /// By status and level; combinations without events are left out.
    pub by_status_and_level: BTreeMap<(EventStatus, Level), u64>,
}

impl EventCounts {
    /// Events of a status.
    pub fn of_status(&self, status: EventStatus) -> u64 {
        self.sum(|(s, _)| *s == status)
    }

    /// Events of a level.
    pub fn of_level(&self, level: Level) -> u64 {
        self.sum(|(_, l)| *l == level)
    }

    fn sum(&self, which: impl Fn(&(EventStatus, Level)) -> bool) -> u64 {
        let counts = self.by_status_and_level.iter();
        counts.filter(|(key, _)| which(key)).map(|(_, n)| n).sum()
    }
}

impl EventSort {
    const fn order(self) -> Order {
        match self {
            Self::Level => Order {
                name: "event_level",
                columns: &["e.level", "e.last_time", "e.id"],
            },
            Self::Time => Order {
                name: "event_time",
                columns: &["e.last_time", "e.id"],
            },
            Self::Score => Order {
                name: "event_score",
                columns: &["e.score", "e.last_time", "e.id"],
            },
        }
    }
}

/// Events active before this are not listed (S7).
fn listed_since(now: Time) -> Time {
    now.minus(Duration::from_secs(u64::from(EVENT_LIST_DAYS) * 86_400))
}

impl Store {
    /// Events with activity in the last 180 days, merged ones left out.
    pub async fn event_list(
        &self,
        tenant: &TenantId,
        filter: &EventFilter,
        sort: EventSort,
        page: &PageRequest,
        now: Time,
    ) -> Result<Page<EventRow>> {
        let listing = Listing {
            columns: COLUMNS,
            order: sort.order(),
            source: |query: &mut QueryBuilder<Sqlite>| {
                push_from(query, tenant, now);
                push_filter(query, tenant, filter);
            },
        };
        let mut page = listing.read(self.reader(), page, event::decode).await?;
        page.items = self.event_complete(tenant, page.items, Entities::First).await?;
        Ok(page)
    }

    /// How many of the events that are listed there are of each status and level.
    pub async fn event_counts(
        &self,
        tenant: &TenantId,
        filter: &EventFilter,
        now: Time,
    ) -> Result<EventCounts> {
        let mut query = QueryBuilder::new("SELECT e.status, e.level, count(*) AS events");
        push_from(&mut query, tenant, now);
        push_filter(&mut query, tenant, filter);
        query.push(" GROUP BY e.status, e.level");
        let rows = query.build().fetch_all(self.reader()).await?;
        let counts = rows.iter().map(|row| {
            let key = (column::code(row, "status")?, column::level(row, "level")?);
            Ok((key, column::count(row, "events")?))
        });
        Ok(EventCounts {
            by_status_and_level: counts.collect::<Result<_>>()?,
        })
    }

    /// The values events can be filtered by: of `product`, `provider`, `account`, `tactic`, `rule` or `tag`.
    pub async fn event_label_list(&self, tenant: &TenantId, kind: &str) -> Result<Vec<String>> {
        sqlx::query("SELECT DISTINCT value FROM event_label WHERE tenant = ? AND kind = ? ORDER BY value")
            .bind(tenant.as_str())
            .bind(kind)
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| Ok(row.try_get("value")?))
            .collect()
    }
}

fn push_from(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, now: Time) {
    query
        .push(" FROM event e WHERE e.tenant = ")
        .push_bind(tenant.as_str());
    // The `+` keeps SQLite from reading by activity and sorting: nearly all events are that young.
    query.push(" AND e.merged_into IS NULL AND +e.last_activity >= ");
    query.push_bind(listed_since(now).millis());
}

fn push_filter(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &EventFilter) {
    if !filter.statuses.is_empty() {
        query.push(" AND e.status IN (");
        let mut list = query.separated(", ");
        for status in &filter.statuses {
            list.push_bind(status.as_str());
        }
        query.push(")");
    }
    if !filter.levels.is_empty() {
        query.push(" AND e.level IN (");
        let mut list = query.separated(", ");
        for level in &filter.levels {
            list.push_bind(level.number());
        }
        query.push(")");
    }
    if let Some(side) = filter.side {
        query.push(" AND e.side = ").push_bind(match side {
            Side::Network => "network",
            Side::Host => "host",
        });
    }
    push_labels(query, tenant, filter);
    if let Some(entity) = &filter.entity {
        query.push(" AND e.id IN (SELECT event FROM event_entity WHERE tenant = ");
        query.push_bind(tenant.as_str()).push(" AND value = ");
        query.push_bind(entity).push(")");
    }
    if let Some(key) = &filter.entity_key {
        query.push(" AND e.id IN (SELECT event FROM event_entity WHERE tenant = ");
        query.push_bind(tenant.as_str()).push(" AND value = ");
        query.push_bind(&key.value).push(" AND kind = ");
        query.push_bind(key.kind.code()).push(")");
    }
    if let Some(text) = &filter.text {
        query.push(" AND (e.id = ").push_bind(text);
        query.push(" OR instr(lower(e.title_en), lower(").push_bind(text);
        query.push(")) OR instr(e.title_zh, ").push_bind(text).push("))");
    }
    if let Some(owner) = &filter.owner {
        query.push(" AND e.owner IS ").push_bind(owner);
    }
    let times = [
        (" AND e.last_time >= ", filter.from),
        (" AND e.first_time < ", filter.until),
        (" AND e.last_activity >= ", filter.updated_since),
    ];
    for (condition, time) in times {
        if let Some(time) = time {
            query.push(condition).push_bind(time.millis());
        }
    }
}

fn push_labels(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &EventFilter) {
    let labels = [
        ("account", filter.account.clone()),
        ("product", filter.product.as_ref().map(ToString::to_string)),
        ("provider", filter.provider.as_ref().map(ToString::to_string)),
        ("rule", filter.rule.clone()),
        ("tactic", filter.tactic.clone()),
        ("tag", filter.tag.clone()),
    ];
    for (kind, value) in labels {
        if let Some(value) = value {
            query.push(" AND e.id IN (SELECT event FROM event_label WHERE tenant = ");
            query
                .push_bind(tenant.as_str())
                .push(" AND kind = ")
                .push_bind(kind);
            query.push(" AND value = ").push_bind(value).push(")");
        }
    }
}
