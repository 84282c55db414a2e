//! What expert patterns did: the events in which they hold, and the alerts that they tie there.

use crate::{column, database::Store, error::Result};
use model::{AlertId, EventId, LocalText, TenantId, Time};
use sqlx::{Row as _, sqlite::SqliteRow};
use std::collections::HashMap;

/// Links of one event that are read; a pattern that counts to hundreds ties hundreds.
const MOST: i64 = 1_000;

/// What a pattern did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternUse {
    /// Events in which it holds.
    pub events: u64,
    /// When the newest alert that it ties happened.
    pub last: Time,
}

/// An alert that a pattern ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternAlert {
    /// Its id.
    pub id: AlertId,
    /// When it happened.
    pub time: Time,
    /// What it says.
    pub title: LocalText,
}

/// Two alerts of an event that a pattern ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternLink {
    /// The pattern.
    pub pattern: String,
    /// The step that the later one takes, from 1.
    pub step: usize,
    /// The earlier one.
    pub earlier: PatternAlert,
    /// The later one.
    pub later: PatternAlert,
}

impl Store {
    /// What patterns did, by id, as far as events are kept; patterns that did nothing are left out.
    pub async fn pattern_use_list(&self, tenant: &TenantId) -> Result<HashMap<String, PatternUse>> {
        sqlx::query(
            "SELECT p.pattern, count(DISTINCT m.event) AS events, max(a.time) AS last FROM pattern_link p \
             JOIN membership m ON m.tenant = p.tenant AND m.alert = p.alert \
             JOIN alert a ON a.tenant = p.tenant AND a.id IN (p.alert, p.other) \
             WHERE p.tenant = ? GROUP BY p.pattern",
        )
        .bind(tenant.as_str())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            let used = PatternUse {
                events: column::count(row, "events")?,
                last: column::time(row, "last")?,
            };
            Ok((row.try_get("pattern")?, used))
        })
        .collect()
    }

    /// The alerts of an event that patterns tie, oldest first.
    pub async fn pattern_link_list(&self, tenant: &TenantId, event: EventId) -> Result<Vec<PatternLink>> {
        // Which of both is the later one is theirs to say: links turn around when events merge.
        let rows = sqlx::query(
            "SELECT p.pattern, p.step, e.id AS earlier, e.time AS earlier_time, e.title_en AS earlier_en, \
             e.title_zh AS earlier_zh, l.id AS later, l.time AS later_time, l.title_en AS later_en, \
             l.title_zh AS later_zh FROM membership m \
             JOIN pattern_link p ON p.tenant = m.tenant AND p.alert = m.alert \
             JOIN alert e ON e.tenant = p.tenant AND e.id IN (p.alert, p.other) \
             JOIN alert l ON l.tenant = p.tenant AND l.id IN (p.alert, p.other) \
             WHERE m.tenant = ? AND m.event = ? AND (e.time, e.id) < (l.time, l.id) \
             ORDER BY l.time, l.id, p.pattern, e.time, e.id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(event.to_string())
        .bind(MOST)
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PatternLink {
                    pattern: row.try_get("pattern")?,
                    step: column::count(row, "step")? as usize,
                    earlier: PatternAlert {
                        id: column::parse(row, "earlier")?,
                        time: column::time(row, "earlier_time")?,
                        title: title(row, "earlier_en", "earlier_zh")?,
                    },
                    later: PatternAlert {
                        id: column::parse(row, "later")?,
                        time: column::time(row, "later_time")?,
                        title: title(row, "later_en", "later_zh")?,
                    },
                })
            })
            .collect()
    }
}

fn title(row: &SqliteRow, en: &str, zh: &str) -> Result<LocalText> {
    let (en, zh): (&str, &str) = (row.try_get(en)?, row.try_get(zh)?);
    Ok(LocalText::new(en, zh))
}
