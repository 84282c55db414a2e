//! Runs of playbooks and their step attempts: what a worker takes, saves, and resumes after a crash.

use crate::{
    audit::{self, AuditEntry},
    column,
    database::Store,
    error::{Error, Result},
    page::{Listing, Order, Page, PageRequest},
};
use model::{
    EntityKey, EventId, PlaybookId, RunId, TenantId, Time,
    playbook::{Run, RunState, StepAttempt},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

/// Which runs to list; what is left out does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RunFilter {
    /// Any of these states.
    pub states: Vec<RunState>,
    /// The event it is about.
    pub event: Option<EventId>,
    /// The playbook.
    pub playbook: Option<PlaybookId>,
    /// The response rule that asked.
    pub rule: Option<String>,
}

/// Whether it was new.
pub(crate) async fn insert_in_txn(txn: &mut SqliteConnection, run: &Run) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO run (tenant, id, playbook, playbook_version, trigger_source, rule, event, entity_kind, \
         entity_value, state, next_step, variables, started, deadline, finished, error, leased_by, leased_until) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(run.tenant.as_str())
    .bind(run.id.to_string())
    .bind(&run.playbook.0)
    .bind(run.playbook_version)
    .bind(column::name(&run.trigger)?)
    .bind(&run.rule)
    .bind(run.event.map(|id| id.to_string()))
    .bind(run.entity.as_ref().map(|entity| entity.kind.code()))
    .bind(run.entity.as_ref().map(|entity| entity.value.as_str()))
    .bind(column::name(&run.state)?)
    .bind(&run.next_step)
    .bind(column::text(&run.variables)?)
    .bind(run.started.millis())
    .bind(run.deadline.millis())
    .bind(run.finished.map(Time::millis))
    .bind(&run.error)
    .bind(&run.leased_by)
    .bind(run.leased_until.map(Time::millis))
    .execute(txn)
    .await?;
    Ok(done.rows_affected() > 0)
}

impl Store {
    /// Starts a run, unless it is there already: its id derives from what asked for it. Whether it was new.
    pub async fn run_insert_if_absent(&self, run: &Run) -> Result<bool> {
        let mut txn = self.begin().await?;
        let new = insert_in_txn(&mut txn, run).await?;
        txn.commit().await?;
        Ok(new)
    }

    /// The same for a run a person asked for, who is noted in the audit log.
    pub async fn run_insert(&self, run: &Run, audit: &AuditEntry) -> Result<bool> {
        let mut txn = self.begin().await?;
        let new = insert_in_txn(&mut txn, run).await?;
        audit::append_in_txn(&mut txn, &run.tenant, audit).await?;
        txn.commit().await?;
        Ok(new)
    }

    /// Takes the oldest unfinished run nobody holds, until `until`; a holder that let its lease pass lost it.
    /// A run saved with `leased_until` but no holder is left alone until then: that is how a retry waits.
    pub async fn run_lease(
        &self,
        tenant: &TenantId,
        worker: &str,
        now: Time,
        until: Time,
    ) -> Result<Option<Run>> {
        let row = sqlx::query(
            "UPDATE run SET leased_by = ?2, leased_until = ?4 WHERE tenant = ?1 AND id = (SELECT id FROM run \
             WHERE tenant = ?1 AND state = 'running' AND (leased_until IS NULL OR leased_until <= ?3) \
             ORDER BY started, id LIMIT 1) RETURNING *",
        )
        .bind(tenant.as_str())
        .bind(worker)
        .bind(now.millis())
        .bind(until.millis())
        .fetch_optional(self.writer())
        .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Frees every run that somebody holds: for a server that has just started, and so knows that whoever held them is
    /// gone. Runs that wait for a retry, which nobody holds, go on waiting.
    pub async fn run_release_all(&self, tenant: &TenantId) -> Result<u64> {
        let done = sqlx::query(
            "UPDATE run SET leased_by = NULL, leased_until = NULL \
             WHERE tenant = ? AND state = 'running' AND leased_by IS NOT NULL",
        )
        .bind(tenant.as_str())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    /// Holds a run longer.
    pub async fn run_renew(&self, tenant: &TenantId, id: RunId, worker: &str, until: Time) -> Result<()> {
        let done =
            sqlx::query("UPDATE run SET leased_until = ? WHERE tenant = ? AND id = ? AND leased_by = ?")
                .bind(until.millis())
                .bind(tenant.as_str())
                .bind(id.to_string())
                .bind(worker)
                .execute(self.writer())
                .await?;
        held(id, done.rows_affected())
    }

    /// Saves a run that `worker` holds, together with attempts at its steps, new or changed.
    pub async fn run_save(&self, run: &Run, worker: &str, attempts: &[StepAttempt]) -> Result<()> {
        let mut txn = self.begin().await?;
        let done = sqlx::query(
            "UPDATE run SET state = ?, next_step = ?, variables = ?, finished = ?, error = ?, leased_by = ?, \
             leased_until = ? WHERE tenant = ? AND id = ? AND leased_by = ?",
        )
        .bind(column::name(&run.state)?)
        .bind(&run.next_step)
        .bind(column::text(&run.variables)?)
        .bind(run.finished.map(Time::millis))
        .bind(&run.error)
        .bind(&run.leased_by)
        .bind(run.leased_until.map(Time::millis))
        .bind(run.tenant.as_str())
        .bind(run.id.to_string())
        .bind(worker)
        .execute(&mut *txn)
        .await?;
        held(run.id, done.rows_affected())?;
        for attempt in attempts {
            attempt_save_in_txn(&mut txn, &run.tenant, attempt).await?;
        }
        txn.commit().await?;
        Ok(())
    }

    /// Stops a run that is not finished; whoever holds it loses it. Whether there was one to stop.
    pub async fn run_cancel(
        &self,
        tenant: &TenantId,
        id: RunId,
        now: Time,
        audit: &AuditEntry,
    ) -> Result<bool> {
        let mut txn = self.begin().await?;
        let done = sqlx::query(
            "UPDATE run SET state = 'cancelled', finished = ?, leased_by = NULL, leased_until = NULL \
             WHERE tenant = ? AND id = ? AND state = 'running'",
        )
        .bind(now.millis())
        .bind(tenant.as_str())
        .bind(id.to_string())
        .execute(&mut *txn)
        .await?;
        if done.rows_affected() > 0 {
            audit::append_in_txn(&mut txn, tenant, audit).await?;
        }
        txn.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// One run.
    pub async fn run_fetch(&self, tenant: &TenantId, id: RunId) -> Result<Option<Run>> {
        let row = sqlx::query("SELECT * FROM run WHERE tenant = ? AND id = ?")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(decode).transpose()
    }

    /// Runs, newest first.
    pub async fn run_list(
        &self,
        tenant: &TenantId,
        filter: &RunFilter,
        page: &PageRequest,
    ) -> Result<Page<Run>> {
        let states = filter
            .states
            .iter()
            .map(column::name)
            .collect::<Result<Vec<_>>>()?;
        let listing = Listing {
            columns: "run.*",
            order: Order {
                name: "run",
                columns: &["run.started", "run.id"],
            },
            source: |query: &mut QueryBuilder<Sqlite>| {
                query.push(" FROM run WHERE tenant = ").push_bind(tenant.as_str());
                if !states.is_empty() {
                    query.push(" AND state IN ");
                    crate::insert::push_list(query, &states);
                }
                let columns = [
                    (" AND event = ", filter.event.map(|id| id.to_string())),
                    (
                        " AND playbook = ",
                        filter.playbook.as_ref().map(|id| id.0.clone()),
                    ),
                    (" AND rule = ", filter.rule.clone()),
                ];
                for (condition, value) in columns {
                    if let Some(value) = value {
                        query.push(condition).push_bind(value);
                    }
                }
            },
        };
        listing.read(self.reader(), page, decode).await
    }

    /// The attempts at the steps of a run, in the order they started.
    pub async fn run_step_list(&self, tenant: &TenantId, id: RunId) -> Result<Vec<StepAttempt>> {
        sqlx::query("SELECT * FROM step_attempt WHERE tenant = ? AND run = ? ORDER BY started, rowid")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_all(self.reader())
            .await?
            .iter()
            .map(decode_attempt)
            .collect()
    }
}

fn held(id: RunId, changed: u64) -> Result<()> {
    if changed == 0 {
        Err(Error::LeaseLost(id))
    } else {
        Ok(())
    }
}

async fn attempt_save_in_txn(
    txn: &mut SqliteConnection,
    tenant: &TenantId,
    attempt: &StepAttempt,
) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO step_attempt (tenant, run, step, branch, attempt, state, input, output, error, \
         idempotency_key, started, finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(tenant.as_str())
    .bind(attempt.run.to_string())
    .bind(&attempt.step)
    .bind(attempt.branch)
    .bind(attempt.attempt)
    .bind(column::name(&attempt.state)?)
    .bind(attempt.input.to_string())
    .bind(attempt.output.to_string())
    .bind(&attempt.error)
    .bind(&attempt.idempotency_key)
    .bind(attempt.started.millis())
    .bind(attempt.finished.map(Time::millis))
    .execute(txn)
    .await?;
    Ok(())
}

fn decode(row: &SqliteRow) -> Result<Run> {
    let entity_value: Option<String> = row.try_get("entity_value")?;
    let entity_kind = column::code_optional(row, "entity_kind")?;
    let entity = entity_kind.zip(entity_value);
    Ok(Run {
        id: column::parse(row, "id")?,
        tenant: TenantId::new(row.try_get::<&str, _>("tenant")?),
        playbook: PlaybookId(row.try_get("playbook")?),
        playbook_version: column::small(row, "playbook_version")?,
        trigger: column::code(row, "trigger_source")?,
        rule: row.try_get("rule")?,
        event: column::parse_optional(row, "event")?,
        entity: entity.map(|(kind, value)| EntityKey { kind, value }),
        state: column::code(row, "state")?,
        next_step: row.try_get("next_step")?,
        variables: column::json(row, "variables")?,
        started: column::time(row, "started")?,
        deadline: column::time(row, "deadline")?,
        finished: column::time_optional(row, "finished")?,
        error: row.try_get("error")?,
        leased_by: row.try_get("leased_by")?,
        leased_until: column::time_optional(row, "leased_until")?,
    })
}

fn decode_attempt(row: &SqliteRow) -> Result<StepAttempt> {
    Ok(StepAttempt {
        run: column::parse(row, "run")?,
        step: row.try_get("step")?,
        branch: column::small(row, "branch")?,
        attempt: column::small(row, "attempt")?,
        state: column::code(row, "state")?,
        input: column::json(row, "input")?,
        output: column::json(row, "output")?,
        error: row.try_get("error")?,
        idempotency_key: row.try_get("idempotency_key")?,
        started: column::time(row, "started")?,
        finished: column::time_optional(row, "finished")?,
    })
}
