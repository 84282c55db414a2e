//! Handling tasks: what the Disposal Center lists, each with the policy it belongs to.

use crate::{
    column,
    database::Store,
    entity::key,
    error::Result,
    insert::push_list,
    page::{Listing, Order, Page, PageRequest},
};
use model::{
    EntityKey, EventId, LeaseId, PlaybookId, PolicyId, TaskId, TenantId, Time,
    policy::{PolicySource, ScopeMember, Task, TaskStatus},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

const COLUMNS: &str =
    "t.*, p.entity_kind, p.entity_value, p.playbook, p.source, p.valid_until, p.origin_event";
const FROM: &str = " FROM task t JOIN policy p ON p.tenant = t.tenant AND p.id = t.policy WHERE t.tenant = ";

/// Which tasks to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TaskFilter {
    /// Any of these statuses.
    pub statuses: Vec<TaskStatus>,
    /// Its policy.
    pub policy: Option<PolicyId>,
    /// Its lease.
    pub lease: Option<LeaseId>,
    /// The event its policy came from.
    pub event: Option<EventId>,
    /// The cloud account it acts in.
    pub account: Option<String>,
    /// Text in the value of the entity.
    pub entity: Option<String>,
}

/// A task and what its policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// The task.
    pub task: Task,
    /// What is handled.
    pub entity: EntityKey,
    /// By which playbook.
    pub playbook: PlaybookId,
    /// Who asked.
    pub source: PolicySource,
    /// Until when.
    pub valid_until: Time,
    /// The event it came from.
    pub origin_event: Option<EventId>,
    /// When it was made.
    pub created: Time,
}

impl Store {
    /// Tasks, newest first.
    pub async fn task_list(
        &self,
        tenant: &TenantId,
        filter: &TaskFilter,
        page: &PageRequest,
    ) -> Result<Page<TaskRow>> {
        let statuses = filter
            .statuses
            .iter()
            .map(column::name)
            .collect::<Result<Vec<_>>>()?;
        let listing = Listing {
            columns: COLUMNS,
            order: Order {
                name: "task",
                columns: &["t.created", "t.id"],
            },
            source: |query: &mut QueryBuilder<Sqlite>| {
                query.push(FROM).push_bind(tenant.as_str());
                if !statuses.is_empty() {
                    query.push(" AND t.status IN ");
                    push_list(query, &statuses);
                }
                let columns = [
                    (" AND t.policy = ", filter.policy.map(|id| id.to_string())),
                    (" AND t.lease = ", filter.lease.map(|id| id.to_string())),
                    (" AND p.origin_event = ", filter.event.map(|id| id.to_string())),
                    (" AND t.account = ", filter.account.clone()),
                ];
                for (condition, value) in columns {
                    if let Some(value) = value {
                        query.push(condition).push_bind(value);
                    }
                }
                if let Some(entity) = &filter.entity {
                    query
                        .push(" AND instr(p.entity_value, ")
                        .push_bind(entity)
                        .push(")");
                }
            },
        };
        listing.read(self.reader(), page, decode).await
    }

    /// One task.
    pub async fn task_fetch(&self, tenant: &TenantId, id: TaskId) -> Result<Option<TaskRow>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT ");
        query.push(COLUMNS).push(FROM).push_bind(tenant.as_str());
        query.push(" AND t.id = ").push_bind(id.to_string());
        let row = query.build().fetch_optional(self.reader()).await?;
        row.as_ref().map(decode).transpose()
    }

    /// How many tasks of each policy have which status; policies without tasks are left out.
    pub async fn task_status_counts(
        &self,
        tenant: &TenantId,
        policies: &[PolicyId],
    ) -> Result<HashMap<PolicyId, Vec<(TaskStatus, u64)>>> {
        let mut query =
            QueryBuilder::<Sqlite>::new("SELECT policy, status, count(*) AS tasks FROM task WHERE tenant = ");
        query.push_bind(tenant.as_str()).push(" AND policy IN ");
        push_list(&mut query, policies);
        query.push(" GROUP BY policy, status ORDER BY policy, status");
        let mut counts: HashMap<PolicyId, Vec<(TaskStatus, u64)>> = HashMap::new();
        for row in query.build().persistent(false).fetch_all(self.reader()).await? {
            let count = (column::code(&row, "status")?, column::count(&row, "tasks")?);
            counts
                .entry(column::parse(&row, "policy")?)
                .or_default()
                .push(count);
        }
        Ok(counts)
    }

    /// The tasks a lease serves, oldest first.
    pub async fn task_list_by_lease(&self, tenant: &TenantId, lease: LeaseId) -> Result<Vec<Task>> {
        sqlx::query("SELECT * FROM task t WHERE tenant = ? AND lease = ? ORDER BY created, id")
            .bind(tenant.as_str())
            .bind(lease.to_string())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode_task)
            .collect()
    }
}

pub(crate) async fn insert_in_txn(txn: &mut SqliteConnection, task: &Task, created: Time) -> Result<()> {
    sqlx::query(
        "INSERT INTO task (tenant, id, policy, connection, account, instance, lease, operation, status, detail, \
         remote_id, attempts, last_verified, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(task.tenant.as_str())
    .bind(task.id.to_string())
    .bind(task.policy.to_string())
    .bind(&task.scope_member.connection)
    .bind(&task.scope_member.account)
    .bind(&task.scope_member.instance)
    .bind(task.lease.to_string())
    .bind(column::name(&task.operation)?)
    .bind(column::name(&task.status)?)
    .bind(column::text(&task.detail)?)
    .bind(&task.remote_id)
    .bind(task.attempts)
    .bind(task.last_verified.map(Time::millis))
    .bind(created.millis())
    .execute(txn)
    .await?;
    Ok(())
}

pub(crate) async fn update_in_txn(txn: &mut SqliteConnection, task: &Task) -> Result<()> {
    sqlx::query(
        "UPDATE task SET status = ?, detail = ?, remote_id = ?, attempts = ?, last_verified = ? \
         WHERE tenant = ? AND id = ?",
    )
    .bind(column::name(&task.status)?)
    .bind(column::text(&task.detail)?)
    .bind(&task.remote_id)
    .bind(task.attempts)
    .bind(task.last_verified.map(Time::millis))
    .bind(task.tenant.as_str())
    .bind(task.id.to_string())
    .execute(txn)
    .await?;
    Ok(())
}

fn decode(row: &SqliteRow) -> Result<TaskRow> {
    Ok(TaskRow {
        task: decode_task(row)?,
        entity: key(row, "entity_kind", "entity_value")?,
        playbook: PlaybookId(row.try_get("playbook")?),
        source: column::code(row, "source")?,
        valid_until: column::time(row, "valid_until")?,
        origin_event: column::parse_optional(row, "origin_event")?,
        created: column::time(row, "created")?,
    })
}

fn decode_task(row: &SqliteRow) -> Result<Task> {
    Ok(Task {
        id: column::parse(row, "id")?,
        tenant: TenantId::new(row.try_get::<&str, _>("tenant")?),
        policy: column::parse(row, "policy")?,
        scope_member: scope_member(row)?,
        lease: column::parse(row, "lease")?,
        operation: column::code(row, "operation")?,
        status: column::code(row, "status")?,
        detail: column::json(row, "detail")?,
        remote_id: row.try_get("remote_id")?,
        attempts: column::small(row, "attempts")?,
        last_verified: column::time_optional(row, "last_verified")?,
    })
}

/// The scope member of a row of tasks or leases.
pub(crate) fn scope_member(row: &SqliteRow) -> Result<ScopeMember> {
    Ok(ScopeMember {
        connection: row.try_get("connection")?,
        account: row.try_get("account")?,
        instance: row.try_get("instance")?,
    })
}
