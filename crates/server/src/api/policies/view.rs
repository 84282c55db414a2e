//! Policies and tasks as the API shows them.

use crate::{
    api::{
        dto::{EntityRef, PlaybookRef, ScopeMember, Text, name},
        playbooks::Titles,
        schema,
    },
    app::App,
};
use model::{
    EntityKey, LeaseId, Time,
    lease::Lease,
    policy::{self, TaskStatus},
};
use serde::Serialize;
use std::collections::HashMap;
use store::TaskRow;
use utoipa::ToSchema;

/// What (entity) × how (playbook) × where (scope) × until when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Policy {
    /// `pol_…`.
    id: String,
    /// What is handled.
    entity: EntityRef,
    /// By which playbook.
    playbook: PlaybookRef,
    /// What is done, such as `block_ip`.
    operation: String,
    /// Where.
    scope: Vec<ScopeMember>,
    /// From when.
    #[schema(value_type = String, format = DateTime)]
    valid_from: Time,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    valid_until: Time,
    /// Who asked: `system`, `custom`, `custom_alert` or `soar_manual`.
    source: String,
    /// Where it stands.
    #[schema(schema_with = schema::policy_status)]
    status: String,
    /// The same as a number: 0, 5, 10 or 200.
    status_code: u8,
    /// The event it came from.
    origin_event: Option<String>,
    /// The run that made it.
    run: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Seconds until it ends; null once its time is over.
    expires_in_seconds: Option<u64>,
    /// Its tasks, counted.
    tasks: TaskCounts,
}

/// Tasks by how they went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskCounts {
    /// Done, in force, ended or refused by the never-block list.
    ok: u64,
    /// Failed.
    failed: u64,
    /// Still being worked on.
    pending: u64,
}

/// One place's share of a policy.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Task {
    /// `tsk_…`.
    id: String,
    /// Its policy.
    policy: String,
    /// What is handled.
    entity: EntityRef,
    /// Where.
    scope_member: ScopeMember,
    /// The product acted on, such as `alibaba/waf`.
    system: String,
    /// What is done.
    operation: String,
    /// Where it stands, such as `blocked`.
    #[schema(schema_with = schema::task_status)]
    status: String,
    /// The same as a number, such as 21.
    status_code: u8,
    /// More than the status says: the error, what keeps a block after an undo.
    detail: Text,
    /// The vendor's id of the remote object.
    remote_id: Option<String>,
    /// How often the change that is under way was tried.
    attempts: u32,
    /// When the remote object was last seen in place.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_verified: Option<Time>,
    /// Somebody changed the remote object by hand.
    drift: bool,
    /// When its block ends; null once it has ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The last we know of it: when it was made, last seen on the device, or ended.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl TaskCounts {
    /// The sum of tasks by status.
    pub fn sum(counts: &[(TaskStatus, u64)]) -> Self {
        let mut sum = Self::default();
        for (status, count) in counts {
            match status {
                TaskStatus::Handling => sum.pending += count,
                TaskStatus::Failed | TaskStatus::UnblockFailed | TaskStatus::UnisolateFailed => {
                    sum.failed += count;
                }
                TaskStatus::Succeeded
                | TaskStatus::Blocked
                | TaskStatus::Isolated
                | TaskStatus::Ended
                | TaskStatus::Whitelisted => sum.ok += count,
            }
        }
        sum
    }
}

impl Policy {
    /// A policy as it is shown at `now`.
    pub fn new(policy: policy::Policy, titles: &Titles, tasks: TaskCounts, now: Time) -> Self {
        Self {
            id: policy.id.to_string(),
            entity: entity(&policy.entity),
            playbook: titles.name(&policy.playbook),
            operation: name(&policy.operation),
            scope: policy.scope.into_iter().map(ScopeMember::from).collect(),
            valid_from: policy.valid_from,
            valid_until: policy.valid_until,
            source: name(&policy.source),
            status: name(&policy.status),
            status_code: policy.status.number(),
            origin_event: policy.origin_event.map(|id| id.to_string()),
            run: policy.run.to_string(),
            created_at: policy.valid_from,
            expires_in_seconds: (now < policy.valid_until).then(|| policy.valid_until.since(now).as_secs()),
            tasks,
        }
    }
}

impl Task {
    /// Tasks with what their leases add.
    pub async fn of_rows(app: &App, rows: Vec<TaskRow>) -> Result<Vec<Self>, store::Error> {
        let titles = Titles::of(app).await?;
        let mut ids: Vec<LeaseId> = rows.iter().map(|row| row.task.lease).collect();
        ids.sort();
        ids.dedup();
        let leases = app.store.lease_list_by_id(&app.tenant, &ids).await?;
        let leases: HashMap<LeaseId, Lease> = leases.into_iter().map(|lease| (lease.id, lease)).collect();
        Ok(rows
            .into_iter()
            .map(|row| Self::new(&row, leases.get(&row.task.lease), &titles))
            .collect())
    }

    /// A task; one that the never-block list refused has no lease.
    fn new(row: &TaskRow, lease: Option<&Lease>, titles: &Titles) -> Self {
        let task = &row.task;
        let reason = lease.and_then(|lease| lease.reasons.iter().find(|reason| reason.policy == task.policy));
        let ended = reason.and_then(|reason| reason.ended_at);
        let system = lease
            .map(|lease| lease.system.as_str())
            .or_else(|| titles.system(&row.playbook));
        Self {
            id: task.id.to_string(),
            policy: task.policy.to_string(),
            entity: entity(&row.entity),
            scope_member: task.scope_member.clone().into(),
            system: system.unwrap_or_default().to_owned(),
            operation: name(&task.operation),
            status: name(&task.status),
            status_code: task.status.number(),
            detail: task.detail.clone().into(),
            remote_id: task.remote_id.clone(),
            attempts: task.attempts,
            last_verified: task.last_verified,
            drift: lease.is_some_and(|lease| lease.drift),
            expires_at: reason
                .filter(|reason| reason.ended_at.is_none())
                .map(|reason| reason.expires_at),
            created_at: row.created,
            updated_at: [task.last_verified, ended]
                .into_iter()
                .flatten()
                .fold(row.created, Time::max),
        }
    }
}

/// An entity as the API names it.
pub fn entity(key: &EntityKey) -> EntityRef {
    EntityRef {
        r#type: key.kind.code().to_owned(),
        value: key.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_counted_by_how_they_went() {
        let counts = [
            (TaskStatus::Handling, 2),
            (TaskStatus::Blocked, 3),
            (TaskStatus::Whitelisted, 1),
            (TaskStatus::UnblockFailed, 4),
        ];
        assert_eq!(
            TaskCounts::sum(&counts),
            TaskCounts {
                ok: 4,
                failed: 4,
                pending: 2
            }
        );
        assert_eq!(TaskCounts::sum(&[]), TaskCounts::default());
    }
}
