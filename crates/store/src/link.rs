//! What is known about events beyond their alerts' memberships: events that are near each other, and alerts that an
//! analyst took apart.

use crate::{column, database::Store, error::Result, insert::Insert};
use model::{AlertId, EventId, Related, TenantId, Time};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

const RELATED: Insert = Insert {
    head: "INSERT INTO event_related (tenant, event, other, at, actor, body)",
    tail: "ON CONFLICT DO NOTHING",
};
const MARK: Insert = Insert {
    head: "INSERT INTO do_not_link (tenant, id, one, other, at, actor, reason)",
    tail: "ON CONFLICT DO NOTHING",
};
/// Related events told of one event.
const MOST: i64 = 100;

/// Why two events are told together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Relation {
    /// An alert ties them.
    Alert(Related),
    /// A person says so.
    Person {
        /// Why.
        reason: String,
    },
}

/// An event near another.
#[derive(Clone, Debug, PartialEq)]
pub struct RelatedRow {
    /// The other event.
    pub other: EventId,
    /// Since when.
    pub at: Time,
    /// Who says so; none if the correlator does.
    pub actor: Option<String>,
    /// Why.
    pub relation: Relation,
}

/// Two alerts that were taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its id.
    pub id: String,
    /// One alert.
    pub one: AlertId,
    /// The other.
    pub other: AlertId,
    /// When.
    pub at: Time,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
}

pub(crate) async fn relate_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    related: &[Related],
    now: Time,
) -> Result<()> {
    let rows = related
        .iter()
        .filter(|related| related.event != related.other)
        .map(|related| Ok((related, column::text(&Relation::Alert(related.clone()))?)))
        .collect::<Result<Vec<_>>>()?;
    RELATED
        .rows(txn, &rows, |values, (related, body)| {
            values
                .push_bind(tenant.as_str())
                .push_bind(related.event.to_string())
                .push_bind(related.other.to_string())
                .push_bind(now.millis())
                .push_bind(None::<String>)
                .push_bind(body);
        })
        .await
}

pub(crate) async fn mark_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    marks: &[Mark],
    lifted: &[String],
) -> Result<()> {
    MARK.rows(txn, marks, |values, mark| {
        values
            .push_bind(tenant.as_str())
            .push_bind(&mark.id)
            .push_bind(mark.one.to_string())
            .push_bind(mark.other.to_string())
            .push_bind(mark.at.millis())
            .push_bind(&mark.actor)
            .push_bind(&mark.reason);
    })
    .await?;
    for id in lifted {
        sqlx::query("DELETE FROM do_not_link WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id)
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

impl Store {
    /// Notes that a person sees two events together; said twice, the first reason stays.
    pub async fn event_relate(
        &self,
        tenant: &TenantId,
        event: EventId,
        other: EventId,
        actor: &str,
        reason: &str,
        now: Time,
    ) -> Result<()> {
        let relation = Relation::Person {
            reason: reason.to_owned(),
        };
        sqlx::query(
            "INSERT INTO event_related (tenant, event, other, at, actor, body) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(event.to_string())
        .bind(other.to_string())
        .bind(now.millis())
        .bind(actor)
        .bind(column::text(&relation)?)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The events near one, newest first; at most a hundred. Those that were merged since answer by the event they
    /// became part of, and one that became part of this very event is near no more.
    pub async fn event_related_list(&self, tenant: &TenantId, event: EventId) -> Result<Vec<RelatedRow>> {
        let rows = sqlx::query(
            "SELECT coalesce(v.merged_into, v.id) AS other, r.at, r.actor, r.body FROM ( \
               SELECT other AS near, at, actor, body FROM event_related WHERE tenant = ?1 AND event = ?2 UNION \
               SELECT event AS near, at, actor, body FROM event_related WHERE tenant = ?1 AND other = ?2) r \
             JOIN event v ON v.tenant = ?1 AND v.id = r.near ORDER BY r.at DESC, other LIMIT ?3",
        )
        .bind(tenant.as_str())
        .bind(event.to_string())
        .bind(MOST)
        .fetch_all(self.reader())
        .await?;
        let rows = rows.iter().map(decode_related).collect::<Result<Vec<_>>>()?;
        let mut seen = std::collections::HashSet::from([event]);
        Ok(rows.into_iter().filter(|row| seen.insert(row.other)).collect())
    }

    /// The marks between alerts of an event and others, oldest first.
    pub async fn mark_list(&self, tenant: &TenantId, event: EventId) -> Result<Vec<Mark>> {
        sqlx::query(
            "SELECT DISTINCT d.id, d.one, d.other, d.at, d.actor, d.reason FROM do_not_link d \
             JOIN membership m ON m.tenant = d.tenant AND m.alert IN (d.one, d.other) \
             WHERE d.tenant = ? AND m.event = ? ORDER BY d.at, d.id",
        )
        .bind(tenant.as_str())
        .bind(event.to_string())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode_mark)
        .collect()
    }

    /// One mark.
    pub async fn mark_fetch(&self, tenant: &TenantId, id: &str) -> Result<Option<Mark>> {
        let row = sqlx::query(
            "SELECT id, one, other, at, actor, reason FROM do_not_link WHERE tenant = ? AND id = ?",
        )
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(self.reader())
        .await?;
        row.as_ref().map(decode_mark).transpose()
    }
}

fn decode_related(row: &SqliteRow) -> Result<RelatedRow> {
    Ok(RelatedRow {
        other: column::parse(row, "other")?,
        at: column::time(row, "at")?,
        actor: row.try_get("actor")?,
        relation: column::json(row, "body")?,
    })
}

fn decode_mark(row: &SqliteRow) -> Result<Mark> {
    Ok(Mark {
        id: row.try_get("id")?,
        one: column::parse(row, "one")?,
        other: column::parse(row, "other")?,
        at: column::time(row, "at")?,
        actor: row.try_get("actor")?,
        reason: row.try_get("reason")?,
    })
}
