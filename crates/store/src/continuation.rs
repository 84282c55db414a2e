//! Which events continue others: a full one, or one that is no longer unhandled.

use crate::{column, database::Store, error::Result, insert::push_list};
use model::{EventId, TenantId};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::HashMap;

impl Store {
    /// The events that continue these; those nothing continues are left out.
    pub async fn event_continued_by(
        &self,
        tenant: &TenantId,
        events: &[EventId],
    ) -> Result<HashMap<EventId, EventId>> {
        // The expression is that of the index `event_continues`.
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT id, json_extract(body, '$.continues') AS continues FROM event WHERE tenant = ",
        );
        query.push_bind(tenant.as_str());
        query.push(" AND merged_into IS NULL AND json_extract(body, '$.continues') IN ");
        push_list(&mut query, events);
        query.push(" ORDER BY opened, id");
        let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| Ok((column::parse(row, "continues")?, column::parse(row, "id")?)))
            .collect()
    }
}
