//! What an action's outcome makes of a lease: state, attempts, and when to try again.

use crate::{
    actuator::ActuatorError,
    reconcile::{ActionOutcome, DeleteReason, LeaseAction, fits},
};
use model::{
    Time,
    lease::{Lease, LeaseState},
};
use std::time::Duration;

/// After this many failed attempts a task counts as failed. The lease is tried on, at the slowest pace: whoever
/// frees the quota or grants the permission gets the block without asking again.
pub const GIVE_UP: u32 = 6;
/// The wait after the first failed attempt; doubled by every further one.
pub const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
pub const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// Who ends the reasons of a lease that the never-block list refuses.
pub const ENDED_BY_NEVER_BLOCK: &str = "never-block list";

/// The lease after `action` was performed with `outcome` at `now`.
pub fn settle(lease: &Lease, action: &LeaseAction, outcome: &ActionOutcome, now: Time) -> Lease {
    let mut after = lease.clone();
    match (action, outcome) {
        (LeaseAction::Adopt { object, .. }, _) => {
            active(&mut after, &object.id, now);
            after.drift = false;
        }
        // Drift stays marked until a later listing shows the repair in place, so that people see it.
        (LeaseAction::Create { .. }, Ok(Some(object))) if fits(lease, object) => {
            active(&mut after, &object.id, now);
        }
        // It answered, but with something else than was asked for: looked at again in the next round.
        (LeaseAction::Create { .. }, Ok(_)) => wait(&mut after, LeaseState::Pending, 1, None, now),
        (LeaseAction::Create { .. }, Err(error)) => failed(&mut after, LeaseState::Pending, error, now),
        (LeaseAction::MarkDrift { .. }, _) => {
            after.drift = true;
            after.state = LeaseState::Pending;
            after.remote_id = None;
            settled(&mut after);
        }
        (LeaseAction::Release { .. }, _)
        | (
            LeaseAction::Delete {
                why: DeleteReason::Unwanted | DeleteReason::Orphan,
                ..
            },
            Ok(_),
        ) => {
            after.state = LeaseState::Released;
            after.remote_id = None;
            after.drift = false;
            after.last_verified = Some(now);
            settled(&mut after);
        }
        (
            LeaseAction::Delete {
                why: DeleteReason::Unwanted | DeleteReason::Orphan,
                ..
            },
            Err(error),
        ) => {
            if after.state != LeaseState::Releasing {
                settled(&mut after);
            }
            failed(&mut after, LeaseState::Releasing, error, now);
        }
        (
            LeaseAction::Delete {
                why: DeleteReason::Surplus,
                ..
            },
            Ok(_),
        ) => {}
        (
            LeaseAction::Delete {
                why: DeleteReason::Surplus,
                ..
            },
            Err(error),
        ) => {
            failed(&mut after, lease.state, error, now);
        }
        (LeaseAction::Refuse { .. }, _) => refuse(&mut after, now),
    }
    after
}

/// The lease after the device could not even be listed; absent where the lease waits for nothing, or not yet again.
pub fn settle_unlisted(lease: &Lease, error: &ActuatorError, now: Time) -> Option<Lease> {
    let waits = match lease.state {
        LeaseState::Pending | LeaseState::Releasing => true,
        LeaseState::Active => !lease.wanted(now),
        LeaseState::Released => false,
    };
    if !waits || lease.retry_at.is_some_and(|at| now < at) {
        return None;
    }
    let mut after = lease.clone();
    let state = if lease.wanted(now) {
        LeaseState::Pending
    } else {
        LeaseState::Releasing
    };
    failed(&mut after, state, error, now);
    Some(after)
}

fn active(lease: &mut Lease, remote_id: &str, now: Time) {
    lease.state = LeaseState::Active;
    lease.remote_id = Some(remote_id.to_owned());
    lease.last_verified = Some(now);
    settled(lease);
}

fn settled(lease: &mut Lease) {
    lease.attempts = 0;
    lease.retry_at = None;
    lease.last_error = None;
}

fn failed(lease: &mut Lease, state: LeaseState, error: &ActuatorError, now: Time) {
    // What cannot succeed by itself counts as given up at once.
    lease.last_error = Some(error.to_string());
    let attempts = if error.retriable() { 1 } else { GIVE_UP };
    wait(lease, state, attempts, error.retry_after(), now);
}

fn wait(lease: &mut Lease, state: LeaseState, least_attempts: u32, at_least: Option<Duration>, now: Time) {
    lease.state = state;
    lease.attempts = lease.attempts.saturating_add(1).max(least_attempts);
    let wait = backoff(lease).max(at_least.unwrap_or_default());
    lease.retry_at = Some(now.plus(wait));
}

/// Exponential, spread by the lease's id: a device that recovers is not asked by every lease in the same moment.
fn backoff(lease: &Lease) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << lease.attempts.saturating_sub(1).min(16));
    let spread = (lease.id.bits() % 256) as u32;
    let wait = doubled.min(LONGEST_WAIT);
    (wait * 3 / 4) + (wait / 4) * spread / 255
}

fn refuse(lease: &mut Lease, now: Time) {
    for reason in lease.reasons.iter_mut().filter(|r| r.lives(now)) {
        reason.ended_at = Some(now);
        reason.ended_by = Some(ENDED_BY_NEVER_BLOCK.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, remote};
    use model::LeaseId;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut lease = testing::lease("203.0.113.7", &[(1, 1_000)]);
        lease.id = LeaseId::from_bits(255);
        let waits: Vec<u64> = (1..=9)
            .map(|attempts| {
                lease.attempts = attempts;
                backoff(&lease).as_secs()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        lease.id = LeaseId::from_bits(0);
        assert_eq!(backoff(&lease).as_secs(), 90, "spread by the id");
    }

    #[test]
    fn failures_count_and_success_forgets_them() {
        let now = Time::from_secs(10);
        let lease = testing::lease("203.0.113.7", &[(1, 1_000)]);
        let create = testing::create(&lease);
        let check = |error: ActuatorError, attempts: u32, least_wait: u64| {
            let after = settle(&lease, &create, &Err(error.clone()), now);
            assert_eq!(
                (after.state, after.attempts),
                (LeaseState::Pending, attempts),
                "{error}"
            );
            assert!(
                after.retry_at >= Some(now.plus(Duration::from_secs(least_wait))),
                "{error}"
            );
            let again = settle(&after, &create, &Ok(Some(remote(&lease, "1"))), now);
            assert_eq!(
                (again.state, again.attempts, again.retry_at),
                (LeaseState::Active, 0, None)
            );
        };
        check(ActuatorError::Timeout, 1, 0);
        check(
            ActuatorError::Throttled {
                retry_after: Some(Duration::from_secs(40)),
            },
            1,
            40,
        );
        let quota = ActuatorError::Quota {
            code: "RuleCountOverSize".into(),
            message: "full".into(),
        };
        check(quota, GIVE_UP, 20);
    }

    #[test]
    fn an_object_that_does_not_fit_is_not_taken_for_ours() {
        let lease = testing::lease("203.0.113.7", &[(1, 1_000)]);
        let edited = RemoteObject {
            intact: false,
            ..remote(&lease, "1")
        };
        let after = settle(
            &lease,
            &testing::create(&lease),
            &Ok(Some(edited)),
            Time::from_secs(10),
        );
        assert_eq!(
            (after.state, after.attempts, after.remote_id),
            (LeaseState::Pending, 1, None)
        );
    }

    use crate::actuator::RemoteObject;

    #[test]
    fn a_device_that_cannot_be_listed_is_counted_too() {
        let now = Time::from_secs(10);
        let error = ActuatorError::Unreachable("refused".into());
        let pending = testing::lease("203.0.113.7", &[(1, 1_000)]);
        let after = settle_unlisted(&pending, &error, now).map(|l| (l.state, l.attempts));
        assert_eq!(after, Some((LeaseState::Pending, 1)));
        let mut active = pending.clone();
        active.state = LeaseState::Active;
        assert_eq!(
            settle_unlisted(&active, &error, now),
            None,
            "nothing to do, nothing failed"
        );
        let expired = settle_unlisted(&active, &error, Time::from_secs(1_000)).map(|l| l.state);
        assert_eq!(expired, Some(LeaseState::Releasing));
    }
}
