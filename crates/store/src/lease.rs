//! Leases and their reasons: what should be on the devices, what is, and what is due.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    entity::key,
    error::{Error, Result},
    insert::push_list,
    policy,
    task::{self, scope_member},
};
use model::{
    EntityKey, LeaseId, PolicyId, TenantId, Time,
    lease::{Lease, LeaseReason, LeaseState},
    policy::{ScopeMember, Task},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

/// Leases asked for in one statement.
const NAMED: usize = 1_000;
/// A reason that still wants the block; binds the time.
const LIVING: &str = "SELECT lease FROM lease_reason WHERE ended_at IS NULL AND tenant = ";

/// Which leases to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeaseFilter {
    /// The product acted on.
    pub system: Option<String>,
    /// Where.
    pub scope: Option<ScopeMember>,
    /// Any of these states.
    pub states: Vec<LeaseState>,
}

impl Store {
    /// Leases that need work at `now`: changes whose time has come, blocks nothing wants any more, and
    /// released ones that something wants again.
    pub async fn lease_list_due(&self, tenant: &TenantId, now: Time) -> Result<Vec<Lease>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM lease WHERE tenant = ");
        query.push_bind(tenant.as_str());
        query
            .push(" AND (retry_at IS NULL OR retry_at <= ")
            .push_bind(now.millis());
        query.push(") AND (state IN ('pending', 'releasing') OR (state = 'active' AND id NOT IN (");
        push_living(&mut query, tenant, now);
        query.push(")) OR (state = 'released' AND id IN (");
        push_living(&mut query, tenant, now);
        query.push("))) ORDER BY id");
        let rows = query.build().fetch_all(self.reader()).await?;
        self.lease_complete(tenant, &rows).await
    }

    /// Leases by filter, by id.
    pub async fn lease_list(&self, tenant: &TenantId, filter: &LeaseFilter) -> Result<Vec<Lease>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM lease WHERE tenant = ");
        query.push_bind(tenant.as_str());
        if let Some(system) = &filter.system {
            query.push(" AND system = ").push_bind(system);
        }
        if let Some(scope) = &filter.scope {
            query.push(" AND connection = ").push_bind(&scope.connection);
            query.push(" AND account = ").push_bind(&scope.account);
            query.push(" AND instance = ").push_bind(&scope.instance);
        }
        if !filter.states.is_empty() {
            let states = filter
                .states
                .iter()
                .map(column::name)
                .collect::<Result<Vec<_>>>()?;
            query.push(" AND state IN ");
            push_list(&mut query, states);
        }
        query.push(" ORDER BY id");
        let rows = query.build().fetch_all(self.reader()).await?;
        self.lease_complete(tenant, &rows).await
    }

    /// One lease.
    pub async fn lease_fetch(&self, tenant: &TenantId, id: LeaseId) -> Result<Option<Lease>> {
        let rows = sqlx::query("SELECT * FROM lease WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_all(self.reader())
            .await?;
        Ok(self.lease_complete(tenant, &rows).await?.pop())
    }

    /// Leases by id; those that are not there are left out.
    pub async fn lease_list_by_id(&self, tenant: &TenantId, ids: &[LeaseId]) -> Result<Vec<Lease>> {
        let mut leases = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(NAMED) {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM lease WHERE tenant = ");
            query.push_bind(tenant.as_str()).push(" AND id IN ");
            push_list(&mut query, chunk);
            let rows = query.build().persistent(false).fetch_all(self.reader()).await?;
            leases.extend(self.lease_complete(tenant, &rows).await?);
        }
        Ok(leases)
    }

    /// Every lease there is or was on an entity: is it blocked anywhere?
    pub async fn lease_find_by_entity(&self, tenant: &TenantId, entity: &EntityKey) -> Result<Vec<Lease>> {
        let rows = sqlx::query(
            "SELECT * FROM lease WHERE tenant = ? AND entity_value = ? AND entity_kind = ? ORDER BY id",
        )
        .bind(tenant.as_str())
        .bind(&entity.value)
        .bind(entity.kind.code())
        .fetch_all(self.reader())
        .await?;
        self.lease_complete(tenant, &rows).await
    }

    /// Notes what the device holds, with the tasks that changed thereby; policies follow their tasks.
    /// Reasons are not touched: some may have come while the device was asked, and
    /// [`Store::lease_list_due`] finds what that calls for.
    pub async fn lease_settle(&self, lease: &Lease, tasks: &[Task]) -> Result<()> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "UPDATE lease SET remote_id = ?, state = ?, drift = ?, last_verified = ?, attempts = ?, retry_at = ?, last_error = ? \
             WHERE tenant = ? AND id = ?",
        )
        .bind(&lease.remote_id)
        .bind(column::name(&lease.state)?)
        .bind(lease.drift)
        .bind(lease.last_verified.map(Time::millis))
        .bind(lease.attempts)
        .bind(lease.retry_at.map(Time::millis))
        .bind(&lease.last_error)
        .bind(lease.tenant.as_str())
        .bind(lease.id.to_string())
        .execute(&mut *txn)
        .await?;
        tasks_in_txn(&mut txn, &lease.tenant, tasks).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Ends one reason early, with the tasks that changed thereby. The lease as it is now.
    pub async fn lease_reason_end(
        &self,
        tenant: &TenantId,
        (lease, policy): (LeaseId, PolicyId),
        (at, by): (Time, &str),
        tasks: &[Task],
        audit: &AuditEntry,
    ) -> Result<Lease> {
        let mut txn = self.begin().await?;
        // A first end stays: ending it again would only change who and when.
        sqlx::query(
            "UPDATE lease_reason SET ended_at = ?, ended_by = ? \
             WHERE tenant = ? AND lease = ? AND policy = ? AND ended_at IS NULL",
        )
        .bind(at.millis())
        .bind(by)
        .bind(tenant.as_str())
        .bind(lease.to_string())
        .bind(policy.to_string())
        .execute(&mut *txn)
        .await?;
        retry_now_in_txn(&mut txn, tenant, lease).await?;
        tasks_in_txn(&mut txn, tenant, tasks).await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        self.lease_present(tenant, lease).await
    }

    /// Has a change that waits tried at once, with a fresh count of attempts, and the tasks that changed thereby.
    pub async fn lease_retry(
        &self,
        tenant: &TenantId,
        lease: LeaseId,
        tasks: &[Task],
        audit: &AuditEntry,
    ) -> Result<Lease> {
        let mut txn = self.begin().await?;
        sqlx::query("UPDATE lease SET attempts = 0 WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(lease.to_string())
            .execute(&mut *txn)
            .await?;
        retry_now_in_txn(&mut txn, tenant, lease).await?;
        tasks_in_txn(&mut txn, tenant, tasks).await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        self.lease_present(tenant, lease).await
    }

    /// Moves the expiry of a reason, and of its policy. The lease as it is now.
    pub async fn lease_reason_extend(
        &self,
        tenant: &TenantId,
        (lease, policy): (LeaseId, PolicyId),
        expires_at: Time,
        audit: &AuditEntry,
    ) -> Result<Lease> {
        let mut txn = self.begin().await?;
        sqlx::query(
            "UPDATE lease_reason SET expires_at = ? WHERE tenant = ? AND lease = ? AND policy = ? \
             AND ended_at IS NULL",
        )
        .bind(expires_at.millis())
        .bind(tenant.as_str())
        .bind(lease.to_string())
        .bind(policy.to_string())
        .execute(&mut *txn)
        .await?;
        sqlx::query("UPDATE policy SET valid_until = max(valid_until, ?) WHERE tenant = ? AND id = ?")
            .bind(expires_at.millis())
            .bind(tenant.as_str())
            .bind(policy.to_string())
            .execute(&mut *txn)
            .await?;
        audit::append_in_txn(&mut txn, tenant, audit).await?;
        txn.commit().await?;
        self.lease_present(tenant, lease).await
    }

    /// When the next living reason ends: when the reconciler has to look again.
    pub async fn lease_next_expiry(&self, tenant: &TenantId, now: Time) -> Result<Option<Time>> {
        let next: Option<i64> = sqlx::query_scalar(
            "SELECT min(expires_at) FROM lease_reason WHERE tenant = ? AND ended_at IS NULL AND expires_at > ?",
        )
        .bind(tenant.as_str())
        .bind(now.millis())
        .fetch_one(self.reader())
        .await?;
        Ok(next.map(Time::from_millis))
    }

    async fn lease_present(&self, tenant: &TenantId, id: LeaseId) -> Result<Lease> {
        self.lease_fetch(tenant, id)
            .await?
            .ok_or_else(|| Error::NotFound {
                what: "lease",
                id: id.to_string(),
            })
    }

    /// Adds the reasons.
    async fn lease_complete(&self, tenant: &TenantId, rows: &[SqliteRow]) -> Result<Vec<Lease>> {
        let mut leases = rows.iter().map(decode).collect::<Result<Vec<_>>>()?;
        let places: HashMap<LeaseId, usize> = leases
            .iter()
            .enumerate()
            .map(|(place, lease)| (lease.id, place))
            .collect();
        let ids: Vec<_> = leases.iter().map(|lease| lease.id).collect();
        for chunk in ids.chunks(NAMED) {
            let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM lease_reason WHERE tenant = ");
            query.push_bind(tenant.as_str()).push(" AND lease IN ");
            push_list(&mut query, chunk);
            query.push(" ORDER BY lease, policy");
            for row in query.build().persistent(false).fetch_all(self.reader()).await? {
                if let Some(place) = places.get(&column::parse(&row, "lease")?) {
                    leases[*place].reasons.push(decode_reason(&row)?);
                }
            }
        }
        Ok(leases)
    }
}

fn push_living(query: &mut QueryBuilder<Sqlite>, tenant: &TenantId, now: Time) {
    query.push(LIVING).push_bind(tenant.as_str());
    query.push(" AND expires_at > ").push_bind(now.millis());
}

/// Inserts a lease with its reasons; one that is on its way out is wanted again if a reason is new.
pub(crate) async fn want_in_txn(txn: &mut SqliteConnection, lease: &Lease) -> Result<()> {
    sqlx::query(
        "INSERT INTO lease (tenant, id, system, connection, account, instance, entity_kind, entity_value, remote_id, \
         state, drift, last_verified, attempts, retry_at, last_error) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(lease.tenant.as_str())
    .bind(lease.id.to_string())
    .bind(&lease.system)
    .bind(&lease.scope.connection)
    .bind(&lease.scope.account)
    .bind(&lease.scope.instance)
    .bind(lease.entity.kind.code())
    .bind(&lease.entity.value)
    .bind(&lease.remote_id)
    .bind(column::name(&lease.state)?)
    .bind(lease.drift)
    .bind(lease.last_verified.map(Time::millis))
    .bind(lease.attempts)
    .bind(lease.retry_at.map(Time::millis))
    .bind(&lease.last_error)
    .execute(&mut *txn)
    .await?;
    let mut new = 0;
    for reason in &lease.reasons {
        let done = sqlx::query(
            "INSERT INTO lease_reason (tenant, lease, policy, expires_at, ended_at, ended_by) \
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(lease.tenant.as_str())
        .bind(lease.id.to_string())
        .bind(reason.policy.to_string())
        .bind(reason.expires_at.millis())
        .bind(reason.ended_at.map(Time::millis))
        .bind(&reason.ended_by)
        .execute(&mut *txn)
        .await?;
        new += done.rows_affected();
    }
    if new > 0 {
        sqlx::query(
            "UPDATE lease SET state = 'pending', attempts = 0, retry_at = NULL \
             WHERE tenant = ? AND id = ? AND state IN ('releasing', 'released')",
        )
        .bind(lease.tenant.as_str())
        .bind(lease.id.to_string())
        .execute(txn)
        .await?;
    }
    Ok(())
}

/// What a person asks for does not wait for the back-off of earlier failures.
async fn retry_now_in_txn(txn: &mut SqliteConnection, tenant: &TenantId, lease: LeaseId) -> Result<()> {
    sqlx::query("UPDATE lease SET retry_at = NULL WHERE tenant = ? AND id = ?")
        .bind(tenant.as_str())
        .bind(lease.to_string())
        .execute(txn)
        .await?;
    Ok(())
}

async fn tasks_in_txn(txn: &mut SqliteConnection, tenant: &TenantId, tasks: &[Task]) -> Result<()> {
    for task in tasks {
        task::update_in_txn(txn, task).await?;
    }
    let policies: Vec<_> = tasks.iter().map(|task| task.policy).collect();
    policy::settle_in_txn(txn, tenant, &policies).await
}

fn decode(row: &SqliteRow) -> Result<Lease> {
    Ok(Lease {
        id: column::parse(row, "id")?,
        tenant: TenantId::new(row.try_get::<&str, _>("tenant")?),
        system: row.try_get("system")?,
        scope: scope_member(row)?,
        entity: key(row, "entity_kind", "entity_value")?,
        remote_id: row.try_get("remote_id")?,
        state: column::code(row, "state")?,
        drift: row.try_get("drift")?,
        last_verified: column::time_optional(row, "last_verified")?,
        attempts: column::small(row, "attempts")?,
        retry_at: column::time_optional(row, "retry_at")?,
        last_error: row.try_get("last_error")?,
        reasons: Vec::new(),
    })
}

fn decode_reason(row: &SqliteRow) -> Result<LeaseReason> {
    Ok(LeaseReason {
        policy: column::parse(row, "policy")?,
        expires_at: column::time(row, "expires_at")?,
        ended_at: column::time_optional(row, "ended_at")?,
        ended_by: row.try_get("ended_by")?,
    })
}
