//! What the page of an entity says beyond its counts: how far it reaches, how common it is, and what it comes with.
//!
//! An entity may be in any number of alerts, so what is read from alerts is read from the newest ones that name it; how
//! many that were is part of the answer. What is said of days comes from rows that the pipeline keeps.

use crate::{
    column,
    database::Store,
    entity::{EntityRow, key},
    error::Result,
};
use model::{AlertId, EntityKey, EntityKind, TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite};

/// Alerts looked at.
const NEWEST: i64 = 2_000;
/// Where the newest alerts of an entity with more than that are looked for.
const SEARCHED: i64 = 100_000;
/// Related entities, rules and accounts named.
const NAMED: i64 = 50;
const HOURS: u64 = 24;

/// The newest alerts that name an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityAlerts {
    ids: String,
    /// How many there are; fewer than all if the entity has very many.
    pub considered: u64,
}

/// How far an entity reaches, by the alerts looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityReach {
    /// The rules that raised them, each with its alerts, the most first.
    pub rules: Vec<(String, u64)>,
    /// The cloud accounts they belong to.
    pub accounts: Vec<String>,
    /// The products whose records they rest on.
    pub products: Vec<String>,
    /// Our assets that they name beside the entity.
    pub assets: u64,
}

/// An entity named together with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedEntity {
    /// Which.
    pub key: EntityKey,
    /// It is known to be malicious.
    pub malicious: bool,
    /// Alerts, of those looked at, that name both.
    pub alert_count: u64,
    /// The newest of them.
    pub newest: AlertId,
    /// When that was.
    pub newest_time: Time,
}

/// An entity on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityDay {
    /// Days since the epoch, UTC.
    pub day: i64,
    /// Alerts that name it.
    pub alerts: u64,
    /// Hours of the day in which there were some.
    pub hours: u32,
}

/// How common an entity was over some days: each count with what it is a share of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prevalence {
    /// The days, today included.
    pub days: u32,
    /// Alerts that name it, of all alerts.
    pub alerts: (u64, u64),
    /// Hours in which it was named, of all hours.
    pub hours: (u64, u64),
    /// Hosts named together with it in the alerts looked at, of all hosts in alerts.
    pub hosts: (u64, u64),
}

impl Store {
    /// The newest alerts that name an entity.
    pub async fn entity_alerts(&self, tenant: &TenantId, entity: &EntityRow) -> Result<EntityAlerts> {
        let few = entity.alert_count <= NEWEST.unsigned_abs();
        let sql = if few {
            "SELECT DISTINCT alert FROM alert_entity WHERE tenant = ?1 AND value = ?3 AND kind = ?2 \
             LIMIT min(?4, ?5)"
        } else {
            "SELECT a.id FROM (SELECT tenant, id, time FROM alert WHERE tenant = ?1 ORDER BY time DESC LIMIT ?5) a \
             WHERE EXISTS (SELECT 1 FROM alert_entity x WHERE x.tenant = a.tenant AND x.alert = a.id \
             AND x.kind = ?2 AND x.value = ?3) ORDER BY a.time DESC LIMIT ?4"
        };
        let ids: Vec<String> = sqlx::query_scalar(sql)
            .bind(tenant.as_str())
            .bind(entity.key.kind.code())
            .bind(&entity.key.value)
            .bind(NEWEST)
            .bind(SEARCHED)
            .fetch_all(self.reader())
            .await?;
        Ok(EntityAlerts {
            considered: ids.len() as u64,
            ids: serde_json::to_string(&ids)?,
        })
    }

    /// How far an entity reaches.
    pub async fn entity_reach(
        &self,
        tenant: &TenantId,
        key: &EntityKey,
        alerts: &EntityAlerts,
    ) -> Result<EntityReach> {
        let rules = sqlx::query(
            "SELECT rule, count(*) AS alerts FROM alert WHERE tenant = ?1 \
             AND id IN (SELECT value FROM json_each(?2)) GROUP BY rule ORDER BY alerts DESC, rule LIMIT ?3",
        )
        .bind(tenant.as_str())
        .bind(&alerts.ids)
        .bind(NAMED)
        .fetch_all(self.reader())
        .await?;
        let rules = rules
            .iter()
            .map(|row| Ok((row.try_get("rule")?, column::count(row, "alerts")?)))
            .collect::<Result<_>>()?;
        Ok(EntityReach {
            rules,
            accounts: self.entity_values(tenant, alerts, "a.accounts, '$'").await?,
            products: self.entity_values(tenant, alerts, "a.body, '$.products'").await?,
            assets: self.entity_assets(tenant, key, alerts).await?,
        })
    }

    /// The different values of a list that alerts have; `list` is the column and the path in it.
    async fn entity_values(
        &self,
        tenant: &TenantId,
        alerts: &EntityAlerts,
        list: &'static str,
    ) -> Result<Vec<String>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT DISTINCT l.value FROM alert a, json_each(");
        query.push(list).push(") l WHERE a.tenant = ");
        query.push_bind(tenant.as_str());
        query.push(" AND a.id IN (SELECT value FROM json_each(");
        query.push_bind(&alerts.ids).push(")) ORDER BY l.value LIMIT ");
        query.push_bind(NAMED);
        Ok(query.build_query_scalar().fetch_all(self.reader()).await?)
    }

    async fn entity_assets(&self, tenant: &TenantId, key: &EntityKey, alerts: &EntityAlerts) -> Result<u64> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT count(*) AS assets FROM (SELECT DISTINCT kind, value FROM alert_entity WHERE tenant = ",
        );
        query.push_bind(tenant.as_str());
        query.push(" AND alert IN (SELECT value FROM json_each(");
        query.push_bind(&alerts.ids).push(")) AND NOT (kind = ");
        query.push_bind(key.kind.code()).push(" AND value = ");
        query.push_bind(&key.value);
        query.push(
            ") AND role <> 'attacker' AND (role = 'victim' OR kind NOT IN ('ip', 'domain')) AND kind IN ",
        );
        crate::insert::push_list(&mut query, EntityKind::all().filter(|kind| kind.is_asset()));
        query.push(")");
        column::count(&query.build().fetch_one(self.reader()).await?, "assets")
    }

    /// The entities named most often together with this one.
    pub async fn entity_related(
        &self,
        tenant: &TenantId,
        of: &EntityKey,
        alerts: &EntityAlerts,
    ) -> Result<Vec<RelatedEntity>> {
        sqlx::query(
            // Beside `max`, SQLite gives the other columns of the row that has the greatest value: the newest alert.
            "SELECT c.kind, c.value, c.alerts, c.newest, c.id, ifnull(n.malicious, 0) AS malicious FROM \
             (SELECT x.kind, x.value, count(DISTINCT x.alert) AS alerts, max(a.time) AS newest, a.id FROM \
             json_each(?2) j CROSS JOIN alert_entity x ON x.tenant = ?1 AND x.alert = j.value \
             CROSS JOIN alert a ON a.tenant = ?1 AND a.id = x.alert \
             WHERE NOT (x.kind = ?3 AND x.value = ?4) GROUP BY x.kind, x.value \
             ORDER BY alerts DESC, newest DESC, x.kind, x.value LIMIT ?5) AS c \
             LEFT JOIN entity n ON n.tenant = ?1 AND n.kind = c.kind AND n.value = c.value \
             ORDER BY c.alerts DESC, c.newest DESC, c.kind, c.value",
        )
        .bind(tenant.as_str())
        .bind(&alerts.ids)
        .bind(of.kind.code())
        .bind(&of.value)
        .bind(NAMED)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(RelatedEntity {
                key: key(row, "kind", "value")?,
                malicious: row.try_get("malicious")?,
                alert_count: column::count(row, "alerts")?,
                newest: column::parse(row, "id")?,
                newest_time: column::time(row, "newest")?,
            })
        })
        .collect()
    }

    /// The days on which alerts name an entity, from one day to another.
    pub async fn entity_days(
        &self,
        tenant: &TenantId,
        key: &EntityKey,
        from: i64,
        upto: i64,
    ) -> Result<Vec<EntityDay>> {
        // Day by day, because the rows of other entities lie between.
        sqlx::query(
            "WITH RECURSIVE days (day) AS (SELECT ?4 UNION ALL SELECT day + 1 FROM days WHERE day < ?5) \
             SELECT e.day, e.alerts, e.hours FROM days CROSS JOIN entity_day e ON e.tenant = ?1 \
             AND e.day = days.day AND e.kind = ?2 AND e.value = ?3 ORDER BY e.day",
        )
        .bind(tenant.as_str())
        .bind(key.kind.code())
        .bind(&key.value)
        .bind(from)
        .bind(upto)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            let hours: i64 = row.try_get("hours")?;
            Ok(EntityDay {
                day: row.try_get("day")?,
                alerts: column::count(row, "alerts")?,
                hours: hours.count_ones(),
            })
        })
        .collect()
    }

    /// How common an entity was in the last `days`, today included.
    pub async fn entity_prevalence(
        &self,
        tenant: &TenantId,
        key: &EntityKey,
        alerts: &EntityAlerts,
        days: u32,
        now: Time,
    ) -> Result<Prevalence> {
        let today = now.day();
        let from = today - i64::from(days) + 1;
        let own = self.entity_days(tenant, key, from, today).await?;
        let all = sqlx::query(
            "SELECT ifnull(sum(alerts), 0) AS alerts FROM alert_day WHERE tenant = ? AND day BETWEEN ? AND ?",
        )
        .bind(tenant.as_str())
        .bind(from)
        .bind(today)
        .fetch_one(self.reader())
        .await?;
        Ok(Prevalence {
            days,
            alerts: (
                own.iter().map(|day| day.alerts).sum(),
                column::count(&all, "alerts")?,
            ),
            hours: (
                own.iter().map(|day| u64::from(day.hours)).sum(),
                u64::from(days) * HOURS,
            ),
            hosts: self.entity_hosts(tenant, alerts, from, today).await?,
        })
    }

    /// Hosts in the alerts looked at, of all hosts in alerts.
    async fn entity_hosts(
        &self,
        tenant: &TenantId,
        alerts: &EntityAlerts,
        from: i64,
        today: i64,
    ) -> Result<(u64, u64)> {
        let row = sqlx::query(
            "WITH RECURSIVE days (day) AS (SELECT ?3 UNION ALL SELECT day + 1 FROM days WHERE day < ?4) \
             SELECT (SELECT count(DISTINCT x.value) FROM json_each(?2) j CROSS JOIN alert a ON a.tenant = ?1 \
             AND a.id = j.value CROSS JOIN alert_entity x ON x.tenant = ?1 AND x.alert = a.id AND x.kind = 'host' \
             WHERE a.time >= ?3 * 86400000 AND a.time < (?4 + 1) * 86400000) AS own, \
             (SELECT count(DISTINCT e.value) FROM days CROSS JOIN entity_day e ON e.tenant = ?1 \
             AND e.day = days.day AND e.kind = 'host') AS hosts",
        )
        .bind(tenant.as_str())
        .bind(&alerts.ids)
        .bind(from)
        .bind(today)
        .fetch_one(self.reader())
        .await?;
        Ok((column::count(&row, "own")?, column::count(&row, "hosts")?))
    }

    /// Forgets what is kept by day for days before `before`.
    pub async fn entity_day_forget(&self, tenant: &TenantId, before: Time) -> Result<()> {
        let mut txn = self.begin().await?;
        for statement in [
            "DELETE FROM entity_day WHERE tenant = ? AND day < ?",
            "DELETE FROM alert_day WHERE tenant = ? AND day < ?",
        ] {
            sqlx::query(statement)
                .bind(tenant.as_str())
                .bind(before.day())
                .execute(&mut *txn)
                .await?;
        }
        txn.commit().await?;
        Ok(())
    }
}
