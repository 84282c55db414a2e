//! The alerts of a batch: the alerts themselves, and what ties them to events or keeps them out.

use super::{PipelineCommit, Unlinked, entities};
use crate::{
    column::{name, text},
    error::Result,
    insert::{Insert, id_list},
};
use model::{Alert, AlertId, EntityKey, NoEventReason};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

const ALERT: Insert = Insert {
    head: "INSERT INTO alert (tenant, id, time, stored, rule, origin, side, level, category, title_en, title_zh, \
           tactics, accounts, no_event, whitelist, body, evidence)",
    tail: "ON CONFLICT (tenant, id) DO NOTHING RETURNING id",
};
const PRODUCT: Insert = Insert {
    head: "INSERT INTO alert_product (tenant, product, time, alert)",
    tail: "ON CONFLICT DO NOTHING",
};
const MEMBERSHIP: Insert = Insert {
    head: "INSERT INTO membership (tenant, alert, event, folded_into, reason)",
    tail: "ON CONFLICT (tenant, alert) DO UPDATE SET event = excluded.event, \
           folded_into = excluded.folded_into, reason = excluded.reason",
};
const RULE: Insert = Insert {
    head: "INSERT INTO event_label (tenant, kind, value, event)",
    tail: "ON CONFLICT DO NOTHING",
};

/// The alerts of a batch that were not there before. What became of the others is a change of rows that are there.
pub(super) type Fresh = HashSet<AlertId>;

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
    /// Why it is in no event, as far as this batch says so.
    unlinked: Option<&'a Unlinked>,
}

impl<'a> Encoded<'a> {
    fn new(alert: &'a Alert, unlinked: Option<&'a Unlinked>) -> Result<Self> {
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
            unlinked,
        })
    }
}

/// Entities that are malicious in an alert by intelligence alone: that is not its rule's word.
fn by_intel(commit: &PipelineCommit) -> HashSet<(AlertId, &EntityKey)> {
    let alone = commit.intel.iter().filter(|found| found.tags && found.alone);
    alone.map(|found| (found.alert, &found.entity)).collect()
}

/// Stores new alerts and counts them for their entities; one that is there already changes nothing.
pub(super) async fn insert_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit) -> Result<Fresh> {
    let tenant = commit.tenant.as_str();
    let unlinked: HashMap<AlertId, &Unlinked> = commit.unlinked.iter().map(|u| (u.alert, u)).collect();
    let mut encoded = commit
        .alerts
        .iter()
        .map(|alert| Encoded::new(alert, unlinked.get(&alert.id).copied()))
        .collect::<Result<Vec<_>>>()?;
    // In key order, so that neighbours are written together.
    encoded.sort_by_key(|row| row.alert.id);
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
                .push_bind(row.unlinked.map(|unlinked| unlinked.reason.as_str()))
                .push_bind(row.unlinked.and_then(|unlinked| unlinked.whitelist.as_deref()))
                .push_bind(&row.body)
                .push_bind(&row.evidence);
        })
        .await?
        .into_iter()
        .collect();
    let new: Vec<&Encoded> = encoded.iter().filter(|e| new.contains(&e.id)).collect();
    insert_products(txn, tenant, &new).await?;
    let fresh = new.iter().map(|row| row.alert.id).collect();
    let new: Vec<(&str, &Alert)> = new.iter().map(|row| (row.id.as_str(), row.alert)).collect();
    entities::insert_in_txn(txn, tenant, &new, &by_intel(commit)).await?;
    Ok(fresh)
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

/// Notes why older alerts are in no event, and counts the hits of whitelists.
pub(super) async fn unlink_in_txn(
    txn: &mut SqliteConnection,
    commit: &PipelineCommit,
    fresh: &Fresh,
) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<_>> = BTreeMap::new();
    for unlinked in &commit.unlinked {
        let key = (unlinked.reason.as_str(), unlinked.whitelist.as_deref());
        groups.entry(key).or_default().push(unlinked.alert);
    }
    for ((reason, whitelist), alerts) in groups {
        let older = id_list(alerts.iter().filter(|alert| !fresh.contains(alert)));
        sqlx::query(
            "UPDATE alert SET no_event = ?, whitelist = ? \
             WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))",
        )
        .bind(reason)
        .bind(whitelist)
        .bind(tenant)
        .bind(&older)
        .execute(&mut *txn)
        .await?;
        // Only what waits for a pattern can have been in an event a moment ago: a late alert undid the pattern.
        if reason == NoEventReason::PatternIncomplete.as_str() {
            sqlx::query(
                "DELETE FROM membership WHERE tenant = ? AND alert IN (SELECT value FROM json_each(?))",
            )
            .bind(tenant)
            .bind(&older)
            .execute(&mut *txn)
            .await?;
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
pub(super) async fn join_in_txn(
    txn: &mut SqliteConnection,
    commit: &PipelineCommit,
    fresh: &Fresh,
) -> Result<()> {
    let tenant = commit.tenant.as_str();
    let mut rows = commit
        .memberships
        .iter()
        .map(|m| Ok((m, text(&(&m.reason, &m.also))?)))
        .collect::<Result<Vec<_>>>()?;
    rows.sort_by_key(|(membership, _)| membership.alert);
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
    label_in_txn(txn, commit, fresh).await?;
    let older = commit
        .memberships
        .iter()
        .map(|m| m.alert)
        .filter(|alert| !fresh.contains(alert));
    let older = id_list(older);
    if older == "[]" {
        return Ok(());
    }
    for statement in [
        "UPDATE alert SET no_event = NULL, whitelist = NULL \
         WHERE tenant = ?1 AND no_event IS NOT NULL AND id IN (SELECT value FROM json_each(?2))",
        "INSERT OR IGNORE INTO event_label (tenant, kind, value, event) \
         SELECT DISTINCT m.tenant, 'rule', a.rule, m.event FROM json_each(?2) x \
         CROSS JOIN membership m ON m.tenant = ?1 AND m.alert = x.value \
         CROSS JOIN alert a ON a.tenant = m.tenant AND a.id = m.alert",
    ] {
        sqlx::query(statement)
            .bind(tenant)
            .bind(&older)
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

/// The rules of new alerts, by which their events are found.
async fn label_in_txn(txn: &mut SqliteConnection, commit: &PipelineCommit, fresh: &Fresh) -> Result<()> {
    let rules: HashMap<AlertId, &str> = commit.alerts.iter().map(|a| (a.id, a.rule.id.as_str())).collect();
    let of_new = commit.memberships.iter().filter(|m| fresh.contains(&m.alert));
    let labels: BTreeSet<(&str, String)> = of_new
        .filter_map(|m| Some((*rules.get(&m.alert)?, m.event)))
        .collect::<HashSet<_>>()
        .into_iter()
        .map(|(rule, event)| (rule, event.to_string()))
        .collect();
    let labels: Vec<_> = labels.into_iter().collect();
    RULE.rows(txn, &labels, |values, (rule, event)| {
        values
            .push_bind(commit.tenant.as_str())
            .push_bind("rule")
            .push_bind(*rule)
            .push_bind(event);
    })
    .await
}
