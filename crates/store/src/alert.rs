//! Alerts: lists by tab and filter, one alert with its evidence, and their retention.

use crate::{
    column,
    database::Store,
    error::Result,
    page::{Listing, Order, Page, PageRequest},
};
use model::{
    Alert, AlertId, EntityKey, EventId, Level, Membership, NoEventReason, ProductId, Provider, Side,
    TenantId, Time,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// Alerts removed in one transaction, so that the pipeline never waits long.
const REMOVED: i64 = 500;
const COLUMNS: &str = "a.body, a.no_event, a.whitelist, a.stored, m.event, m.alert, m.folded_into, m.reason";
const ORDER: Order = Order {
    name: "alert",
    columns: &["a.time", "a.id"],
};
/// The same order by the same keys, read from the index of products.
const PRODUCT_ORDER: Order = Order {
    name: "alert",
    columns: &["p.time", "p.alert"],
};

/// The tabs of the alert page (S15).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AlertTab {
    /// Alerts of predefined rules, and those imported from a vendor.
    Aggregate,
    /// Alerts of custom rules.
    Custom,
    /// Alerts that rest on records of one product.
    Product(ProductId),
}

/// Which alerts to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct AlertFilter {
    /// The tab.
    pub tab: Option<AlertTab>,
    /// Any of these levels.
    pub levels: Vec<Level>,
    /// The side.
    pub side: Option<Side>,
    /// The rule's id.
    pub rule: Option<String>,
    /// A cloud account.
    pub account: Option<String>,
    /// The provider of a product it rests on.
    pub provider: Option<Provider>,
    /// An ATT&CK tactic.
    pub tactic: Option<String>,
    /// The value of an entity, exactly.
    pub entity: Option<String>,
    /// An entity by type and value.
    pub entity_key: Option<EntityKey>,
    /// Text in the title, or the alert's id.
    pub text: Option<String>,
    /// The event it is in.
    pub event: Option<EventId>,
    /// Whether it is in an event.
    pub in_event: Option<bool>,
    /// Why it is in none.
    pub no_event: Option<NoEventReason>,
    /// Not before this time.
    pub from: Option<Time>,
    /// Before this time.
    pub until: Option<Time>,
}

/// An alert and where it went.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRow {
    /// The alert; lists leave its evidence out.
    pub alert: Alert,
    /// When it was stored.
    pub stored: Time,
    /// The event it is in, and why.
    pub membership: Option<Membership>,
    /// Why it is in none; absent also while an event may still come.
    pub no_event: Option<NoEventReason>,
    /// The whitelist it hit.
    pub whitelist: Option<String>,
}

impl Store {
    /// Alerts, newest first.
    pub async fn alert_list(
        &self,
        tenant: &TenantId,
        filter: &AlertFilter,
        page: &PageRequest,
    ) -> Result<Page<AlertRow>> {
        let listing = Listing {
            columns: COLUMNS,
            order: match filter.tab {
                Some(AlertTab::Product(_)) => PRODUCT_ORDER,
                _ => ORDER,
            },
            source: |query: &mut QueryBuilder<Sqlite>| push_source(query, tenant, filter),
        };
        listing.read(self.reader(), page, decode).await
    }

    /// One alert with its evidence.
    pub async fn alert_fetch(&self, tenant: &TenantId, id: AlertId) -> Result<Option<AlertRow>> {
        let mut query = QueryBuilder::new(format!("SELECT a.evidence, {COLUMNS}"));
        push_from(&mut query, tenant);
        query.push(" AND a.id = ").push_bind(id.to_string());
        let row = query.build().fetch_optional(self.reader()).await?;
        row.map(|row| {
            let mut found = decode(&row)?;
            found.alert.evidence = column::json(&row, "evidence")?;
            Ok(found)
        })
        .transpose()
    }

    /// The products that have alerts: one tab each.
    pub async fn alert_product_list(&self, tenant: &TenantId) -> Result<Vec<ProductId>> {
        sqlx::query("SELECT DISTINCT product FROM alert_product WHERE tenant = ? ORDER BY product")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| column::parse(row, "product"))
            .collect()
    }

    /// Removes alerts stored before `before`, some at a time: how many. Call it again while it removes any.
    /// Events stay, with the counts they had.
    pub async fn alert_delete_before(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let mut txn = self.begin().await?;
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM alert WHERE tenant = ? AND stored < ? ORDER BY stored LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(before.millis())
        .bind(REMOVED)
        .fetch_all(&mut *txn)
        .await?;
        let list = serde_json::to_string(&ids)?;
        uncount_entities(&mut txn, tenant, &list).await?;
        for statement in [
            "DELETE FROM alert_product WHERE (tenant, product, time, alert) IN \
             (SELECT a.tenant, p.value, a.time, a.id FROM alert a, json_each(a.body, '$.products') p \
             WHERE a.tenant = ?1 AND a.id IN (SELECT value FROM json_each(?2)))",
            "DELETE FROM alert_entity WHERE tenant = ?1 AND alert IN (SELECT value FROM json_each(?2))",
            "DELETE FROM membership WHERE tenant = ?1 AND alert IN (SELECT value FROM json_each(?2))",
            "DELETE FROM alert WHERE tenant = ?1 AND id IN (SELECT value FROM json_each(?2))",
        ] {
            sqlx::query(statement)
                .bind(tenant.as_str())
                .bind(&list)
                .execute(&mut *txn)
                .await?;
        }
        txn.commit().await?;
        Ok(ids.len() as u64)
    }
}

/// Takes the alerts of `list` off the counts of their entities; an entity without alerts goes.
async fn uncount_entities(txn: &mut SqliteConnection, tenant: &TenantId, list: &str) -> Result<()> {
    sqlx::query(
        "UPDATE entity SET alert_count = alert_count - gone.alerts, \
         attacker_count = attacker_count - gone.attacker, victim_count = victim_count - gone.victim, \
         artefact_count = artefact_count - gone.artefact FROM \
         (SELECT kind, value, count(DISTINCT alert) AS alerts, sum(role = 'attacker') AS attacker, \
         sum(role = 'victim') AS victim, sum(role = 'artefact') AS artefact FROM alert_entity \
         WHERE tenant = ?1 AND alert IN (SELECT value FROM json_each(?2)) GROUP BY kind, value) AS gone \
         WHERE entity.tenant = ?1 AND entity.kind = gone.kind AND entity.value = gone.value",
    )
    .bind(tenant.as_str())
    .bind(list)
    .execute(&mut *txn)
    .await?;
    for statement in [
        // What a rule said goes with its alerts; what a person said stays.
        "DELETE FROM entity_tag WHERE set_by IN ('rule', 'vendor') AND (tenant, kind, value) IN \
         (SELECT e.tenant, e.kind, e.value FROM alert_entity x JOIN entity e ON e.tenant = x.tenant \
         AND e.kind = x.kind AND e.value = x.value WHERE x.tenant = ?1 AND e.alert_count <= 0 \
         AND x.alert IN (SELECT value FROM json_each(?2)))",
        "DELETE FROM entity WHERE alert_count <= 0 AND (tenant, kind, value) IN \
         (SELECT tenant, kind, value FROM alert_entity \
         WHERE tenant = ?1 AND alert IN (SELECT value FROM json_each(?2)))",
    ] {
        sqlx::query(statement)
            .bind(tenant.as_str())
            .bind(list)
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

/// Joins what became of an alert, and starts the conditions.
const JOIN: &str = " LEFT JOIN membership m ON m.tenant = a.tenant AND m.alert = a.id WHERE a.tenant = ";

fn push_from(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId) {
    query.push(" FROM alert a").push(JOIN).push_bind(tenant.as_str());
}

fn push_source(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, filter: &AlertFilter) {
    match &filter.tab {
        Some(AlertTab::Product(product)) => {
            // `CROSS JOIN` keeps this order: from the product's alerts to the alerts themselves.
            query.push(" FROM alert_product p CROSS JOIN alert a ON a.tenant = p.tenant AND a.id = p.alert");
            query.push(JOIN).push_bind(tenant.as_str());
            query.push(" AND p.tenant = ").push_bind(tenant.as_str());
            query.push(" AND p.product = ").push_bind(product.to_string());
        }
        Some(AlertTab::Aggregate) => {
            push_from(query, tenant);
            query.push(" AND a.origin IN ('predefined', 'vendor')");
        }
        Some(AlertTab::Custom) => {
            push_from(query, tenant);
            query.push(" AND a.origin = 'custom'");
        }
        None => push_from(query, tenant),
    }
    push_plain(query, filter);
    if let Some(account) = &filter.account {
        query.push(" AND EXISTS (SELECT 1 FROM json_each(a.accounts) WHERE value = ");
        query.push_bind(account).push(")");
    }
    if let Some(tactic) = &filter.tactic {
        query.push(" AND EXISTS (SELECT 1 FROM json_each(a.tactics) WHERE value = ");
        query.push_bind(tactic).push(")");
    }
    if let Some(provider) = filter.provider {
        query.push(" AND EXISTS (SELECT 1 FROM json_each(a.body, '$.products') WHERE value LIKE ");
        query.push_bind(format!("{provider}/%")).push(")");
    }
    if let Some(entity) = &filter.entity {
        query.push(" AND a.id IN (SELECT alert FROM alert_entity WHERE tenant = ");
        query.push_bind(tenant.as_str()).push(" AND value = ");
        query.push_bind(entity).push(")");
    }
    if let Some(key) = &filter.entity_key {
        query.push(" AND a.id IN (SELECT alert FROM alert_entity WHERE tenant = ");
        query.push_bind(tenant.as_str()).push(" AND value = ");
        query.push_bind(&key.value).push(" AND kind = ");
        query.push_bind(key.kind.code()).push(")");
    }
}

/// The filters on columns of the alert itself.
fn push_plain(query: &mut QueryBuilder<Sqlite>, filter: &AlertFilter) {
    if !filter.levels.is_empty() {
        query.push(" AND a.level IN (");
        let mut list = query.separated(", ");
        for level in &filter.levels {
            list.push_bind(level.number());
        }
        query.push(")");
    }
    if let Some(side) = filter.side {
        query.push(" AND a.side = ").push_bind(match side {
            Side::Network => "network",
            Side::Host => "host",
        });
    }
    if let Some(rule) = &filter.rule {
        query.push(" AND a.rule = ").push_bind(rule);
    }
    if let Some(text) = &filter.text {
        query.push(" AND (a.id = ").push_bind(text);
        query.push(" OR instr(lower(a.title_en), lower(").push_bind(text);
        query.push(")) OR instr(a.title_zh, ").push_bind(text).push("))");
    }
    if let Some(event) = filter.event {
        query.push(" AND m.event = ").push_bind(event.to_string());
    }
    if let Some(joined) = filter.in_event {
        query.push(if joined {
            " AND m.event IS NOT NULL"
        } else {
            " AND m.event IS NULL"
        });
    }
    if let Some(reason) = filter.no_event {
        query.push(" AND a.no_event = ").push_bind(reason.as_str());
    }
    if let Some(from) = filter.from {
        query.push(" AND a.time >= ").push_bind(from.millis());
    }
    if let Some(until) = filter.until {
        query.push(" AND a.time < ").push_bind(until.millis());
    }
}

fn decode(row: &SqliteRow) -> Result<AlertRow> {
    let joined: Option<EventId> = column::parse_optional(row, "event")?;
    let membership = joined.map(|_| membership(row)).transpose()?;
    Ok(AlertRow {
        alert: column::json(row, "body")?,
        stored: column::time(row, "stored")?,
        membership,
        no_event: column::code_optional(row, "no_event")?,
        whitelist: sqlx::Row::try_get(row, "whitelist")?,
    })
}

/// The membership of a row that has one.
pub(crate) fn membership(row: &SqliteRow) -> Result<Membership> {
    let (reason, also) = column::json(row, "reason")?;
    Ok(Membership {
        event: column::parse(row, "event")?,
        alert: column::parse(row, "alert")?,
        folded_into: column::parse(row, "folded_into")?,
        reason,
        also,
    })
}
