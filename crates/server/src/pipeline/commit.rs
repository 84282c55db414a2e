//! What a batch led to, as the rows of one transaction.

use super::{action::Action, outcome::Outcome, regroup};
use correlate::EventChangeKind;
use journal::Position;
use model::{LocalText, TagSource, TenantId, Time};
use serde_json::json;
use store::{
    Activity, ActivityKind, AuditEntry, ChangeKind, ClientCount, DeadLetter, EntityTagChange, EventChange,
    PipelineCommit, SourceCount, Trigger, Unlinked,
};

/// Where a batch stands in the journal.
pub(super) struct Batch<'a> {
    /// Whose inputs they were.
    pub tenant: &'a TenantId,
    /// The position committed before.
    pub after: Position,
    /// The position of the last input.
    pub position: Position,
    /// Now.
    pub now: Time,
    /// Some response rule listens to alerts: otherwise nobody would look at their triggers.
    pub alert_triggers: bool,
}

/// Builds the transaction of a batch.
pub(super) fn build(
    batch: &Batch<'_>,
    outcome: Outcome,
    actions: &[Action],
    state: Option<Vec<u8>>,
) -> PipelineCommit {
    let mut commit = PipelineCommit::empty(batch.tenant.clone(), batch.after.0, batch.position.0, batch.now);
    commit.snapshot = state;
    for outcome in outcome.outcomes.into_values() {
        match outcome.outcome {
            correlate::Outcome::Joined(membership) => commit.memberships.push(membership),
            correlate::Outcome::NoEvent(reason, whitelist) => {
                commit.unlinked.push(Unlinked {
                    alert: outcome.alert,
                    reason,
                    whitelist,
                });
            }
        }
    }
    for change in outcome.events.into_values() {
        let event = change.event;
        let kind = match change.kind {
            EventChangeKind::Opened => ChangeKind::Opened,
            EventChangeKind::Updated => ChangeKind::Updated,
            EventChangeKind::Merged { into } => ChangeKind::Merged { into },
        };
        commit.triggers.extend(match kind {
            ChangeKind::Opened => Some(Trigger::EventOccurrence(event.id)),
            ChangeKind::Updated => Some(Trigger::EventUpdate(event.id)),
            ChangeKind::Merged { .. } => None,
        });
        commit.events.push(EventChange { event, kind });
    }
    if batch.alert_triggers {
        let raised = outcome.alerts.iter().filter(|alert| !alert.testing);
        commit
            .triggers
            .extend(raised.map(|alert| Trigger::Alert(alert.id)));
    }
    commit.alerts = outcome.alerts;
    commit.intel = outcome.intel;
    commit.records = outcome.records;
    commit.source_counts = outcome
        .sources
        .into_iter()
        .map(|((source, day), count)| SourceCount {
            source,
            day,
            received: count.received,
            stored: count.stored,
            duplicate: count.duplicate,
            rejected: count.rejected,
            dead_letter: count.dead_letter,
            bytes: count.bytes,
        })
        .collect();
    commit.client_counts = outcome
        .clients
        .into_iter()
        .map(|((client, day), count)| ClientCount {
            client,
            day,
            requests: count.requests,
            refusals: count.refusals,
        })
        .collect();
    commit.dead_letters = outcome
        .dead_letters
        .into_iter()
        .map(|row| DeadLetter {
            source: row.source,
            received: row.received,
            reason: row.reason.as_str().to_owned(),
            detail: row.detail,
            offset: row.offset.map(|offset| offset as u64),
            raw: row.raw,
        })
        .collect();
    commit.related = outcome.related;
    for action in actions {
        record_action(&mut commit, action);
        regroup::record(&mut commit, action, &outcome.answers);
    }
    commit
}

/// What people decided appears in the audit log, and in the event's activity or among the entity's tags.
fn record_action(commit: &mut PipelineCommit, action: &Action) {
    match action {
        Action::EventStatus { event, status, actor } => {
            commit.statuses.push((*event, *status));
            commit.activities.push(Activity {
                event: *event,
                at: commit.now,
                actor: actor.clone(),
                kind: ActivityKind::Status,
                body: json!({"status": status}),
            });
            commit.audits.push(AuditEntry {
                at: commit.now,
                actor: actor.clone(),
                action: "event.status".to_owned(),
                object: event.to_string(),
                before: json!(null),
                after: json!({"status": status}),
            });
        }
        Action::EntityTag {
            entity,
            malicious,
            reason,
            actor,
        } => {
            commit.entity_tags.push(EntityTagChange {
                entity: entity.clone(),
                malicious: *malicious,
                source: TagSource::Analyst,
                reference: actor.clone(),
                reason: LocalText::same(reason),
            });
            commit.audits.push(AuditEntry {
                at: commit.now,
                actor: actor.clone(),
                action: if *malicious { "entity.tag" } else { "entity.untag" }.to_owned(),
                object: entity.to_string(),
                before: json!(null),
                after: json!({"malicious": malicious, "reason": reason}),
            });
        }
        // Merges and splits have rows of their own; the rest is noted where it was asked for.
        Action::EventOwner { .. }
        | Action::EventMerge { .. }
        | Action::EventSplit { .. }
        | Action::AllowLink { .. }
        | Action::Correlation { .. }
        | Action::Whitelists { .. }
        | Action::Rules { .. }
        | Action::Capabilities { .. } => {}
    }
}

/// What happened to an event, as listeners are told.
pub(super) fn kind_name(change: &EventChange) -> &'static str {
    match change.kind {
        ChangeKind::Opened => "opened",
        ChangeKind::Updated => "updated",
        ChangeKind::Merged { .. } => "merged",
    }
}
