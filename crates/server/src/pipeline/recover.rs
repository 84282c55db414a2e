//! How the worker comes to its state: the last snapshot that can be read, and what was committed after it run again for
//! its effect on the state alone. Where none can be read, as when it is of another version of the program, the state is
//! made from what the store knows of alerts and events.

use super::{
    action::{Action, RuleSelection},
    judge::Judge,
    outcome::Outcome,
    worker::{PipelineError, Worker},
};
use crate::clock;
use correlate::{Arrival, Correlator, KeptEvent};
use journal::Position;
use serde_json::json;
use std::{collections::HashSet, sync::Arc};
use store::{AuditEntry, KeptAlert, Snapshot};

/// Alerts read at once.
const READ: u32 = 2_000;

/// What a state was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Made {
    alerts: u64,
    events: usize,
}

impl Worker {
    /// Comes to the state as of the last commit.
    pub(super) async fn recover(&mut self) -> Result<(), PipelineError> {
        self.reset()?;
        let (store, tenant) = (self.environment.store.clone(), self.environment.tenant.clone());
        let committed = Position(store.pipeline_position(&tenant).await?);
        let snapshots = store.pipeline_snapshot_list(&tenant).await?;
        let mut from = match self.load(&snapshots, committed)? {
            Some(position) => position,
            None => self.rebuild(&snapshots, committed).await?,
        };
        self.snapshot_position = from;
        // Feeds may have changed since; what they said then is what the committed results come from.
        let said = store.intel_verdict_list(&tenant, from.0).await?;
        self.engine.judge_by(Judge::recorded(said));
        let mut met = HashSet::new();
        while from < committed {
            let mut entries = self.read(from)?;
            entries.retain(|(position, _)| *position <= committed);
            let Some((last, _)) = entries.last() else { break };
            from = *last;
            self.process(&entries, &mut met).await?;
        }
        self.engine
            .judge_by(Judge::Feeds(Arc::clone(&self.environment.intel)));
        (self.position, self.taken) = (committed, committed);
        self.ahead = false;
        Ok(())
    }

    fn reset(&mut self) -> Result<(), PipelineError> {
        self.engine.restore(&self.blank).map_err(PipelineError::Snapshot)
    }

    /// Takes on the newest snapshot that can be read and after which the journal is whole; answers its position. The
    /// beginning counts as one if there are no others.
    fn load(
        &mut self,
        snapshots: &[Snapshot],
        committed: Position,
    ) -> Result<Option<Position>, PipelineError> {
        for snapshot in snapshots {
            let position = Position(snapshot.position);
            if !self.can_run_from(position, committed) {
                continue;
            }
            match self.engine.restore(&snapshot.state) {
                Ok(()) => return Ok(Some(position)),
                Err(error) => {
                    tracing::warn!(%error, snapshot.position, "a snapshot of the pipeline cannot be read");
                    self.reset()?;
                }
            }
        }
        Ok(snapshots.is_empty().then_some(Position::START))
    }

    /// Whether the journal still has everything after a position.
    fn can_run_from(&self, position: Position, committed: Position) -> bool {
        let environment = &self.environment;
        position >= committed || environment.journal.oldest(&environment.tenant) <= position
    }

    /// Makes the state from the store, and takes what else a snapshot says from the newest that says it; answers from
    /// where the journal has to be run again.
    async fn rebuild(
        &mut self,
        snapshots: &[Snapshot],
        committed: Position,
    ) -> Result<Position, PipelineError> {
        let mut from = None;
        for snapshot in snapshots {
            let position = Position(snapshot.position);
            if !self.can_run_from(position, committed) {
                continue;
            }
            if self.engine.restore_without_correlator(&snapshot.state).is_ok() {
                from = Some(position);
                break;
            }
            self.reset()?;
        }
        let (store, tenant) = (&self.environment.store, &self.environment.tenant);
        if from.is_none() {
            let selection = RuleSelection::stored(store, tenant).await?;
            self.engine.apply(
                &Action::Rules { selection },
                clock::now(),
                &mut Outcome::default(),
            );
        }
        let made = self.adopt().await?;
        let entry = AuditEntry {
            at: clock::now(),
            actor: "system".to_owned(),
            action: "pipeline.rebuild".to_owned(),
            object: "correlation".to_owned(),
            before: json!({"snapshots": snapshots.len()}),
            after: json!({"alerts": made.alerts, "events": made.events, "detection_kept": from.is_some()}),
        };
        self.environment
            .store
            .audit_append(&self.environment.tenant, &entry)
            .await?;
        tracing::warn!(
            pipeline.rebuilt.alerts = made.alerts,
            pipeline.rebuilt.events = made.events,
            pipeline.rebuilt.detection = from.is_some(),
            "no snapshot of the pipeline is of this version: correlation goes on from the stored alerts and events{}",
            if from.is_some() {
                ""
            } else {
                "; windows of rules that were open begin anew"
            }
        );
        Ok(from.unwrap_or(committed))
    }

    /// Makes the correlator's state from the stored alerts and events of the time that it remembers.
    async fn adopt(&mut self) -> Result<Made, PipelineError> {
        let (store, tenant) = (self.environment.store.clone(), self.environment.tenant.clone());
        let whitelists = store.whitelist_list(&tenant).await?;
        let whitelists = whitelists
            .into_iter()
            .filter(|row| !row.paused)
            .map(|row| row.whitelist);
        let whitelists = Action::Whitelists {
            whitelists: whitelists.collect(),
        };
        self.engine
            .apply(&whitelists, clock::now(), &mut Outcome::default());
        let Some(last) = store.kept_until(&tenant).await? else {
            return Ok(Made::default());
        };
        let since = Correlator::remembers_since(last);
        let events = store.kept_events(&tenant, since).await?;
        let from = events
            .iter()
            .map(|kept| kept.event.first_time)
            .fold(since, Ord::min);
        let mut made = Made {
            alerts: 0,
            events: events.len(),
        };
        let mut adoption = self.engine.adopt(events.into_iter().map(kept_event));
        let mut after = None;
        loop {
            let alerts = store.kept_alerts(&tenant, from, after, READ).await?;
            let Some(newest) = alerts.last() else { break };
            after = Some((newest.alert.time, newest.alert.id));
            made.alerts += alerts.len() as u64;
            for kept in alerts {
                adopt_one(&mut adoption, &kept);
            }
        }
        adoption.finish(store.kept_apart(&tenant).await?);
        Ok(made)
    }
}

fn adopt_one(adoption: &mut correlate::Adoption<'_>, kept: &KeptAlert) {
    let outcome = match (&kept.membership, kept.no_event) {
        (Some(membership), _) => Some(correlate::Outcome::Joined(membership.clone())),
        (None, Some(reason)) => Some(correlate::Outcome::NoEvent(reason, None)),
        (None, None) => None,
    };
    adoption.alert(&Arrival::new(&kept.alert, kept.stored), outcome.as_ref());
}

fn kept_event(kept: store::KeptEvent) -> KeptEvent {
    KeptEvent {
        id: kept.event.id,
        method: kept.event.method,
        status: kept.event.status,
        owner: kept.owner,
        continues: kept.event.continues,
    }
}
