//! The alerts of a batch: the alerts themselves, and what ties them to events or keeps them out.

use super::{PipelineCommit, entities};
use crate::{
    column::{name, text},
    error::Result,
    insert::{Insert, push_list},
};
use model::{Alert, AlertId, EntityKey, NoEventReason};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::{BTreeMap, HashSet};

const ALERT: Insert = Insert {
    head: "INSERT INTO alert (tenant, id, time, stored, rule, origin, side, level, category, title_en, title_zh, \
           tactics, accounts, body, evidence)",
    columns: 15,
    tail: "ON CONFLICT (tenant, id) DO NOTHING RETURNING id",
};
const PRODUCT: Insert = Insert {
    head: "INSERT INTO alert_product (tenant, product, time, alert)",
    columns: 4,
    tail: "ON CONFLICT DO NOTHING",
};
const MEMBERSHIP: Insert = Insert {
    head: "INSERT INTO membership (tenant, alert, event, folded_into, reason)",
    columns: 5,
    tail: "ON CONFLICT (tenant, alert) DO UPDATE SET event = excluded.event, \
           folded_into = excluded.folded_into, reason = excluded.reason",
};
/// Alerts named in one statement.
const NAMED: usize = 1_000;

/// An alert with what has to be encoded before it can be bound.
struct Encoded<'a> {
    alert: &'a Alert,
    id: String,
    origin: String,
    side: String,
    tactics: String,
    accounts: String,
    body: String,
    evidence: String,
}

impl<'a> Encoded<'a> {
    fn new(alert: &'a Alert) -> Result<Self> {
        let without_evidence = Alert {
            evidence: Vec::new(),
            ..alert.clone()
        };
        Ok(Self {
            alert,
            id: alert.id.to_string(),
            origin: name(&alert.origin)?,
            side: name(&alert.side)?,
            tactics: text(&alert.tactics)?,
            accounts: text(&alert.accounts)?,
            body: text(&without_evidence)?,
            evidence: text(&alert.evidence)?,
        })
    }
}

/// Entities that are malicious in an alert by intelligence alone: that is not its rule's word.
fn by_intel(commit: &PipelineCommit) -> HashSet<(AlertId, &EntityKey)> {
    let alone = commit.intel.iter().filter(|found| found.tags && found.alone);
    alone.map(|found| (found.alert, &found.entity)).collect()
}

/// Stores new alerts and counts them for their entities; one that is there already changes nothing.
pub(super) async fn insert_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let encoded = commit
        .alerts
        .iter()
        .map(Encoded::new)
        .collect::<Result<Vec<_>>>()?;
    let new: HashSet<String> = ALERT
        .returning(txn, &encoded, |values, row| {
            let alert = row.alert;
            values
                .push_bind(tenant)
                .push_bind(&row.id)
                .push_bind(alert.time.millis())
                .push_bind(commit.now.millis())
                .push_bind(&alert.rule.id)
                .push_bind(&row.origin)
                .push_bind(&row.side)
                .push_bind(alert.level.number())
                .push_bind(&alert.category)
                .push_bind(&alert.title.en)
                .push_bind(&alert.title.zh)
                .push_bind(&row.tactics)
                .push_bind(&row.accounts)
                .push_bind(&row.body)
                .push_bind(&row.evidence);
        })
        .await?
        .into_iter()
        .collect();
    let new: Vec<&Encoded> = encoded.iter().filter(|e| new.contains(&e.id)).collect();
    insert_products(txn, tenant, &new).await?;
    let new: Vec<(&str, &Alert)> = new.iter().map(|row| (row.id.as_str(), row.alert)).collect();
    entities::insert_in_txn(txn, tenant, &new, &by_intel(commit)).await
}

async fn insert_products(txn: &mut SqliteConnection, tenant: &str, alerts: &[&Encoded<'_>]) -> Result<()> {
    let rows: Vec<_> = alerts
        .iter()
        .flat_map(|row| {
            row.alert
                .products
                .iter()
                .map(|product| (*row, product.to_string()))
        })
        .collect();
    let bind = |values: &mut crate::insert::Values<'_>, (row, product): &(&Encoded, String)| {
        values
            .push_bind(tenant)
            .push_bind(product)
            .push_bind(row.alert.time.millis())
            .push_bind(&row.id);
    };
    PRODUCT.rows(txn, &rows, bind).await
}

/// Notes why alerts are in no event, and counts the hits of whitelists.
pub(super) async fn unlink_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<_>> = BTreeMap::new();
    for unlinked in &commit.unlinked {
        let key = (unlinked.reason.as_str(), unlinked.whitelist.as_deref());
        groups.entry(key).or_default().push(unlinked.alert);
    }
    for ((reason, whitelist), alerts) in groups {
        for chunk in alerts.chunks(NAMED) {
            let mut query = QueryBuilder::<Sqlite>::new("UPDATE alert SET no_event = ");
            query
                .push_bind(reason)
                .push(", whitelist = ")
                .push_bind(whitelist);
            query
                .push(" WHERE tenant = ")
                .push_bind(tenant)
                .push(" AND id IN ");
            push_list(&mut query, chunk);
            query.build().persistent(false).execute(&mut *txn).await?;
        }
        // Only what waits for a pattern can have been in an event a moment ago: a late alert undid the pattern.
        if reason == NoEventReason::PatternIncomplete.as_str() {
            for chunk in alerts.chunks(NAMED) {
                let mut query = QueryBuilder::<Sqlite>::new("DELETE FROM membership WHERE tenant = ");
                query.push_bind(tenant).push(" AND alert IN ");
                push_list(&mut query, chunk);
                query.build().persistent(false).execute(&mut *txn).await?;
            }
        }
        if let Some(whitelist) = whitelist {
            sqlx::query("UPDATE whitelist SET hits = hits + ?, last_hit = ? WHERE tenant = ? AND id = ?")
                .bind(alerts.len() as i64)
                .bind(commit.now.millis())
                .bind(tenant)
                .bind(whitelist)
                .execute(&mut *txn)
                .await?;
        }
    }
    Ok(())
}

/// Puts alerts into events, moving those that were in another one.
pub(super) async fn join_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let rows = commit
        .memberships
        .iter()
        .map(|m| Ok((m, text(&(&m.reason, &m.also))?)))
        .collect::<Result<Vec<_>>>()?;
    MEMBERSHIP
        .rows(txn, &rows, |values, (membership, reason)| {
            values
                .push_bind(tenant)
                .push_bind(membership.alert.to_string())
                .push_bind(membership.event.to_string())
                .push_bind(membership.folded_into.to_string())
                .push_bind(reason);
        })
        .await?;
    for chunk in commit.memberships.chunks(NAMED) {
        let mut query =
            QueryBuilder::<Sqlite>::new("UPDATE alert SET no_event = NULL, whitelist = NULL WHERE tenant = ");
        query
            .push_bind(tenant)
            .push(" AND no_event IS NOT NULL AND id IN ");
        push_list(&mut query, chunk.iter().map(|m| m.alert));
        query.build().persistent(false).execute(&mut *txn).await?;
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT OR IGNORE INTO event_label (tenant, kind, value, event) \
             SELECT DISTINCT m.tenant, 'rule', a.rule, m.event FROM membership m \
             JOIN alert a ON a.tenant = m.tenant AND a.id = m.alert WHERE m.tenant = ",
        );
        query.push_bind(tenant).push(" AND m.alert IN ");
        push_list(&mut query, chunk.iter().map(|m| m.alert));
        query.build().persistent(false).execute(&mut *txn).await?;
    }
    Ok(())
}
