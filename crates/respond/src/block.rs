//! A block step becomes rows: one policy, a task for each scope member, and a lease for each remote object.
//!
//! Planning the same step again gives the same ids and changes nothing, so a step that is done twice after a crash
//! is done once. A second policy on a live lease adds a reason to it and costs no call.

use crate::{
    cacao::Outcome,
    never_block::{NeverBlock, Refusal},
    task,
};
use model::{
    EntityKey, EventId, LocalText, PlaybookId, PolicyId, RunId, TenantId, Time,
    lease::{Lease, LeaseReason, LeaseState},
    policy::{Operation, Policy, PolicySource, PolicyStatus, ScopeMember, Task, TaskStatus},
};
use serde_json::{Map, Value as Json};
use std::time::Duration;

/// The longest block: whoever wants more wants a permanent rule of their own.
pub const LONGEST_BLOCK: Duration = Duration::from_hours(365 * 24);

/// What a block step asks for.
#[derive(Clone, Debug)]
pub struct BlockRequest {
    /// Whose it is.
    pub tenant: TenantId,
    /// The run.
    pub run: RunId,
    /// The step's CACAO id.
    pub step: String,
    /// The playbook of the run.
    pub playbook: PlaybookId,
    /// The product to act on, such as `alibaba/waf`.
    pub system: String,
    /// What to block.
    pub entity: EntityKey,
    /// Where: every instance of the product that is connected.
    pub scope: Vec<ScopeMember>,
    /// For how long.
    pub duration: Duration,
    /// Who asks.
    pub source: PolicySource,
    /// The event it is about.
    pub origin_event: Option<EventId>,
}

/// Why a block cannot be planned: the step fails.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// Nothing of the product is connected.
    #[error("no connection to `{0}`: there is nowhere to block")]
    NoScope(String),
    /// Zero, or longer than [`LONGEST_BLOCK`].
    #[error("a block of `{seconds}` seconds is not possible: expected 1 to {}", LONGEST_BLOCK.as_secs())]
    Duration {
        /// What was asked for.
        seconds: u64,
    },
}

/// The rows to write, in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockPlan {
    /// The policy.
    pub policy: Policy,
    /// Its tasks, one for each scope member.
    pub tasks: Vec<Task>,
    /// The leases to insert or replace; those that need no change are left out.
    pub leases: Vec<Lease>,
    /// Why nothing is blocked, if the never-block list refuses; the step still completes.
    pub refusal: Option<Refusal>,
}

/// Plans a block. `existing` holds at least the leases the request would touch, where there are any.
pub fn plan_block(
    request: &BlockRequest,
    never_block: &NeverBlock,
    existing: &[Lease],
    now: Time,
) -> Result<BlockPlan, BlockError> {
    if request.scope.is_empty() {
        return Err(BlockError::NoScope(request.system.clone()));
    }
    if request.duration < Duration::from_secs(1) || request.duration > LONGEST_BLOCK {
        return Err(BlockError::Duration {
            seconds: request.duration.as_secs(),
        });
    }
    let mut policy = new_policy(request, now);
    if let Err(refusal) = never_block.check(&request.entity) {
        let refused = |member| refused_task(&policy, request, member, &refusal);
        let tasks: Vec<Task> = request.scope.iter().map(refused).collect();
        policy.status = task::policy_status(&tasks);
        return Ok(BlockPlan {
            policy,
            tasks,
            leases: Vec::new(),
            refusal: Some(refusal),
        });
    }
    let mut tasks = Vec::with_capacity(request.scope.len());
    let mut leases = Vec::new();
    for member in &request.scope {
        let id = Lease::derive_id(&request.tenant, &request.system, member, &request.entity);
        let before = existing.iter().find(|lease| lease.id == id);
        let lease = match before {
            Some(lease) => add_reason(lease, &policy),
            None => new_lease(request, member, &policy),
        };
        // A step done again keeps the end its first time set.
        if let Some(reason) = lease.reasons.iter().find(|r| r.policy == policy.id) {
            policy.valid_until = reason.expires_at;
        }
        tasks.push(task::refresh(&new_task(&policy, member, &lease), &lease, now));
        if before != Some(&lease) {
            leases.push(lease);
        }
    }
    policy.status = task::policy_status(&tasks);
    Ok(BlockPlan {
        policy,
        tasks,
        leases,
        refusal: None,
    })
}

/// What the step came to, once no task of it is being handled; absent until then.
pub fn step_outcome(policy: PolicyId, tasks: &[Task]) -> Option<Outcome> {
    if tasks.iter().any(|t| t.status == TaskStatus::Handling) {
        return None;
    }
    if let Some(failed) = tasks.iter().find(|t| t.status == TaskStatus::Failed) {
        return Some(Outcome::Failed(failed.detail.en.clone()));
    }
    let blocked = tasks.iter().any(|t| t.status == TaskStatus::Blocked);
    let mut output = Map::new();
    output.insert("blocked".to_owned(), Json::Bool(blocked));
    output.insert("policy".to_owned(), Json::String(policy.to_string()));
    Some(Outcome::Succeeded(output))
}

fn new_policy(request: &BlockRequest, now: Time) -> Policy {
    let id = PolicyId::from_parts([
        &request.run.bits().to_be_bytes()[..],
        request.step.as_bytes(),
        request.entity.kind.code().as_bytes(),
        request.entity.value.as_bytes(),
    ]);
    Policy {
        id,
        tenant: request.tenant.clone(),
        run: request.run,
        playbook: request.playbook.clone(),
        entity: request.entity.clone(),
        operation: Operation::BlockIp,
        scope: request.scope.clone(),
        valid_from: now,
        valid_until: now.plus(request.duration),
        source: request.source,
        status: PolicyStatus::Initial,
        origin_event: request.origin_event,
    }
}

fn new_task(policy: &Policy, member: &ScopeMember, lease: &Lease) -> Task {
    Task {
        id: Task::derive_id(policy.id, member),
        tenant: policy.tenant.clone(),
        policy: policy.id,
        scope_member: member.clone(),
        lease: lease.id,
        operation: policy.operation,
        status: TaskStatus::Handling,
        detail: LocalText::default(),
        remote_id: lease.remote_id.clone(),
        attempts: lease.attempts,
        last_verified: lease.last_verified,
    }
}

fn refused_task(policy: &Policy, request: &BlockRequest, member: &ScopeMember, refusal: &Refusal) -> Task {
    let lease = new_lease(request, member, policy);
    Task {
        status: TaskStatus::Whitelisted,
        detail: refusal.reason.clone(),
        ..new_task(policy, member, &lease)
    }
}

fn new_lease(request: &BlockRequest, member: &ScopeMember, policy: &Policy) -> Lease {
    Lease {
        id: Lease::derive_id(&request.tenant, &request.system, member, &request.entity),
        tenant: request.tenant.clone(),
        system: request.system.clone(),
        scope: member.clone(),
        entity: request.entity.clone(),
        remote_id: None,
        state: LeaseState::Pending,
        drift: false,
        last_verified: None,
        attempts: 0,
        retry_at: None,
        last_error: None,
        reasons: vec![reason_of(policy)],
    }
}

fn reason_of(policy: &Policy) -> LeaseReason {
    LeaseReason {
        policy: policy.id,
        expires_at: policy.valid_until,
        ended_at: None,
        ended_by: None,
    }
}

/// The lease with the policy as one more reason; unchanged if it already is one.
fn add_reason(lease: &Lease, policy: &Policy) -> Lease {
    let mut lease = lease.clone();
    if lease.reasons.iter().any(|r| r.policy == policy.id) {
        return lease;
    }
    lease.reasons.push(reason_of(policy));
    if matches!(lease.state, LeaseState::Releasing | LeaseState::Released) {
        // Wanted again: what the device holds is found out by looking, with a fresh count of attempts.
        lease.state = LeaseState::Pending;
        lease.drift = false;
        lease.attempts = 0;
        lease.retry_at = None;
    }
    lease
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use model::EntityKind;

    fn request() -> BlockRequest {
        BlockRequest {
            tenant: TenantId::default(),
            run: RunId::from_bits(1),
            step: "action--1".into(),
            playbook: PlaybookId("playbook--1".into()),
            system: "alibaba/waf".into(),
            entity: EntityKey::new(EntityKind::Ip, "203.0.113.7"),
            scope: vec![testing::scope()],
            duration: Duration::from_secs(20),
            source: PolicySource::Custom,
            origin_event: None,
        }
    }

    #[test]
    fn impossible_requests_are_refused() {
        let check = |change: fn(&mut BlockRequest), expected: &str| {
            let mut request = request();
            change(&mut request);
            let error = plan_block(&request, &NeverBlock::default(), &[], Time::from_secs(0)).err();
            assert_eq!(error.map(|e| e.to_string()).as_deref(), Some(expected));
        };
        check(
            |r| r.scope.clear(),
            "no connection to `alibaba/waf`: there is nowhere to block",
        );
        check(
            |r| r.duration = Duration::ZERO,
            "a block of `0` seconds is not possible: expected 1 to 31536000",
        );
        check(
            |r| r.duration = LONGEST_BLOCK + Duration::from_secs(1),
            "a block of `31536001` seconds is not possible: expected 1 to 31536000",
        );
    }

    #[test]
    fn one_policy_makes_a_task_and_a_lease_for_each_scope_member() {
        let mut request = request();
        request.scope.push(ScopeMember {
            instance: "waf-2".into(),
            ..testing::scope()
        });
        let plan = plan_block(&request, &NeverBlock::default(), &[], Time::from_secs(0));
        let shape = plan.map(|p| {
            (
                p.tasks.len(),
                p.leases.len(),
                p.tasks[0].id == p.tasks[1].id,
                p.policy.status,
            )
        });
        assert_eq!(shape, Ok((2, 2, false, PolicyStatus::Initial)));
    }

    #[test]
    fn different_runs_steps_and_targets_are_different_policies() {
        let id = |change: fn(&mut BlockRequest)| {
            let mut request = request();
            change(&mut request);
            new_policy(&request, Time::from_secs(0)).id
        };
        let base = id(|_| {});
        assert_eq!(
            base,
            id(|r| r.duration = Duration::from_secs(99)),
            "asking again is not asking anew"
        );
        assert_ne!(base, id(|r| r.run = RunId::from_bits(2)));
        assert_ne!(base, id(|r| r.step = "action--2".into()));
        assert_ne!(base, id(|r| r.entity.value = "203.0.113.8".into()));
    }
}
