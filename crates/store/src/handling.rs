//! How the handling of events goes, by their playbook runs.

use crate::{column, database::Store, error::Result, insert::push_list};
use model::{EventId, TenantId, playbook::RunState};
use sqlx::{QueryBuilder, Sqlite};
use std::collections::HashMap;

impl Store {
    /// How the playbook runs of events went: the states of the newest run of each playbook on each entity. Runs
    /// that were stopped do not count; events without runs are left out.
    pub async fn event_run_states(
        &self,
        tenant: &TenantId,
        events: &[EventId],
    ) -> Result<HashMap<EventId, Vec<RunState>>> {
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT DISTINCT r.event, r.state FROM run r WHERE r.state <> 'cancelled' AND NOT EXISTS (SELECT 1 \
             FROM run n WHERE n.tenant = r.tenant AND n.event = r.event AND n.playbook = r.playbook \
             AND n.entity_kind IS r.entity_kind AND n.entity_value IS r.entity_value AND n.state <> 'cancelled' \
             AND (n.started, n.id) > (r.started, r.id)) AND r.tenant = ",
        );
        query.push_bind(tenant.as_str()).push(" AND r.event IN ");
        push_list(&mut query, events);
        query.push(" ORDER BY r.event, r.state");
        let mut states: HashMap<EventId, Vec<RunState>> = HashMap::new();
        for row in query.build().persistent(false).fetch_all(self.reader()).await? {
            let event = column::parse(&row, "event")?;
            states
                .entry(event)
                .or_default()
                .push(column::code(&row, "state")?);
        }
        Ok(states)
    }
}
