//! The events of a batch: each as it is after the batch, with what it is filtered by and its entities.

use super::{ChangeKind, EventChange, PipelineCommit};
use crate::{
    column::{int, name, text},
    error::Result,
    insert::{Insert, id_list},
};
use model::{EventId, EventStatus, SecurityEvent, TenantId};
use sqlx::SqliteConnection;
use std::collections::{HashMap, HashSet};

const EVENT: Insert = Insert {
    head: "INSERT INTO event (tenant, id, level, status, side, method, first_time, last_time, opened, last_activity, \
           alert_count, raw_alert_count, title_en, title_zh, merged_into, body, score)",
    tail: "ON CONFLICT (tenant, id) DO UPDATE SET \
           level = CASE WHEN level_chosen THEN level ELSE excluded.level END, status = excluded.status, \
           side = excluded.side, method = excluded.method, first_time = excluded.first_time, \
           last_time = excluded.last_time, last_activity = excluded.last_activity, \
           alert_count = excluded.alert_count, raw_alert_count = excluded.raw_alert_count, \
           title_en = excluded.title_en, title_zh = excluded.title_zh, merged_into = excluded.merged_into, \
           body = excluded.body, score = CASE WHEN level_chosen THEN \
           (level - 1) * 20 + min(19, excluded.score - (excluded.level - 1) * 20) ELSE excluded.score END",
};
const LABEL: Insert = Insert {
    head: "INSERT INTO event_label (tenant, kind, value, event)",
    tail: "ON CONFLICT DO NOTHING",
};
const ENTITY: Insert = Insert {
    head: "INSERT INTO event_entity (tenant, event, kind, value, role, malicious, place)",
    tail: "ON CONFLICT (tenant, event, kind, value, role) DO UPDATE SET malicious = excluded.malicious, \
           place = excluded.place WHERE malicious <> excluded.malicious OR place <> excluded.place",
};

/// Stores every changed event as it is after its last change.
pub(super) async fn change_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let changes = last_changes(&commit.events);
    let rows = changes
        .iter()
        .map(|change| Ok((change.kind, Encoded::new(&change.event)?)))
        .collect::<Result<Vec<_>>>()?;
    EVENT
        .rows(txn, &rows, |values, (kind, row)| {
            let event = row.event;
            let merged_into = match kind {
                ChangeKind::Merged { into } => Some(into.to_string()),
                ChangeKind::Opened | ChangeKind::Updated => None,
            };
            values
                .push_bind(tenant)
                .push_bind(event.id.to_string())
                .push_bind(event.level.number())
                .push_bind(event.status.as_str())
                .push_bind(&row.side)
                .push_bind(event.method.as_str())
                .push_bind(event.first_time.millis())
                .push_bind(event.last_time.millis())
                .push_bind(commit.now.millis())
                .push_bind(commit.now.millis())
                .push_bind(int(event.alert_count))
                .push_bind(int(event.raw_alert_count))
                .push_bind(&event.title.en)
                .push_bind(&event.title.zh)
                .push_bind(merged_into)
                .push_bind(&row.body)
                .push_bind(event.score);
        })
        .await?;
    insert_labels(txn, tenant, &changes).await?;
    replace_entities(txn, tenant, &changes).await
}

struct Encoded<'a> {
    event: &'a SecurityEvent,
    side: String,
    body: String,
}

impl<'a> Encoded<'a> {
    fn new(event: &'a SecurityEvent) -> Result<Self> {
        let without_entities = SecurityEvent {
            entities: Vec::new(),
            ..event.clone()
        };
        Ok(Self {
            event,
            side: name(&event.side)?,
            body: text(&without_entities)?,
        })
    }
}

/// Notes statuses, in order. One that is merged away has none of its own.
pub(super) async fn status_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    statuses: &[(EventId, EventStatus)],
) -> Result<()> {
    for (event, status) in statuses {
        sqlx::query(
            "UPDATE event SET status = ?1, body = json_set(body, '$.status', ?1) \
             WHERE tenant = ?2 AND id = ?3 AND merged_into IS NULL AND status <> ?1",
        )
        .bind(status.as_str())
        .bind(tenant.as_str())
        .bind(event.to_string())
        .execute(&mut *txn)
        .await?;
    }
    Ok(())
}

/// The last change of each event, in order.
fn last_changes(changes: &[EventChange]) -> Vec<&EventChange> {
    let mut seen: HashSet<EventId> = HashSet::new();
    let mut last: Vec<_> = changes
        .iter()
        .rev()
        .filter(|change| seen.insert(change.event.id))
        .collect();
    last.reverse();
    last
}

async fn insert_labels(txn: &mut SqliteConnection, tenant: &str, changes: &[&EventChange]) -> Result<()> {
    let mut rows = Vec::new();
    for change in changes {
        let event = &change.event;
        let id = event.id.to_string();
        let mut label = |kind, value: &dyn ToString| rows.push((kind, value.to_string(), id.clone()));
        for product in &event.products {
            label("product", product);
            label("provider", &product.provider);
        }
        event
            .accounts
            .iter()
            .for_each(|account| label("account", account));
        event.tactics.keys().for_each(|tactic| label("tactic", tactic));
    }
    LABEL
        .rows(txn, &rows, |values, (kind, value, event)| {
            values
                .push_bind(tenant)
                .push_bind(*kind)
                .push_bind(value)
                .push_bind(event);
        })
        .await
}

/// Entities only ever join an event, but for a split: then the rows are written anew.
async fn replace_entities(txn: &mut SqliteConnection, tenant: &str, changes: &[&EventChange]) -> Result<()> {
    let known = changes.iter().filter(|change| change.kind != ChangeKind::Opened);
    let ids = id_list(known.map(|change| change.event.id));
    let stored: HashMap<String, i64> = sqlx::query_as::<_, (String, i64)>(
        "SELECT event, count(*) FROM json_each(?2) x CROSS JOIN event_entity e \
         ON e.tenant = ?1 AND e.event = x.value GROUP BY event",
    )
    .bind(tenant)
    .bind(&ids)
    .fetch_all(&mut *txn)
    .await?
    .into_iter()
    .collect();
    let mut rows = Vec::new();
    let mut fewer = Vec::new();
    for change in changes {
        let (id, entities) = (change.event.id.to_string(), &change.event.entities);
        if stored
            .get(&id)
            .is_some_and(|stored| *stored > entities.len() as i64)
        {
            fewer.push(id.clone());
        }
        for (place, entity) in entities.iter().enumerate() {
            rows.push((id.clone(), place as i64, entity, name(&entity.role)?));
        }
    }
    if !fewer.is_empty() {
        sqlx::query(
            "DELETE FROM event_entity WHERE tenant = ? AND event IN (SELECT value FROM json_each(?))",
        )
        .bind(tenant)
        .bind(id_list(fewer))
        .execute(&mut *txn)
        .await?;
    }
    rows.sort_by(|(one, _, a, _), (other, _, b, _)| (one, &a.key).cmp(&(other, &b.key)));
    ENTITY
        .rows(txn, &rows, |values, (id, place, entity, role)| {
            values
                .push_bind(tenant)
                .push_bind(id)
                .push_bind(entity.key.kind.code())
                .push_bind(&entity.key.value)
                .push_bind(role)
                .push_bind(entity.malicious)
                .push_bind(*place);
        })
        .await
}
