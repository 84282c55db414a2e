//! Alerts in the order they happened, a piece at a time: what is run again over the past days reads them all and holds
//! few.

use crate::{column, database::Store, error::Result};
use model::{Alert, AlertId, EventId, SecurityEvent, TenantId, Time};

/// Events named in one statement.
const NAMED: usize = 1_000;

/// An alert on the stream.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamedAlert {
    /// The alert, without its evidence.
    pub alert: Alert,
    /// The event it is in.
    pub event: Option<EventId>,
}

/// A time up to which, and not beyond, alerts are read, and from which on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// Not before this time.
    pub from: Time,
    /// Before this time.
    pub until: Time,
}

impl Store {
    /// The next alerts by (time, id) after the one named, the first ones if none is: at most `limit`. None left: an
    /// empty list.
    pub async fn alert_stream(
        &self,
        tenant: &TenantId,
        between: Between,
        after: Option<(Time, AlertId)>,
        limit: u32,
    ) -> Result<Vec<StreamedAlert>> {
        // Before the first there is a pair that no alert has: an id is never empty.
        let (time, id) = after.map_or((between.from, String::new()), |(time, id)| (time, id.to_string()));
        sqlx::query(
            "SELECT a.body, m.event FROM alert a \
             LEFT JOIN membership m ON m.tenant = a.tenant AND m.alert = a.id \
             WHERE a.tenant = ? AND (a.time, a.id) > (?, ?) AND a.time < ? \
             ORDER BY a.time, a.id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(time.millis())
        .bind(id)
        .bind(between.until.millis())
        .bind(limit)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(StreamedAlert {
                alert: column::json(row, "body")?,
                event: column::parse_optional(row, "event")?,
            })
        })
        .collect()
    }

    /// How many alerts happened then.
    pub async fn alert_count(&self, tenant: &TenantId, between: Between) -> Result<u64> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM alert WHERE tenant = ? AND time >= ? AND time < ?")
                .bind(tenant.as_str())
                .bind(between.from.millis())
                .bind(between.until.millis())
                .fetch_one(self.reader())
                .await?;
        Ok(count.unsigned_abs())
    }

    /// The time of the `most`th alert from the end; the beginning if there are fewer.
    pub async fn alert_newest_from(&self, tenant: &TenantId, between: Between, most: u64) -> Result<Time> {
        let time: Option<i64> = sqlx::query_scalar(
            "SELECT time FROM alert WHERE tenant = ? AND time >= ? AND time < ? \
             ORDER BY time DESC, id DESC LIMIT 1 OFFSET ?",
        )
        .bind(tenant.as_str())
        .bind(between.from.millis())
        .bind(between.until.millis())
        .bind(most.saturating_sub(1) as i64)
        .fetch_optional(self.reader())
        .await?;
        Ok(time.map_or(between.from, Time::from_millis))
    }

    /// Those of these events that somebody may still close, with all but their entities.
    pub async fn event_open_among(&self, tenant: &TenantId, ids: &[EventId]) -> Result<Vec<SecurityEvent>> {
        let mut events = Vec::new();
        for ids in ids.chunks(NAMED) {
            let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let rows = sqlx::query(
                "SELECT body, level FROM event WHERE tenant = ? AND merged_into IS NULL AND status <> 'handled' \
                 AND id IN (SELECT value FROM json_each(?)) ORDER BY level DESC, last_time DESC, id",
            )
            .bind(tenant.as_str())
            .bind(serde_json::to_string(&list)?)
            .fetch_all(self.reader())
            .await?;
            for row in &rows {
                let mut event: SecurityEvent = column::json(row, "body")?;
                event.level = column::level(row, "level")?;
                events.push(event);
            }
        }
        Ok(events)
    }
}
