//! Malicious tags that intelligence sets: one for each indicator of a feed on an entity. They end with their indicator,
//! and stay in the entity's history.

use crate::{column, database::Store, entity_tag::NewTag, error::Result, intel_match::IntelMatch};
use model::{EntityKey, EntityKind, LocalText, TagSource, TenantId, Time, entity_tag::MALICIOUS};
use sqlx::{Row, sqlite::SqliteRow};

/// A tag of a feed that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelTag {
    /// The entity.
    pub entity: EntityKey,
    /// The feed's id.
    pub feed: String,
    /// What the indicator looks for.
    pub indicator: String,
}

/// Why a tag ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntelTagEnd {
    /// Which.
    pub tag: IntelTag,
    /// The feed's name.
    pub by: String,
    /// Why.
    pub reason: LocalText,
}

/// A tag as it is written.
pub(crate) struct Tag<'a> {
    entity: &'a EntityKey,
    reference: String,
    at: Time,
    reason: String,
}

/// The reference of a tag. Ids have no spaces, indicators may.
fn reference(feed: &str, indicator: &str) -> String {
    format!("{feed} {indicator}")
}

/// The feed and the indicator of a reference.
pub(crate) fn parts(reference: &str) -> (&str, &str) {
    reference.split_once(' ').unwrap_or(("", reference))
}

/// The tags that matches set.
pub(crate) fn of<'a>(matches: &[&'a IntelMatch], at: Time) -> Result<Vec<Tag<'a>>> {
    let tag = |found: &&'a IntelMatch| {
        Ok(Tag {
            entity: &found.entity,
            reference: reference(&found.feed, &found.indicator),
            at,
            reason: column::text(&found.reason)?,
        })
    };
    matches.iter().map(tag).collect()
}

impl Tag<'_> {
    /// The row it becomes.
    pub(crate) fn row(&self) -> NewTag<'_> {
        (
            self.entity,
            TagSource::Intel,
            &self.reference,
            self.at,
            self.reason.clone(),
        )
    }
}

impl Store {
    /// The tags of feeds that hold.
    pub async fn intel_tag_list(&self, tenant: &TenantId) -> Result<Vec<IntelTag>> {
        sqlx::query(
            "SELECT kind, value, reference FROM entity_tag \
             WHERE tenant = ? AND tag = ? AND set_by = ? AND removed_at = 0",
        )
        .bind(tenant.as_str())
        .bind(MALICIOUS)
        .bind(TagSource::Intel.as_str())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(decode)
        .collect()
    }

    /// Ends tags of feeds. An entity that nobody else calls malicious is so no more.
    pub async fn intel_tag_end(&self, tenant: &TenantId, ends: &[IntelTagEnd], now: Time) -> Result<()> {
        // A feed that is removed may end very many: the pipeline waits for no more than some of them.
        for some in ends.chunks(500) {
            let mut txn = self.begin().await?;
            for end in some {
                let key = &end.tag.entity;
                sqlx::query(
                    "UPDATE OR REPLACE entity_tag SET removed_at = ?, removed_by = ?, removed_reason = ? \
                     WHERE tenant = ? AND kind = ? AND value = ? AND tag = ? AND set_by = ? AND reference = ? \
                     AND removed_at = 0",
                )
                .bind(now.millis())
                .bind(&end.by)
                .bind(column::text(&end.reason)?)
                .bind(tenant.as_str())
                .bind(key.kind.code())
                .bind(&key.value)
                .bind(MALICIOUS)
                .bind(TagSource::Intel.as_str())
                .bind(reference(&end.tag.feed, &end.tag.indicator))
                .execute(&mut *txn)
                .await?;
                sqlx::query(
                    "UPDATE entity SET malicious = EXISTS (SELECT 1 FROM entity_tag t WHERE t.tenant = ?1 \
                     AND t.kind = ?2 AND t.value = ?3 AND t.tag = ?4 AND t.removed_at = 0) \
                     WHERE tenant = ?1 AND kind = ?2 AND value = ?3",
                )
                .bind(tenant.as_str())
                .bind(key.kind.code())
                .bind(&key.value)
                .bind(MALICIOUS)
                .execute(&mut *txn)
                .await?;
            }
            txn.commit().await?;
        }
        Ok(())
    }
}

fn decode(row: &SqliteRow) -> Result<IntelTag> {
    let kind: EntityKind = column::code(row, "kind")?;
    let (feed, indicator) = parts(row.try_get("reference")?);
    Ok(IntelTag {
        entity: EntityKey::new(kind, row.try_get("value")?),
        feed: feed.to_owned(),
        indicator: indicator.to_owned(),
    })
}
