//! What was decided of alerts, read back in their order: the state of a correlator can be made from it when its own
//! bytes cannot be read.

use crate::{alert::membership, column, database::Store, error::Result};
use model::{Alert, AlertId, EventId, Membership, NoEventReason, SecurityEvent, TenantId, Time, limits};
use sqlx::Row;

/// An alert and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAlert {
    /// The alert, without its evidence.
    pub alert: Alert,
    /// When it was stored.
    pub stored: Time,
    /// The event it is in, and why.
    pub membership: Option<Membership>,
    /// Why it is in none.
    pub no_event: Option<NoEventReason>,
}

/// An event that stands.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptEvent {
    /// The event, without its entities.
    pub event: SecurityEvent,
    /// Whose it is.
    pub owner: Option<String>,
}

impl Store {
    /// The time of the last alert; a clock that runs ahead counts as the time it was stored. None without alerts.
    pub async fn kept_until(&self, tenant: &TenantId) -> Result<Option<Time>> {
        let late = limits::ALLOWED_LATENESS.as_millis() as i64;
        let last: Option<i64> = sqlx::query_scalar(
            "SELECT time FROM alert WHERE tenant = ? AND time <= stored + ? ORDER BY time DESC, id DESC LIMIT 1",
        )
        .bind(tenant.as_str())
        .bind(late)
        .fetch_optional(self.reader())
        .await?;
        Ok(last.map(Time::from_millis))
    }

    /// The events that stand and have an alert at or after this time.
    pub async fn kept_events(&self, tenant: &TenantId, since: Time) -> Result<Vec<KeptEvent>> {
        sqlx::query(
            "SELECT body, owner FROM event WHERE tenant = ? AND merged_into IS NULL AND last_time >= ? ORDER BY id",
        )
        .bind(tenant.as_str())
        .bind(since.millis())
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            Ok(KeptEvent {
                event: column::json(row, "body")?,
                owner: row.try_get("owner")?,
            })
        })
        .collect()
    }

    /// The next alerts from `from` on by (time, id) after the one named, the first ones if none is: at most `limit`.
    pub async fn kept_alerts(
        &self,
        tenant: &TenantId,
        from: Time,
        after: Option<(Time, AlertId)>,
        limit: u32,
    ) -> Result<Vec<KeptAlert>> {
        // Before the first there is a pair that no alert has: an id is never empty.
        let (time, id) = after.map_or((from, String::new()), |(time, id)| (time, id.to_string()));
        sqlx::query(
            "SELECT a.body, a.stored, a.no_event, m.event, m.alert, m.folded_into, m.reason FROM alert a \
             LEFT JOIN membership m ON m.tenant = a.tenant AND m.alert = a.id \
             WHERE a.tenant = ? AND (a.time, a.id) > (?, ?) ORDER BY a.time, a.id LIMIT ?",
        )
        .bind(tenant.as_str())
        .bind(time.millis())
        .bind(id)
        .bind(limit)
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(|row| {
            let joined: Option<EventId> = column::parse_optional(row, "event")?;
            Ok(KeptAlert {
                alert: column::json(row, "body")?,
                stored: column::time(row, "stored")?,
                membership: joined.map(|_| membership(row)).transpose()?,
                no_event: column::code_optional(row, "no_event")?,
            })
        })
        .collect()
    }

    /// The alerts that analysts took apart.
    pub async fn kept_apart(&self, tenant: &TenantId) -> Result<Vec<(AlertId, AlertId)>> {
        sqlx::query("SELECT one, other FROM do_not_link WHERE tenant = ? ORDER BY at, id")
            .bind(tenant.as_str())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(|row| Ok((column::parse(row, "one")?, column::parse(row, "other")?)))
            .collect()
    }
}
