//! The stored alerts of the last days put together again, as a job: as it is, and as somebody proposes. Nothing is written
//! and nothing is triggered; the server goes on beside it.

use crate::{
    app::App,
    backtest::LONGEST,
    clock,
    jobs::{Done, Job, Outcome},
    old_records::OldRecords,
};
use model::{EventId, SecurityEvent, Time};
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};
use store::{Between, StreamedAlert};
use workbench::replay::{Adjustment, MOST, Raiser, Replacement, Replay, ReplayReport, RuleProposal, Setup};

/// Alerts read at a time: between two reads it looks whether it was cancelled.
const PIECE: u32 = 500;
/// What an alert counts for beside the bytes of records.
const WEIGHT: u64 = 1_000;
/// Open events that are told; as many as one request may close.
const TOLD: usize = 500;

/// What to run.
pub struct Plan {
    /// As it is.
    pub before: Setup,
    /// As proposed.
    pub after: Setup,
    /// What becomes of the alerts of a rule.
    pub rule: RulePlan,
    /// The alerts.
    pub between: Between,
}

/// What becomes of the alerts of a rule.
pub enum RulePlan {
    /// Nothing.
    Same,
    /// They are treated in another way.
    Adjusted(Adjustment),
    /// The rule has another text: it is asked about the records again.
    Text(Box<Raiser>, OldRecords),
}

/// What came of it.
#[derive(Debug)]
pub struct Replayed {
    /// What differs.
    pub report: ReplayReport,
    /// The alerts that were put together.
    pub between: Between,
    /// Those were all alerts asked for; otherwise there were too many, and the newest ones were taken.
    pub complete: bool,
    /// From when on the alerts of the rule's new text took the place of the old ones, if not from the beginning.
    pub rule_from: Option<Time>,
    /// Stored open events all of whose alerts a whitelist of the proposed side hits: the first ones.
    pub closable: Vec<SecurityEvent>,
    /// How many of those there are.
    pub closable_total: u64,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum RerunError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error("a thread of its own ended early")]
    Ended(#[from] tokio::task::JoinError),
    #[error("the rule raises more than {MOST} alerts, or takes more than an hour")]
    Unbounded,
}

/// Runs a plan for a job that was taken in. The server waits for it when it stops, which cancels it.
pub fn spawn(app: &Arc<App>, plan: Plan, job: &Arc<Job<Done>>) {
    let (shared, job) = (Arc::clone(app), Arc::clone(job));
    app.tasks.spawn(async move {
        let outcome = match run(&shared, plan, &job).await {
            _ if job.cancel.is_cancelled() => Outcome::Cancelled,
            Ok(replayed) => Outcome::Done(Done::Replayed(replayed)),
            Err(RerunError::Unbounded) => Outcome::Failed(
                "the rule raises more alerts, or takes longer, than a replay may: try a backtest, or fewer days",
            ),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, job.id, "a replay ended early");
                Outcome::Failed("the replay ended early; the server's log says why")
            }
        };
        job.end(outcome, clock::now());
    });
}

async fn run(app: &Arc<App>, plan: Plan, job: &Arc<Job<Done>>) -> Result<Replayed, RerunError> {
    let asked = app.store.alert_count(&app.tenant, plan.between).await?;
    let between = if asked > MOST {
        let from = app
            .store
            .alert_newest_from(&app.tenant, plan.between, MOST)
            .await?;
        Between { from, ..plan.between }
    } else {
        plan.between
    };
    let total = asked.min(MOST) * WEIGHT;
    job.progress.total.fetch_add(total, Ordering::Relaxed);
    let (rule, rule_from) = proposal(app, plan.rule, between, job).await?;
    let replay = Replay::new(&plan.before, &plan.after, rule);
    let report = over(app, replay, between, job).await?;
    let hit: Vec<EventId> = report.hit.keys().copied().collect();
    let open = app.store.event_open_among(&app.tenant, &hit).await?;
    let wholly = |event: &SecurityEvent| report.hit.get(&event.id) == Some(&event.raw_alert_count);
    let mut closable: Vec<SecurityEvent> = open.into_iter().filter(wholly).collect();
    let closable_total = closable.len() as u64;
    closable.truncate(TOLD);
    Ok(Replayed {
        report,
        between,
        complete: asked <= MOST,
        rule_from,
        closable,
        closable_total,
    })
}

/// Puts the alerts together, piece by piece: the threads that answer requests only read them.
async fn over(
    app: &App,
    mut replay: Replay,
    between: Between,
    job: &Job<Done>,
) -> Result<ReplayReport, RerunError> {
    let mut after = None;
    while !job.cancel.is_cancelled() && replay.taken() < MOST {
        let piece = app.store.alert_stream(&app.tenant, between, after, PIECE).await?;
        let Some(last) = piece.last() else { break };
        after = Some((last.alert.time, last.alert.id));
        let taken = piece.len() as u64;
        let work = move || {
            for StreamedAlert { alert, event } in &piece {
                replay.take(alert, *event);
            }
            replay
        };
        replay = tokio::task::spawn_blocking(work).await?;
        job.progress.done.fetch_add(taken * WEIGHT, Ordering::Relaxed);
        job.progress.alerts.store(replay.taken(), Ordering::Relaxed);
    }
    Ok(tokio::task::spawn_blocking(move || replay.finish()).await?)
}

/// The alerts that the rule's new text would have raised, and from when on there are records to say so.
async fn proposal(
    app: &Arc<App>,
    rule: RulePlan,
    between: Between,
    job: &Arc<Job<Done>>,
) -> Result<(RuleProposal, Option<Time>), RerunError> {
    let (mut raiser, records) = match rule {
        RulePlan::Same => return Ok((RuleProposal::Same, None)),
        RulePlan::Adjusted(adjustment) => return Ok((RuleProposal::Adjusted(adjustment), None)),
        RulePlan::Text(raiser, records) => (raiser, records),
    };
    let (shared, job) = (Arc::clone(app), Arc::clone(job));
    let work = move || {
        let until = job.started.plus(LONGEST);
        let full = std::cell::Cell::new(false);
        let goes_on = || !job.cancel.is_cancelled() && !full.get() && clock::now() < until;
        let take = |raw: &workbench::RawRecord<'_>| {
            raiser.record(raw);
            full.set(raiser.is_full());
            raiser.alerts()
        };
        let walked = records.walk(&*shared.journal, &shared.tenant, &job.progress, goes_on, take)?;
        if !walked.complete && !job.cancel.is_cancelled() {
            return Err(RerunError::Unbounded);
        }
        let from = walked.from.unwrap_or(between.until).max(between.from);
        let rules = raiser.rules().clone();
        let alerts: VecDeque<_> = raiser
            .finish()
            .into_iter()
            .filter(|alert| alert.time >= from && alert.time < between.until)
            .collect();
        let replacement = Replacement { rules, from, alerts };
        Ok((
            RuleProposal::Replaced(replacement),
            (from > between.from).then_some(from),
        ))
    };
    tokio::task::spawn_blocking(work).await?
}
