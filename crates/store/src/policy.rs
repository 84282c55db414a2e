//! Handling policies, and the one transaction that makes a policy, its tasks and its leases.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    entity::key,
    error::Result,
    insert::push_list,
    lease,
    page::{Listing, Order, Page, PageRequest},
    task,
};
use model::{
    EventId, PlaybookId, PolicyId, RunId, TenantId, Time,
    lease::Lease,
    policy::{Policy, PolicySource, PolicyStatus, Task},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// Which policies to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PolicyFilter {
    /// Any of these statuses.
    pub statuses: Vec<PolicyStatus>,
    /// Any of these sources.
    pub sources: Vec<PolicySource>,
    /// The event it came from.
    pub event: Option<EventId>,
    /// The run that made it.
    pub run: Option<RunId>,
    /// Text in the value of its entity.
    pub entity: Option<String>,
    /// Whether it keeps a block in force at this time.
    pub in_force: Option<(bool, Time)>,
}

impl Store {
    /// Makes a policy with its tasks and leases, all at once. What is there already stays as it is, so a
    /// step that is done again after a crash changes nothing. A lease that was released or is being
    /// released is wanted again, but only if the policy is a new reason for it.
    pub async fn block_plan_save(&self, policy: &Policy, tasks: &[Task], leases: &[Lease]) -> Result<()> {
        let mut txn = self.begin().await?;
        insert_in_txn(&mut txn, policy).await?;
        for lease in leases {
            lease::want_in_txn(&mut txn, lease).await?;
        }
        for task in tasks {
            task::insert_in_txn(&mut txn, task, policy.valid_from).await?;
        }
        settle_in_txn(&mut txn, &policy.tenant, &[policy.id]).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Policies, newest first.
    pub async fn policy_list(
        &self,
        tenant: &TenantId,
        filter: &PolicyFilter,
        page: &PageRequest,
    ) -> Result<Page<Policy>> {
        let statuses = filter
            .statuses
            .iter()
            .map(column::name)
            .collect::<Result<Vec<_>>>()?;
        let sources = filter
            .sources
            .iter()
            .map(column::name)
            .collect::<Result<Vec<_>>>()?;
        let listing = Listing {
            columns: "policy.*",
            order: Order {
                name: "policy",
                columns: &["policy.valid_from", "policy.id"],
            },
            source: |query: &mut QueryBuilder<Sqlite>| {
                query
                    .push(" FROM policy WHERE tenant = ")
                    .push_bind(tenant.as_str());
                for (condition, codes) in [(" AND status IN ", &statuses), (" AND source IN ", &sources)] {
                    if !codes.is_empty() {
                        query.push(condition);
                        push_list(query, codes);
                    }
                }
                if let Some(event) = filter.event {
                    query.push(" AND origin_event = ").push_bind(event.to_string());
                }
                if let Some(run) = filter.run {
                    query.push(" AND run = ").push_bind(run.to_string());
                }
                if let Some(entity) = &filter.entity {
                    query
                        .push(" AND instr(entity_value, ")
                        .push_bind(entity)
                        .push(")");
                }
                if let Some((in_force, at)) = filter.in_force {
                    query.push(if in_force {
                        " AND id IN "
                    } else {
                        " AND id NOT IN "
                    });
                    query.push("(SELECT policy FROM lease_reason WHERE ended_at IS NULL AND tenant = ");
                    query
                        .push_bind(tenant.as_str())
                        .push(" AND expires_at > ")
                        .push_bind(at.millis())
                        .push(")");
                }
            },
        };
        listing.read(self.reader(), page, decode).await
    }

    /// One policy.
    pub async fn policy_fetch(&self, tenant: &TenantId, id: PolicyId) -> Result<Option<Policy>> {
        let row = sqlx::query("SELECT * FROM policy WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Marks a policy as deleted; its leases must have been ended before.
    pub async fn policy_delete(&self, tenant: &TenantId, id: PolicyId, audit: &AuditEntry) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE policy SET status = 'deleted' WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .execute(&mut *txn)
            .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        Ok(())
    }
}

async fn insert_in_txn(txn: &mut SqliteConnection, policy: &Policy) -> Result<()> {
    sqlx::query(
        "INSERT INTO policy (tenant, id, run, playbook, entity_kind, entity_value, operation, scope, valid_from, \
         valid_until, source, status, origin_event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(policy.tenant.as_str())
    .bind(policy.id.to_string())
    .bind(policy.run.to_string())
    .bind(&policy.playbook.0)
    .bind(policy.entity.kind.code())
    .bind(&policy.entity.value)
    .bind(column::name(&policy.operation)?)
    .bind(column::text(&policy.scope)?)
    .bind(policy.valid_from.millis())
    .bind(policy.valid_until.millis())
    .bind(column::name(&policy.source)?)
    .bind(column::name(&policy.status)?)
    .bind(policy.origin_event.map(|id| id.to_string()))
    .execute(txn)
    .await?;
    Ok(())
}

/// Brings the status of policies in line with their tasks: failed if one failed, succeeded if none is left.
pub(crate) async fn settle_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    policies: &[PolicyId],
) -> Result<()> {
    for policy in policies {
        sqlx::query(
            "UPDATE policy SET status = CASE \
             WHEN EXISTS (SELECT 1 FROM task WHERE tenant = ?1 AND policy = ?2 \
             AND status IN ('failed', 'unblock_failed', 'unisolate_failed')) THEN 'failed' \
             WHEN EXISTS (SELECT 1 FROM task WHERE tenant = ?1 AND policy = ?2 AND status = 'handling') \
             THEN 'initial' ELSE 'succeeded' END \
             WHERE tenant = ?1 AND id = ?2 AND status <> 'deleted' \
             AND EXISTS (SELECT 1 FROM task WHERE tenant = ?1 AND policy = ?2)",
        )
        .bind(tenant.as_str())
        .bind(policy.to_string())
        .execute(&mut *txn)
        .await?;
    }
    Ok(())
}

pub(crate) fn decode(row: &SqliteRow) -> Result<Policy> {
    Ok(Policy {
        id: column::parse(row, "id")?,
        tenant: TenantId::new(row.try_get::<&str, _>("tenant")?),
        run: column::parse(row, "run")?,
        playbook: PlaybookId(row.try_get("playbook")?),
        entity: key(row, "entity_kind", "entity_value")?,
        operation: column::code(row, "operation")?,
        scope: column::json(row, "scope")?,
        valid_from: column::time(row, "valid_from")?,
        valid_until: column::time(row, "valid_until")?,
        source: column::code(row, "source")?,
        status: column::code(row, "status")?,
        origin_event: column::parse_optional(row, "origin_event")?,
    })
}
