//! The worker of one tenant: journal → engine → one transaction. While a transaction is on its way to the disk, the
//! engine takes in the next batch: there is never more than one in flight, and none lands before the one before it.

use super::{
    action::Action,
    commit::{self, Batch},
    engine::{Engine, RawRecord},
    flight::{Flight, Landed},
    outcome::Outcome,
    sources::Sources,
};
use crate::{
    clock,
    intel::Intel,
    live::{Live, Topic},
};
use detect::{RuleError, RuleMetrics, RuleSet};
use journal::{Entry, EntryKind, Journal, Position};
use model::{RecordId, RecordView as _, TenantId, Time};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use store::Store;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// Bytes of entries in one batch: large enough for the price of a transaction, small enough for its delay.
const BATCH_BYTES: usize = 4 << 20;
/// Between two snapshots of the state: what a restart has to run again at most.
const SNAPSHOT_INTERVAL: Duration = Duration::from_secs(10);
/// Between two looks at what rules do.
const METRICS_INTERVAL: Duration = Duration::from_secs(1);
/// Between two tries of what failed, as after a full disk.
pub(super) const RETRY: Duration = Duration::from_secs(1);

/// Why the pipeline cannot start or an action was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The journal refuses.
    #[error("the journal refuses")]
    Journal(#[from] journal::Error),
    /// The store refuses.
    #[error("the store refuses")]
    Store(#[from] store::Error),
    /// The state cannot be written, or what was written does not fit this version.
    #[error("the pipeline's state cannot be saved or restored: {0}")]
    Snapshot(String),
    /// The server stops.
    #[error("the server is stopping")]
    Stopped,
}

/// What everyone else sees of a tenant's pipeline.
pub struct Pipeline {
    tenant: TenantId,
    journal: Arc<dyn Journal>,
    committed: watch::Receiver<Position>,
    rules: Arc<RwLock<KnownRules>>,
}

/// The rules as they are now.
#[derive(Clone, Debug)]
pub struct KnownRules {
    /// All rules that compile.
    pub set: Arc<RuleSet>,
    /// What is wrong with the others.
    pub errors: Vec<RuleError>,
    /// What those that are on did since the start, by id; a moment old.
    pub metrics: BTreeMap<String, RuleMetrics>,
}

/// What the worker needs beside its engine.
pub struct Environment {
    /// Whose pipeline it is.
    pub tenant: TenantId,
    /// Where inputs come from.
    pub journal: Arc<dyn Journal>,
    /// Where outputs go.
    pub store: Store,
    /// The connected sources.
    pub sources: Arc<Sources>,
    /// What feeds know.
    pub intel: Arc<Intel>,
    /// Who wants to know of changes.
    pub live: Arc<Live>,
    /// Woken when there is something to respond to.
    pub respond: Arc<Notify>,
    /// Set while some response rule listens to alerts.
    pub alert_triggers: Arc<AtomicBool>,
    /// Ends the worker.
    pub stop: CancellationToken,
}

impl Pipeline {
    /// Restores the state and starts the worker. The returned handle ends once the last snapshot is written.
    pub async fn start(
        engine: Engine,
        environment: Environment,
    ) -> Result<(Self, tokio::task::JoinHandle<()>), PipelineError> {
        let mut worker = Worker::new(engine, environment)?;
        worker.recover().await?;
        worker.engine.limit_rules();
        let (sender, committed) = watch::channel(worker.position);
        let rules = Arc::new(RwLock::new(worker.known_rules()));
        let pipeline = Self {
            tenant: worker.environment.tenant.clone(),
            journal: Arc::clone(&worker.environment.journal),
            committed,
            rules: Arc::clone(&rules),
        };
        #[allow(
            clippy::disallowed_methods,
            reason = "the one worker of the tenant; its handle is awaited at the end"
        )]
        let handle = tokio::spawn(worker.run(sender, rules));
        Ok((pipeline, handle))
    }

    /// Journals an action and waits until the pipeline has taken it in.
    pub async fn submit(&self, action: &Action, now: Time) -> Result<(), PipelineError> {
        let body = serde_json::to_vec(action).map_err(|error| PipelineError::Snapshot(error.to_string()))?;
        let entry = Entry {
            kind: EntryKind::Action,
            received: now,
            body,
        };
        let position = self.journal.append(&self.tenant, vec![entry]).await?;
        self.reached(position).await
    }

    /// Waits until everything before `position` is committed.
    pub async fn reached(&self, position: Position) -> Result<(), PipelineError> {
        let mut committed = self.committed.clone();
        committed
            .wait_for(|now| *now >= position)
            .await
            .map_err(|_| PipelineError::Stopped)?;
        Ok(())
    }

    /// How many bytes of the journal have not been worked through.
    pub fn backlog(&self) -> u64 {
        self.journal
            .head(&self.tenant)
            .0
            .saturating_sub(self.committed.borrow().0)
    }

    /// The rules as they are now.
    pub fn rules(&self) -> KnownRules {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(super) struct Worker {
    pub(super) engine: Engine,
    pub(super) environment: Environment,
    /// What is committed.
    pub(super) position: Position,
    /// What the engine has taken in.
    pub(super) taken: Position,
    /// The commit of what is between the two.
    pub(super) flight: Option<Flight>,
    pub(super) snapshot_at: Time,
    pub(super) snapshot_position: Position,
    /// The engine's state before its first input.
    pub(super) blank: Vec<u8>,
    /// The engine has taken in what will not be committed: nobody may take it for the state at `taken`.
    pub(super) ahead: bool,
    metrics_at: Time,
}

impl Worker {
    pub(super) fn new(engine: Engine, environment: Environment) -> Result<Self, PipelineError> {
        Ok(Self {
            blank: engine.snapshot().map_err(PipelineError::Snapshot)?,
            engine,
            environment,
            position: Position::START,
            taken: Position::START,
            flight: None,
            snapshot_at: clock::now(),
            snapshot_position: Position::START,
            ahead: false,
            metrics_at: clock::now(),
        })
    }

    /// Works until it is stopped, then writes a last snapshot.
    async fn run(mut self, committed: watch::Sender<Position>, rules: Arc<RwLock<KnownRules>>) {
        let mut head = self.environment.journal.watch(&self.environment.tenant);
        loop {
            match self.step(&committed, &rules).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the pipeline cannot go on; trying again"
                    );
                    tokio::time::sleep(RETRY).await;
                }
            }
            tokio::select! {
                () = self.environment.stop.cancelled() => break,
                moved = head.changed() => if moved.is_err() { break },
                () = tokio::time::sleep(SNAPSHOT_INTERVAL) => {}
            }
        }
        if let Err(error) = self.last_snapshot().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the last snapshot was not written; the next start re-runs more"
            );
        }
    }

    async fn last_snapshot(&mut self) -> Result<(), PipelineError> {
        self.land().await?;
        if self.ahead {
            tracing::warn!("the last inputs were not committed; the next start runs them again");
            return Ok(());
        }
        self.launch(self.taken, Outcome::default(), &[], true)?;
        self.land().await
    }

    /// Works through one batch until it is committed; false if there was nothing.
    #[cfg(test)]
    pub(super) async fn batch(
        &mut self,
        committed: &watch::Sender<Position>,
        rules: &RwLock<KnownRules>,
    ) -> Result<bool, PipelineError> {
        let worked = self.step(committed, rules).await?;
        self.land().await?;
        committed.send_replace(self.position);
        Ok(worked)
    }

    /// Takes in the next batch while the one before is committed, then sends it after that; false if there was nothing
    /// to take in and nothing on its way.
    pub(super) async fn step(
        &mut self,
        committed: &watch::Sender<Position>,
        rules: &RwLock<KnownRules>,
    ) -> Result<bool, PipelineError> {
        if self.ahead {
            // The same inputs must not be taken in twice by one state.
            self.land().await?;
            self.recover().await?;
        }
        let entries = self.read(self.taken)?;
        let due =
            clock::now().since(self.snapshot_at) >= SNAPSHOT_INTERVAL && self.snapshot_position < self.taken;
        if entries.is_empty() && !due {
            let flying = self.flight.is_some();
            self.land().await?;
            committed.send_replace(self.position);
            return Ok(flying);
        }
        self.ahead = true;
        let mut met = self
            .flight
            .as_ref()
            .map(|flight| flight.records.clone())
            .unwrap_or_default();
        let (outcome, actions) = self.process(&entries, &mut met).await?;
        self.land().await?;
        let position = entries.last().map_or(self.taken, |(position, _)| *position);
        self.launch(position, outcome, &actions, due)?;
        self.ahead = false;
        if !actions.is_empty() {
            self.land().await?;
            // Before whoever submitted the action is told that it was taken in.
            *rules.write().unwrap_or_else(PoisonError::into_inner) = self.known_rules();
        } else if clock::now().since(self.metrics_at) >= METRICS_INTERVAL {
            self.publish_metrics(rules);
        }
        committed.send_replace(self.position);
        Ok(true)
    }

    fn publish_metrics(&mut self, rules: &RwLock<KnownRules>) {
        self.metrics_at = clock::now();
        let metrics = self.engine.rule_metrics();
        let mut known = rules.write().unwrap_or_else(PoisonError::into_inner);
        for (rule, _) in metrics.iter().filter(|(_, now)| now.paused) {
            if !known.metrics.get(rule).is_some_and(|before| before.paused) {
                tracing::warn!(rule, "the rule takes too much time and is paused");
            }
        }
        known.metrics = metrics;
    }

    pub(super) fn read(&self, from: Position) -> Result<Vec<(Position, Entry)>, PipelineError> {
        let journal = &self.environment.journal;
        Ok(tokio::task::block_in_place(|| {
            journal.read(&self.environment.tenant, from, BATCH_BYTES)
        })?)
    }

    /// Runs entries through the engine, in order. `met` collects the records that were new.
    pub(super) async fn process(
        &mut self,
        entries: &[(Position, Entry)],
        met: &mut HashSet<RecordId>,
    ) -> Result<(Outcome, Vec<Action>), PipelineError> {
        let mut outcome = Outcome::default();
        let mut actions = Vec::new();
        let mut rest = entries;
        while !rest.is_empty() {
            let is_record = |entry: &Entry| matches!(entry.kind, EntryKind::Record { .. });
            let records = rest.iter().take_while(|(_, entry)| is_record(entry)).count();
            let (batch, after) = rest.split_at(records);
            if !batch.is_empty() {
                self.records(batch, met, &mut outcome).await?;
            }
            rest = after;
            if let Some(((_, entry), after)) = rest.split_first() {
                self.action(entry, &mut outcome, &mut actions);
                rest = after;
            }
        }
        Ok((outcome, actions))
    }

    async fn records(
        &mut self,
        entries: &[(Position, Entry)],
        met: &mut HashSet<RecordId>,
        outcome: &mut Outcome,
    ) -> Result<(), PipelineError> {
        let sources = self.environment.sources.snapshot();
        let unknown = Sources::unknown();
        let mut batch = Vec::with_capacity(entries.len());
        let mut positions: HashMap<RecordId, Position> = HashMap::with_capacity(entries.len());
        for (after, entry) in entries {
            let EntryKind::Record { source, position } = &entry.kind else {
                continue;
            };
            let raw = RawRecord {
                source: sources.get(source).unwrap_or(&unknown),
                position,
                received: entry.received,
                raw: &entry.body,
            };
            let normalised = self.engine.normalise(&raw);
            if let Ok(record) = &normalised {
                positions.entry(record.meta().id).or_insert(*after);
            }
            batch.push((raw, normalised));
        }
        let mut seen = self.seen(&positions).await?;
        seen.extend(positions.keys().filter(|id| met.contains(id)));
        let before = outcome.records.len();
        tokio::task::block_in_place(|| self.engine.run(batch, &seen, outcome));
        met.extend(outcome.records[before..].iter().copied());
        Ok(())
    }

    /// The records that had arrived by an earlier entry. Position decides, not presence: when entries are run again
    /// after a crash, their own records are in the store already, with a position that is not earlier.
    async fn seen(
        &self,
        positions: &HashMap<RecordId, Position>,
    ) -> Result<HashSet<RecordId>, PipelineError> {
        let ids: Vec<RecordId> = positions.keys().copied().collect();
        let known = self
            .environment
            .store
            .record_positions(&self.environment.tenant, &ids)
            .await?;
        Ok(known
            .into_iter()
            .filter(|(id, at)| positions.get(id).is_some_and(|now| *at < now.0))
            .map(|(id, _)| id)
            .collect())
    }

    fn action(&mut self, entry: &Entry, outcome: &mut Outcome, actions: &mut Vec<Action>) {
        match serde_json::from_slice::<Action>(&entry.body) {
            Ok(action) => {
                self.engine.apply(&action, entry.received, outcome);
                actions.push(action);
            }
            // Written by a newer version: it must not stop this one.
            Err(error) => tracing::error!(%error, "a journalled action cannot be read and is passed over"),
        }
    }

    /// Sends a batch on its way to the disk. The one before must have landed.
    fn launch(
        &mut self,
        position: Position,
        outcome: Outcome,
        actions: &[Action],
        snapshot: bool,
    ) -> Result<(), PipelineError> {
        let now = clock::now();
        let batch = Batch {
            tenant: &self.environment.tenant,
            after: self.position,
            position,
            now,
            alert_triggers: self.environment.alert_triggers.load(Ordering::Relaxed),
        };
        let state = snapshot
            .then(|| self.engine.snapshot())
            .transpose()
            .map_err(PipelineError::Snapshot)?;
        let commit = commit::build(&batch, outcome, actions, state);
        if snapshot {
            self.snapshot_at = now;
        }
        let (store, stop) = (self.environment.store.clone(), self.environment.stop.clone());
        self.flight = Some(Flight::launch(position, snapshot, commit, store, stop));
        self.taken = position;
        Ok(())
    }

    /// Waits until what is on its way is committed. Where it is not, the engine is ahead.
    async fn land(&mut self) -> Result<(), PipelineError> {
        let Some(flight) = self.flight.take() else {
            return Ok(());
        };
        let Landed {
            position,
            snapshot,
            commit,
        } = match flight.land().await {
            Ok(landed) => landed,
            Err(error) => {
                self.ahead = true;
                return Err(error.into());
            }
        };
        self.position = position;
        if snapshot {
            self.snapshot_position = position;
        }
        self.announce(&commit);
        Ok(())
    }

    fn announce(&self, commit: &store::PipelineCommit) {
        for alert in &commit.alerts {
            self.environment
                .live
                .publish(Topic::Alert, alert.id.to_string(), "opened");
        }
        for change in &commit.events {
            self.environment.live.publish(
                Topic::Event,
                change.event.id.to_string(),
                commit::kind_name(change),
            );
        }
        if !commit.triggers.is_empty() {
            self.environment.respond.notify_one();
        }
    }

    pub(super) fn known_rules(&self) -> KnownRules {
        KnownRules {
            set: Arc::clone(self.engine.rules()),
            errors: self.engine.rule_errors().to_vec(),
            metrics: self.engine.rule_metrics(),
        }
    }
}
