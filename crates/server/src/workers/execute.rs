//! Runs playbooks: one step at a time, each attempt a row before it is done.
//!
//! A run is leased for a short while and the lease renewed by every step, so that a run whose server died is
//! taken up again where it was. Doing a step again plans the same rows and changes nothing.

use super::{IDLE, wait};
use crate::{app::App, clock, live::Topic};
use anyhow::Context as _;
use model::{
    EntityKey, EntityKind, Time,
    lease::Lease,
    playbook::{Run, RunState, StepAttempt, StepState},
    policy::ScopeMember,
};
use respond::{
    BlockRequest, NeverBlock, NeverBlockEntry,
    block::step_outcome,
    cacao::{self, Next, Outcome, Passed, Playbook, StepWork},
    component::{self, BlockArguments},
    never_block::NeverBlockTarget,
    plan_block,
};
use serde_json::{Map, Value as Json, json};
use std::{sync::Arc, time::Duration};
use store::{PageRequest, TaskFilter};
use tokio::sync::Semaphore;

/// How long a run may take.
pub const TIME_LIMIT: Duration = Duration::from_hours(1);
/// How long a run is held without a sign of life.
const LEASE: Duration = Duration::from_mins(2);
/// Runs at once.
const AT_ONCE: usize = 32;
/// Between two looks at whether a step's tasks are done.
const POLL: Duration = Duration::from_millis(100);
/// Where a run remembers which places it was started for; no playbook variable can be called so.
const SCOPE: &str = "ctdr:scope";

/// Notes the places a run may act in; every place there is, if none are given.
pub fn set_scope(run: &mut Run, scope: Option<&[ScopeMember]>) -> Result<(), serde_json::Error> {
    if let Some(scope) = scope {
        run.variables
            .insert(SCOPE.to_owned(), serde_json::to_value(scope)?);
    }
    Ok(())
}

/// Takes up runs until the server stops.
pub async fn run(app: Arc<App>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        while let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let now = clock::now();
            match app
                .store
                .run_lease(&app.tenant, &worker(), now, now.plus(LEASE))
                .await
            {
                Ok(Some(run)) => {
                    let app = Arc::clone(&app);
                    app.tasks.clone().spawn(async move {
                        let id = run.id;
                        if let Err(error) = work(&app, run).await {
                            // The lease runs out and the run is taken up again.
                            tracing::error!(run.id = %id, error = %format!("{error:#}"), "a playbook run was interrupted");
                        }
                        drop(place);
                        app.wake.execute.notify_one();
                    });
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "runs cannot be taken up"
                    );
                    break;
                }
            }
        }
        if !wait(&app, &app.wake.execute, IDLE).await {
            return;
        }
    }
}

/// Who holds a run: this process.
fn worker() -> String {
    format!("ctdr-{}", std::process::id())
}

/// Brings one run to its end.
async fn work(app: &App, mut run: Run) -> anyhow::Result<()> {
    let version = app
        .store
        .playbook_fetch(&app.tenant, &run.playbook, Some(run.playbook_version))
        .await?
        .with_context(|| {
            format!(
                "version {} of playbook `{}` is gone",
                run.playbook_version, run.playbook
            )
        })?;
    let playbook = Playbook::parse(&version.text)
        .map_err(|problems| anyhow::anyhow!("playbook `{}` cannot be read: {problems:?}", run.playbook))?;
    let mut outcome = None;
    loop {
        let now = clock::now();
        let turn = cacao::next(&playbook, &run, outcome.as_ref(), now);
        run = Run {
            leased_by: Some(worker()),
            leased_until: Some(now.plus(LEASE)),
            ..turn.run
        };
        for passed in &turn.passed {
            let attempt = passed_attempt(&run, passed, next_attempt(app, &run, &passed.step).await?, now);
            app.store
                .run_save(&run, &worker(), std::slice::from_ref(&attempt))
                .await?;
        }
        match turn.next {
            Next::Finished(state) => {
                run.finished = Some(now);
                run.leased_by = None;
                run.leased_until = None;
                app.store.run_save(&run, &worker(), &[]).await?;
                announce(app, &run, state);
                return Ok(());
            }
            Next::Perform(work) => {
                let mut attempt =
                    running_attempt(&run, &work, next_attempt(app, &run, &work.step).await?, now);
                app.store
                    .run_save(&run, &worker(), std::slice::from_ref(&attempt))
                    .await?;
                let done = tokio::time::timeout(work.timeout, perform(app, &run, &work)).await;
                let done =
                    done.unwrap_or_else(|_| Ok(Outcome::Failed("the step took too long".to_owned())))?;
                close(&mut attempt, &done);
                app.store
                    .run_save(&run, &worker(), std::slice::from_ref(&attempt))
                    .await?;
                outcome = Some(done);
            }
        }
        if app.stop.is_cancelled() {
            return Ok(());
        }
    }
}

/// The number of the next attempt at a step.
async fn next_attempt(app: &App, run: &Run, step: &str) -> anyhow::Result<u32> {
    let attempts = app.store.run_step_list(&app.tenant, run.id).await?;
    Ok(attempts
        .iter()
        .filter(|attempt| attempt.step == step)
        .map(|attempt| attempt.attempt)
        .max()
        .unwrap_or(0)
        + 1)
}

fn running_attempt(run: &Run, work: &StepWork, attempt: u32, now: Time) -> StepAttempt {
    StepAttempt {
        run: run.id,
        step: work.step.clone(),
        branch: 0,
        attempt,
        state: StepState::Running,
        input: json!({"component": work.call.component, "system": work.call.system, "arguments": work.call.arguments}),
        output: Json::Null,
        error: None,
        idempotency_key: work.idempotency_key.clone(),
        started: now,
        finished: None,
    }
}

fn passed_attempt(run: &Run, passed: &Passed, attempt: u32, now: Time) -> StepAttempt {
    StepAttempt {
        run: run.id,
        step: passed.step.clone(),
        branch: 0,
        attempt,
        state: if passed.error.is_some() {
            StepState::Failed
        } else {
            StepState::Succeeded
        },
        input: Json::Null,
        output: passed.output.clone(),
        error: passed.error.clone(),
        idempotency_key: String::new(),
        started: now,
        finished: Some(now),
    }
}

fn close(attempt: &mut StepAttempt, outcome: &Outcome) {
    attempt.finished = Some(clock::now());
    match outcome {
        Outcome::Succeeded(output) => {
            attempt.state = StepState::Succeeded;
            attempt.output = Json::Object(output.clone());
        }
        Outcome::Failed(error) => {
            attempt.state = StepState::Failed;
            attempt.error = Some(error.clone());
        }
    }
}

fn announce(app: &App, run: &Run, state: RunState) {
    if let Some(event) = run.event {
        app.live.publish(Topic::Event, event.to_string(), "updated");
    }
    if state == RunState::Failed {
        tracing::warn!(run.id = %run.id, error = run.error, "playbook run `{}` failed", run.id);
    } else {
        tracing::info!(run.id = %run.id, "playbook run `{}` ended", run.id);
    }
}

/// Carries a component out.
async fn perform(app: &App, run: &Run, work: &StepWork) -> anyhow::Result<Outcome> {
    if component::find(&work.call.component, &work.call.system).is_none() {
        let what = format!(
            "there is no component `{}` for `{}`",
            work.call.component, work.call.system
        );
        return Ok(Outcome::Failed(what));
    }
    match BlockArguments::read(&work.call.arguments) {
        Ok(arguments) => block(app, run, work, arguments).await,
        Err(error) => Ok(Outcome::Failed(error.to_string())),
    }
}

/// Plans the block, writes its rows, wakes the reconciler, and waits for what comes of it.
async fn block(app: &App, run: &Run, work: &StepWork, arguments: BlockArguments) -> anyhow::Result<Outcome> {
    let scope = scope(app, run, &work.call.system).await?;
    let request = BlockRequest {
        tenant: app.tenant.clone(),
        run: run.id,
        step: work.step.clone(),
        playbook: run.playbook.clone(),
        system: work.call.system.clone(),
        entity: arguments.entity.clone(),
        scope,
        duration: arguments.duration,
        source: run.trigger,
        origin_event: run.event,
    };
    let never_block = never_block(app).await?;
    let existing: Vec<Lease> = app
        .store
        .lease_find_by_entity(&app.tenant, &arguments.entity)
        .await?;
    let now = clock::now();
    let plan = match plan_block(&request, &never_block, &existing, now) {
        Ok(plan) => plan,
        Err(error) => return Ok(Outcome::Failed(error.to_string())),
    };
    app.store
        .block_plan_save(&plan.policy, &plan.tasks, &plan.leases)
        .await?;
    app.live
        .publish(Topic::Policy, plan.policy.id.to_string(), "opened");
    if let Some(refusal) = plan.refusal {
        let mut output = Map::new();
        output.insert("blocked".to_owned(), json!(false));
        output.insert("policy".to_owned(), json!(plan.policy.id));
        output.insert("refused".to_owned(), json!(refusal.reason));
        return Ok(Outcome::Succeeded(output));
    }
    app.wake.reconcile.notify_one();
    loop {
        let filter = TaskFilter {
            policy: Some(plan.policy.id),
            ..TaskFilter::default()
        };
        let page = PageRequest {
            limit: 200,
            cursor: None,
        };
        let rows = app.store.task_list(&app.tenant, &filter, &page).await?;
        let tasks: Vec<_> = rows.items.into_iter().map(|row| row.task).collect();
        if let Some(outcome) = step_outcome(plan.policy.id, &tasks) {
            return Ok(outcome);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Where a run acts: where it was started for, or everywhere.
async fn scope(app: &App, run: &Run, system: &str) -> anyhow::Result<Vec<ScopeMember>> {
    if let Some(scope) = run.variables.get(SCOPE) {
        return Ok(serde_json::from_value(scope.clone())?);
    }
    let connected = app.clouds.connected().await?;
    Ok(connected
        .into_iter()
        .filter(|place| place.system == system)
        .flat_map(|place| place.scope)
        .collect())
}

/// The never-block list as it is now.
pub async fn never_block(app: &App) -> anyhow::Result<NeverBlock> {
    let rows = app.store.never_block_list(&app.tenant).await?;
    let entries = rows.into_iter().filter_map(|row| {
        let target = match EntityKind::parse(&row.kind) {
            Some(kind) => NeverBlockTarget::Entity(EntityKey::new(kind, &row.value)),
            None => NeverBlockTarget::Network(row.value.parse().ok()?),
        };
        Some(NeverBlockEntry {
            target,
            reason: row.reason,
            by: row.author,
        })
    });
    Ok(NeverBlock::new(entries.collect()))
}
