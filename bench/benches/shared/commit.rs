//! What the pipeline commits for a batch of alerts: the alerts, what became of them, the events, their triggers.

use correlate::{Changes, EventChangeKind, Outcome};
use model::{Alert, TenantId, Time};
use store::{ChangeKind, EventChange, PipelineCommit, Trigger, Unlinked};

/// The commit of the batch of this number, from 0.
pub fn of(number: u64, alerts: &[Alert], changes: Changes, now: Time) -> PipelineCommit {
    let mut commit = PipelineCommit::empty(TenantId::default(), number, number + 1, now);
    for changed in changes.alerts {
        match changed.outcome {
            Outcome::Joined(membership) => commit.memberships.push(membership),
            Outcome::NoEvent(reason, whitelist) => {
                commit.unlinked.push(Unlinked {
                    alert: changed.alert,
                    reason,
                    whitelist,
                });
            }
        }
    }
    for changed in changes.events {
        let id = changed.event.id;
        let (kind, trigger) = match changed.kind {
            EventChangeKind::Opened => (ChangeKind::Opened, Some(Trigger::EventOccurrence(id))),
            EventChangeKind::Updated => (ChangeKind::Updated, Some(Trigger::EventUpdate(id))),
            EventChangeKind::Merged { into } => (ChangeKind::Merged { into }, None),
        };
        commit.triggers.extend(trigger);
        commit.events.push(EventChange {
            event: changed.event,
            kind,
        });
    }
    commit.records = alerts
        .iter()
        .flat_map(|alert| alert.records.iter().copied())
        .collect();
    commit.records.sort_unstable();
    commit.records.dedup();
    commit.alerts = alerts.to_vec();
    commit
}
