//! Who calls an entity malicious: set by people, rules, vendors and intelligence, taken back by people.

use crate::{
    column::{self, text},
    database::Store,
    error::Result,
    insert::Insert,
    intel_tag,
};
use model::{EntityKey, LocalText, TagSource, TenantId, Time, entity_tag::MALICIOUS};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

const TAG: Insert = Insert {
    head: "INSERT INTO entity_tag (tenant, kind, value, tag, set_by, reference, at, reason)",
    // Who says so already need not say it again.
    tail: "ON CONFLICT DO NOTHING",
};
/// Tags shown of one entity, the newest.
const SHOWN: i64 = 100;

/// What someone says of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTagChange {
    /// Of which.
    pub entity: EntityKey,
    /// That it is malicious; if not, all tags on it are taken back.
    pub malicious: bool,
    /// Who says so.
    pub source: TagSource,
    /// Their name, the rule's id, or the indicator.
    pub reference: String,
    /// Why.
    pub reason: LocalText,
}

/// A tag, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag {
    /// Who set it.
    pub source: TagSource,
    /// Their name, the rule's id, or the indicator.
    pub reference: String,
    /// The id of the feed whose indicator it is.
    pub feed: Option<String>,
    /// When.
    pub at: Time,
    /// Why.
    pub reason: LocalText,
    /// When, by whom and why it was taken back.
    pub removed: Option<(Time, String, LocalText)>,
}

/// A tag as it is written: of which entity, by whom, when, and why as JSON.
pub(crate) type NewTag<'a> = (&'a EntityKey, TagSource, &'a str, Time, String);

/// Sets tags that are not there yet.
pub(crate) async fn insert_in_txn(
    txn: &mut SqliteConnection,
    tenant: &str,
    tags: &[NewTag<'_>],
) -> Result<()> {
    TAG.rows(txn, tags, |values, (key, source, reference, at, reason)| {
        values
            .push_bind(tenant)
            .push_bind(key.kind.code())
            .push_bind(&key.value)
            .push_bind(MALICIOUS)
            .push_bind(source.as_str())
            .push_bind(*reference)
            .push_bind(at.millis())
            .push_bind(reason);
    })
    .await
}

/// Sets and takes back tags, in order, and the entities' own flags with them.
pub(crate) async fn change_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    changes: &[EntityTagChange],
    now: Time,
) -> Result<()> {
    for change in changes {
        let (key, reason) = (&change.entity, text(&change.reason)?);
        if change.malicious {
            let tag = (key, change.source, change.reference.as_str(), now, reason);
            insert_in_txn(txn, tenant.as_str(), &[tag]).await?;
        } else {
            sqlx::query(
                "UPDATE OR REPLACE entity_tag SET removed_at = ?, removed_by = ?, removed_reason = ? \
                 WHERE tenant = ? AND kind = ? AND value = ? AND tag = ? AND removed_at = 0",
            )
            .bind(now.millis())
            .bind(&change.reference)
            .bind(reason)
            .bind(tenant.as_str())
            .bind(key.kind.code())
            .bind(&key.value)
            .bind(MALICIOUS)
            .execute(&mut *txn)
            .await?;
        }
        sqlx::query("UPDATE entity SET malicious = ? WHERE tenant = ? AND kind = ? AND value = ?")
            .bind(change.malicious)
            .bind(tenant.as_str())
            .bind(key.kind.code())
            .bind(&key.value)
            .execute(&mut *txn)
            .await?;
    }
    Ok(())
}

impl Store {
    /// The tags of an entity: those that hold first, then the newest first; at most 100.
    pub async fn entity_tag_list(&self, tenant: &TenantId, key: &EntityKey) -> Result<Vec<EntityTag>> {
        sqlx::query(
            "SELECT set_by, reference, at, reason, removed_at, removed_by, removed_reason FROM entity_tag \
             WHERE tenant = ? AND kind = ? AND value = ? AND tag = ? ORDER BY removed_at > 0, at DESC LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(key.kind.code())
        .bind(&key.value)
        .bind(MALICIOUS)
        .bind(SHOWN)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }
}

fn decode(row: &SqliteRow) -> Result<EntityTag> {
    let removed_by: Option<String> = row.try_get("removed_by")?;
    let removed = removed_by
        .map(|by| {
            Ok::<_, crate::error::Error>((
                column::time(row, "removed_at")?,
                by,
                column::json(row, "removed_reason")?,
            ))
        })
        .transpose()?;
    let source = column::code(row, "set_by")?;
    let reference: &str = row.try_get("reference")?;
    let (feed, reference) = match source {
        TagSource::Intel => {
            let (feed, indicator) = intel_tag::parts(reference);
            (Some(feed.to_owned()), indicator)
        }
        _ => (None, reference),
    };
    Ok(EntityTag {
        source,
        reference: reference.to_owned(),
        feed,
        at: column::time(row, "at")?,
        reason: column::json(row, "reason")?,
        removed,
    })
}
