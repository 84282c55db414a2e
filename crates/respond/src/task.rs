//! Where a task and a policy stand, read off the lease; and undoing them.
//!
//! A task has no state of its own: it is what its policy's reason and the lease's state come to. That is why a
//! restart, a repair by hand or another policy on the same lease can never leave one behind.

use crate::settle::{ENDED_BY_NEVER_BLOCK, GIVE_UP};
use model::{
    EventStatus, LocalText, PolicyId, Time,
    lease::{Lease, LeaseReason, LeaseState},
    policy::{PolicyStatus, Task, TaskStatus},
};

/// Where a task stands and what more there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The status.
    pub status: TaskStatus,
    /// A sentence, or nothing where the status says it all.
    pub detail: LocalText,
}

/// An undone policy: its lease, and what keeps the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The lease with the policy's reason ended.
    pub lease: Lease,
    /// The policies whose reasons keep the remote object.
    pub kept_by: Vec<PolicyId>,
}

/// Where the task of `policy` on `lease` stands at `now`.
pub fn assess(lease: &Lease, policy: PolicyId, now: Time) -> Assessment {
    let Some(reason) = lease.reasons.iter().find(|r| r.policy == policy) else {
        return Assessment {
            status: TaskStatus::Ended,
            detail: LocalText::default(),
        };
    };
    if reason.lives(now) {
        return in_force(lease);
    }
    let kept_by = others(lease, policy, now);
    if !kept_by.is_empty() {
        return Assessment {
            status: ended(reason),
            detail: kept_detail(&kept_by),
        };
    }
    match lease.state {
        LeaseState::Releasing if lease.attempts >= GIVE_UP => Assessment {
            status: TaskStatus::UnblockFailed,
            detail: LocalText::new(
                format!(
                    "The block could not be lifted after {} attempts; it is tried on. {}",
                    lease.attempts,
                    last_error(lease)
                ),
                format!(
                    "解除封禁已失败 {} 次，仍在重试。{}",
                    lease.attempts,
                    last_error(lease)
                ),
            ),
        },
        LeaseState::Active | LeaseState::Releasing => Assessment {
            status: TaskStatus::Blocked,
            detail: LocalText::new("The block is being lifted.", "正在解除封禁。"),
        },
        LeaseState::Pending | LeaseState::Released => Assessment {
            status: ended(reason),
            detail: LocalText::default(),
        },
    }
}

/// The task as its lease makes it.
pub fn refresh(task: &Task, lease: &Lease, now: Time) -> Task {
    let Assessment { status, detail } = assess(lease, task.policy, now);
    Task {
        status,
        detail,
        remote_id: lease.remote_id.clone(),
        attempts: lease.attempts,
        last_verified: lease.last_verified,
        ..task.clone()
    }
}

/// Where a policy stands, by its tasks.
pub fn policy_status(tasks: &[Task]) -> PolicyStatus {
    let any = |status| tasks.iter().any(|t| t.status == status);
    if [
        TaskStatus::Failed,
        TaskStatus::UnblockFailed,
        TaskStatus::UnisolateFailed,
    ]
    .into_iter()
    .any(any)
    {
        PolicyStatus::Failed
    } else if any(TaskStatus::Handling) {
        PolicyStatus::Initial
    } else {
        PolicyStatus::Succeeded
    }
}

/// Where the handling of an event stands, by the tasks of all its policies; absent if there are none. It is shown
/// beside the event's status, which only people and explicit actions change.
pub fn handling_state(tasks: &[Task]) -> Option<EventStatus> {
    (!tasks.is_empty()).then(|| match policy_status(tasks) {
        PolicyStatus::Failed => EventStatus::HandlingFailed,
        PolicyStatus::Initial => EventStatus::Handling,
        PolicyStatus::Succeeded | PolicyStatus::Deleted => EventStatus::Handled,
    })
}

/// Ends the policy's reason on a lease; a reason that already ended stays as it was.
pub fn undo(lease: &Lease, policy: PolicyId, by: &str, now: Time) -> Undone {
    let mut lease = lease.clone();
    for reason in lease
        .reasons
        .iter_mut()
        .filter(|r| r.policy == policy && r.lives(now))
    {
        reason.ended_at = Some(now);
        reason.ended_by = Some(by.to_owned());
    }
    let kept_by = others(&lease, policy, now);
    Undone { lease, kept_by }
}

fn in_force(lease: &Lease) -> Assessment {
    let (status, detail) = match lease.state {
        LeaseState::Active if lease.drift => (
            TaskStatus::Blocked,
            LocalText::new(
                "The rule was removed or changed by hand on the device and has been restored.",
                "设备上的规则曾被手工删除或修改，已恢复。",
            ),
        ),
        LeaseState::Active => (TaskStatus::Blocked, LocalText::default()),
        _ if lease.attempts >= GIVE_UP => (
            TaskStatus::Failed,
            LocalText::new(
                format!(
                    "The device did not take the block after {} attempts; it is tried on. {}",
                    lease.attempts,
                    last_error(lease)
                ),
                format!(
                    "设备未接受封禁，已尝试 {} 次，仍在重试。{}",
                    lease.attempts,
                    last_error(lease)
                ),
            ),
        ),
        _ if lease.drift => (
            TaskStatus::Blocked,
            LocalText::new(
                "The rule was removed or changed by hand on the device and is being restored.",
                "设备上的规则被手工删除或修改，正在恢复。",
            ),
        ),
        _ => (TaskStatus::Handling, LocalText::default()),
    };
    Assessment { status, detail }
}

/// What the device said last, in its own words.
fn last_error(lease: &Lease) -> &str {
    lease.last_error.as_deref().unwrap_or_default()
}

fn ended(reason: &LeaseReason) -> TaskStatus {
    if reason.ended_by.as_deref() == Some(ENDED_BY_NEVER_BLOCK) {
        TaskStatus::Whitelisted
    } else {
        TaskStatus::Ended
    }
}

fn others(lease: &Lease, policy: PolicyId, now: Time) -> Vec<PolicyId> {
    let living = lease
        .reasons
        .iter()
        .filter(|r| r.policy != policy && r.lives(now));
    living.map(|r| r.policy).collect()
}

fn kept_detail(kept_by: &[PolicyId]) -> LocalText {
    let list = |separator: &str| {
        let names: Vec<String> = kept_by.iter().map(ToString::to_string).collect();
        names.join(separator)
    };
    LocalText::new(
        format!("The block stays for {}.", list(", ")),
        format!("封禁仍由 {} 保持。", list("、")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn policy(number: u128) -> PolicyId {
        PolicyId::from_bits(number)
    }

    #[test]
    fn a_task_is_what_its_reason_and_the_lease_come_to() {
        let check = |state, attempts, now: i64, expected: TaskStatus| {
            let mut lease = testing::lease("203.0.113.7", &[(1, 100)]);
            lease.state = state;
            lease.attempts = attempts;
            let got = assess(&lease, policy(1), Time::from_secs(now)).status;
            assert_eq!(got, expected, "{state:?} after {attempts} at {now}");
        };
        check(LeaseState::Pending, 0, 10, TaskStatus::Handling);
        check(LeaseState::Pending, GIVE_UP, 10, TaskStatus::Failed);
        check(LeaseState::Active, 0, 10, TaskStatus::Blocked);
        check(LeaseState::Active, 0, 100, TaskStatus::Blocked);
        check(LeaseState::Releasing, 1, 100, TaskStatus::Blocked);
        check(LeaseState::Releasing, GIVE_UP, 100, TaskStatus::UnblockFailed);
        check(LeaseState::Released, 0, 100, TaskStatus::Ended);
        check(LeaseState::Pending, GIVE_UP, 100, TaskStatus::Ended);
    }

    #[test]
    fn undoing_one_policy_names_the_ones_that_keep_the_block() {
        let mut lease = testing::lease("203.0.113.7", &[(1, 100), (2, 50)]);
        lease.state = LeaseState::Active;
        let now = Time::from_secs(10);
        let undone = undo(&lease, policy(1), "wei", now);
        assert_eq!(undone.kept_by, [policy(2)]);
        assert!(undone.lease.wanted(now));
        let assessment = assess(&undone.lease, policy(1), now);
        assert_eq!(assessment.status, TaskStatus::Ended);
        assert!(assessment.detail.en.contains(&policy(2).to_string()));
        assert!(assessment.detail.zh.contains(&policy(2).to_string()));
        let again = undo(&undone.lease, policy(1), "li", Time::from_secs(20));
        assert_eq!(again.lease, undone.lease, "undone once");
        let last = undo(&undone.lease, policy(2), "wei", now);
        assert!(last.kept_by.is_empty() && !last.lease.wanted(now));
    }
}
