//! One event: the event itself, its alerts and entities, and what analysts decide about it.

use crate::{
    activity::{self, Activity},
    alert::membership,
    audit::{self, AuditEntry},
    column,
    database::Store,
    entity::key,
    error::{Error, Result},
    insert::push_list,
};
use model::{Alert, Entity, EventId, Level, Membership, SecurityEvent, TenantId, Time};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

pub(crate) const COLUMNS: &str =
    "e.id, e.body, e.level, e.level_chosen, e.score, e.owner, e.opened, e.last_activity, e.merged_into";
/// Events removed in one transaction, so that the pipeline never waits long.
const REMOVED: i64 = 500;
/// Entities shown with an event in a list.
const SHOWN: i64 = 8;
/// Follows redirects of events that were merged again; longer chains do not come up.
const REDIRECTS: usize = 32;

/// How many entities to read with an event.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entities {
    First,
    All,
}

/// An event and what analysts added to it.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// The event, at the level that holds. Lists leave out all but its first eight entities.
    pub event: SecurityEvent,
    /// An analyst chose the level.
    pub level_chosen: bool,
    /// Who handles it.
    pub owner: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was opened.
    pub opened: Time,
    /// When anything last happened to it.
    pub last_activity: Time,
}

/// What stands under an event's id.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "the large one is the usual one")]
pub enum EventFetch {
    /// The event.
    Event(EventRow),
    /// It became part of this one.
    MergedInto(EventId),
}

/// An alert of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct EventMember {
    /// The alert, without its evidence.
    pub alert: Alert,
    /// Why it is in the event.
    pub membership: Membership,
}

/// An entity of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEntity {
    /// The entity.
    pub entity: Entity,
    /// Alerts of the event that mention it in this role.
    pub alert_count: u64,
}

impl Store {
    /// What stands under an id; a merged event answers the one that stands at the end of the chain.
    pub async fn event_fetch(&self, tenant: &TenantId, id: EventId) -> Result<Option<EventFetch>> {
        let mut target = id;
        for _ in 0..REDIRECTS {
            let Some(row) = self.event_row(tenant, target).await? else {
                return Ok(None);
            };
            match column::parse_optional(&row, "merged_into")? {
                Some(into) => target = into,
                None if target == id => {
                    let mut events = self
                        .event_complete(tenant, vec![decode(&row)?], Entities::All)
                        .await?;
                    return Ok(events.pop().map(EventFetch::Event));
                }
                None => return Ok(Some(EventFetch::MergedInto(target))),
            }
        }
        Ok(None)
    }

    /// The events that became part of this one.
    pub async fn event_merged_list(&self, tenant: &TenantId, id: EventId) -> Result<Vec<EventId>> {
        sqlx::query("SELECT id FROM event WHERE tenant = ? AND merged_into = ? ORDER BY id")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| column::parse(row, "id"))
            .collect()
    }

    /// The rules of an event's alerts, each with its category.
    pub async fn event_rule_list(&self, tenant: &TenantId, id: EventId) -> Result<Vec<(String, String)>> {
        sqlx::query(
            "SELECT DISTINCT a.rule, a.category FROM membership m \
             JOIN alert a ON a.tenant = m.tenant AND a.id = m.alert \
             WHERE m.tenant = ? AND m.event = ? ORDER BY a.rule, a.category",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| Ok((row.try_get("rule")?, row.try_get("category")?)))
        .collect()
    }

    async fn event_row(&self, tenant: &TenantId, id: EventId) -> Result<Option<SqliteRow>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(COLUMNS).push(" FROM event e WHERE e.tenant = ");
        query.push_bind(tenant.as_str()).push(" AND e.id = ");
        query.push_bind(id.to_string());
        Ok(query.build().fetch_optional(self.reader()).await?)
    }

    /// Adds tags and entities: all of them, or the first ones.
    pub(crate) async fn event_complete(
        &self,
        tenant: &TenantId,
        mut events: Vec<EventRow>,
        entities: Entities,
    ) -> Result<Vec<EventRow>> {
        let places: HashMap<String, usize> = (events.iter())
            .enumerate()
            .map(|(place, row)| (row.event.id.to_string(), place))
            .collect();
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT x.event, x.kind, x.value, x.role, ifnull(n.malicious, x.malicious) AS malicious FROM \
             event_entity x LEFT JOIN entity n ON n.tenant = x.tenant AND n.kind = x.kind AND n.value = x.value \
             WHERE x.tenant = ",
        );
        query.push_bind(tenant.as_str());
        if entities == Entities::First {
            query.push(" AND x.place < ").push_bind(SHOWN);
        }
        query.push(" AND x.event IN ");
        push_list(&mut query, places.keys());
        query.push(" ORDER BY x.event, x.place");
        for row in query.build().persistent(false).fetch_all(self.reader()).await? {
            if let Some(place) = places.get(row.try_get::<&str, _>("event")?) {
                events[*place].event.entities.push(entity(&row)?);
            }
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT event, value FROM event_label WHERE kind = 'tag' AND tenant = ",
        );
        query.push_bind(tenant.as_str()).push(" AND event IN ");
        push_list(&mut query, places.keys());
        query.push(" ORDER BY value");
        for row in query.build().persistent(false).fetch_all(self.reader()).await? {
            if let Some(place) = places.get(row.try_get::<&str, _>("event")?) {
                events[*place].tags.push(row.try_get("value")?);
            }
        }
        Ok(events)
    }

    /// The alerts of an event, oldest first, without their evidence.
    pub async fn event_member_list(&self, tenant: &TenantId, id: EventId) -> Result<Vec<EventMember>> {
        sqlx::query(
            "SELECT a.body, m.event, m.alert, m.folded_into, m.reason FROM membership m \
             JOIN alert a ON a.tenant = m.tenant AND a.id = m.alert \
             WHERE m.tenant = ? AND m.event = ? ORDER BY a.time, a.id",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(EventMember {
                alert: column::json(row, "body")?,
                membership: membership(row)?,
            })
        })
        .collect()
    }

    /// The entities of an event, attackers first, each with how many of its alerts mention it.
    pub async fn event_entity_list(&self, tenant: &TenantId, id: EventId) -> Result<Vec<EventEntity>> {
        sqlx::query(
            "SELECT e.kind, e.value, e.role, ifnull(n.malicious, e.malicious) AS malicious, \
             ifnull(c.alerts, 0) AS alert_count FROM event_entity e \
             LEFT JOIN entity n ON n.tenant = e.tenant AND n.kind = e.kind AND n.value = e.value \
             LEFT JOIN (SELECT x.kind, x.value, x.role, count(*) AS alerts FROM membership m \
             CROSS JOIN alert_entity x ON x.tenant = m.tenant AND x.alert = m.alert \
             WHERE m.tenant = ?1 AND m.event = ?2 GROUP BY x.kind, x.value, x.role) AS c \
             ON c.kind = e.kind AND c.value = e.value AND c.role = e.role \
             WHERE e.tenant = ?1 AND e.event = ?2 ORDER BY e.place",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(EventEntity {
                entity: entity(row)?,
                alert_count: column::count(row, "alert_count")?,
            })
        })
        .collect()
    }

    /// Hands an event to someone, or to nobody.
    pub async fn event_set_owner(
        &self,
        tenant: &TenantId,
        id: EventId,
        owner: Option<&str>,
        activity: &Activity,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE event SET owner = ? WHERE tenant = ? AND id = ?")
            .bind(owner)
            .bind(tenant.as_str())
            .bind(id.to_string())
            .execute(&mut *txn)
            .await?;
        note_in_txn(&mut txn, tenant, id, activity, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Chooses the level of an event; the machine no longer changes it.
    pub async fn event_set_level(
        &self,
        tenant: &TenantId,
        id: EventId,
        level: Level,
        activity: &Activity,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        // The score moves into the band of the level, so that what is first by score is first by level.
        sqlx::query(
            "UPDATE event SET level = ?1, level_chosen = 1, \
             score = (?1 - 1) * 20 + min(19, score - (level - 1) * 20) WHERE tenant = ?2 AND id = ?3",
        )
        .bind(level.number())
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *txn)
        .await?;
        note_in_txn(&mut txn, tenant, id, activity, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Adds a tag to an event, or takes it away.
    pub async fn event_set_tag(
        &self,
        tenant: &TenantId,
        id: EventId,
        (tag, present): (&str, bool),
        activity: &Activity,
        audit: &AuditEntry,
    ) -> Result<()> {
        let mut txn = self.begin().await?;
        let statement = if present {
            "INSERT OR IGNORE INTO event_label (tenant, kind, value, event) \
             SELECT tenant, 'tag', ?1, id FROM event WHERE tenant = ?2 AND id = ?3"
        } else {
            "DELETE FROM event_label WHERE kind = 'tag' AND value = ?1 AND tenant = ?2 AND event = ?3"
        };
        sqlx::query(statement)
            .bind(tag)
            .bind(tenant.as_str())
            .bind(id.to_string())
            .execute(&mut *txn)
            .await?;
        note_in_txn(&mut txn, tenant, id, activity, audit).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Removes events without any activity since `before`, with all that hangs on them but their alerts, some at a
    /// time: how many. Call it again while it removes any.
    pub async fn event_delete_before(&self, tenant: &TenantId, before: Time) -> Result<u64> {
        let mut txn = self.begin().await?;
        let ids: Vec<String> =
            sqlx::query_scalar("SELECT id FROM event WHERE tenant = ? AND last_activity < ? LIMIT ?")
                .bind(tenant.as_str())
                .bind(before.millis())
                .bind(REMOVED)
                .fetch_all(&mut *txn)
                .await?;
        let list = column::text(&ids)?;
        for statement in [
            "DELETE FROM membership WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2))",
            "DELETE FROM event_entity WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2))",
            "DELETE FROM event_label WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2))",
            "DELETE FROM event_related WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2))",
            "DELETE FROM event_related WHERE tenant = ?1 AND other IN (SELECT value FROM json_each(?2))",
            "DELETE FROM activity WHERE tenant = ?1 AND event IN (SELECT value FROM json_each(?2))",
            "DELETE FROM event WHERE tenant = ?1 AND id IN (SELECT value FROM json_each(?2))",
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

/// Notes a change in the event's log and in the audit log; there must be such an event.
async fn note_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    id: EventId,
    activity: &Activity,
    audit: &AuditEntry,
) -> Result<()> {
    let done =
        sqlx::query("UPDATE event SET last_activity = max(last_activity, ?) WHERE tenant = ? AND id = ?")
            .bind(activity.at.millis())
            .bind(tenant.as_str())
            .bind(id.to_string())
            .execute(&mut *txn)
            .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound {
            what: "event",
            id: id.to_string(),
        });
    }
    activity::insert_in_txn(txn, tenant, std::slice::from_ref(activity)).await?;
    audit::append_in_txn(txn, tenant, audit).await
}

pub(crate) fn decode(row: &SqliteRow) -> Result<EventRow> {
    let mut event: SecurityEvent = column::json(row, "body")?;
    event.level = column::level(row, "level")?;
    event.score = row.try_get("score")?;
    Ok(EventRow {
        event,
        level_chosen: row.try_get("level_chosen")?,
        owner: row.try_get("owner")?,
        tags: Vec::new(),
        opened: column::time(row, "opened")?,
        last_activity: column::time(row, "last_activity")?,
    })
}

fn entity(row: &SqliteRow) -> Result<Entity> {
    Ok(Entity {
        key: key(row, "kind", "value")?,
        role: column::code(row, "role")?,
        malicious: row.try_get("malicious")?,
    })
}
