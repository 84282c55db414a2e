//! Jobs: what was asked for with an answer of 202, how far it is, and what came of it.

use super::{
    Shared,
    caller::{Caller, Responder, Viewer},
    dto::Text,
    extract::Id,
    finish::{fresh_id, language},
    problem::{Kind, Problem, ProblemBody},
    replays::ReplayAnswer,
    rules::RuleBacktest,
};
use crate::{
    app::App,
    clock,
    jobs::{AT_ONCE, Done, Job, Kind as Work, State as Standing},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::{Language, LocalText, Time};
use serde::Serialize;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// When to try again while others run.
const SOON: Duration = Duration::from_secs(30);

/// The routes of jobs.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(fetch, cancel))
}

/// Something that takes longer than an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its id.
    id: String,
    /// What it does.
    kind: JobKind,
    /// What it is about: the rules of a backtest, the change of a replay.
    title: Text,
    /// Where it stands.
    state: JobState,
    /// How far it is.
    progress: JobProgress,
    /// Who started it.
    started_by: String,
    /// When it was started.
    #[schema(value_type = String, format = DateTime)]
    started: Time,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Time>,
    /// What came of a backtest, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<RuleBacktest>,
    /// What came of a replay, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    replay: Option<ReplayAnswer>,
    /// Why nothing came of it, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// What a job does.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum JobKind {
    /// Runs rules over what came in.
    Backtest,
    /// Puts the alerts of the last days together again, as it is and as proposed.
    Replay,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum JobState {
    /// It goes on.
    Running,
    /// There is a report.
    Done,
    /// There is a problem.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct JobProgress {
    /// Bytes to work through, an alert that is put together again counting for a thousand; 0 before it has begun.
    total_bytes: u64,
    /// Bytes worked through.
    done_bytes: u64,
    /// The same in percent, 0 … 100.
    percent: u64,
    /// Records looked at.
    records: u64,
    /// Alerts so far.
    alerts: u64,
}

/// Fetch a job. One that has ended is known for an hour, and until the server restarts.
#[utoipa::path(
    get, path = "/jobs/{id}", operation_id = "fetch_job", tag = "jobs",
    params(("id" = String, Path, description = "the job's id")),
    responses((status = 200, body = JobView), (status = "default", body = ProblemBody))
)]
async fn fetch(
    _: Viewer,
    State(app): Shared,
    headers: HeaderMap,
    Id(id): Id<String>,
) -> Result<Json<JobView>, Problem> {
    let job = find(&app, &id)?;
    Ok(Json(JobView::of(&job, language(&headers))))
}

/// Cancel a job. One that has ended stays as it is.
#[utoipa::path(
    delete, path = "/jobs/{id}", operation_id = "cancel_job", tag = "jobs",
    params(("id" = String, Path, description = "the job's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn cancel(_: Responder, State(app): Shared, Id(id): Id<String>) -> Result<StatusCode, Problem> {
    find(&app, &id)?.cancel.cancel();
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a job in, or says what runs.
pub fn start(app: &App, caller: &Caller, kind: Work, title: LocalText) -> Result<Arc<Job<Done>>, Problem> {
    let job = Job::new(
        fresh_id().to_string(),
        kind,
        title,
        caller.name.clone(),
        clock::now(),
        app.stop.child_token(),
    );
    app.jobs.start(job).map_err(|running| {
        let running = running.iter().map(|job| {
            let (percent, actor) = (job.progress.percent(), &job.actor);
            format!("`{}` of `{}` by `{actor}`, {percent} %", job.id, job.title.en)
        });
        let running: Vec<String> = running.collect();
        let detail = format!(
            "{AT_ONCE} backtests and replays run at a time: {}",
            running.join("; ")
        );
        Problem::new(Kind::TooMany, detail).retry_after(SOON)
    })
}

fn find(app: &App, id: &str) -> Result<Arc<Job<Done>>, Problem> {
    app.jobs
        .find(id, clock::now())
        .ok_or_else(|| Problem::not_found(id))
}

impl JobView {
    /// A job as it stands, with what is wrong in the reader's language.
    pub fn of(job: &Job<Done>, language: Language) -> Self {
        let (mut report, mut replay, mut problem) = (None, None, None);
        let state = match job.state() {
            Standing::Running => JobState::Running,
            Standing::Done(done) => {
                match done {
                    Done::Tested(tested) => report = Some(RuleBacktest::of(tested)),
                    Done::Replayed(replayed) => replay = Some(ReplayAnswer::of(replayed)),
                }
                JobState::Done
            }
            Standing::Failed(why) => {
                problem = Some(Problem::new(Kind::Internal, why).body(language, None));
                JobState::Failed
            }
            Standing::Cancelled => JobState::Cancelled,
        };
        let [total_bytes, done_bytes, records, alerts] = [
            &job.progress.total,
            &job.progress.done,
            &job.progress.records,
            &job.progress.alerts,
        ]
        .map(|figure| figure.load(Ordering::Relaxed));
        Self {
            id: job.id.clone(),
            kind: match job.kind {
                Work::Backtest => JobKind::Backtest,
                Work::Replay => JobKind::Replay,
            },
            title: job.title.clone().into(),
            state,
            progress: JobProgress {
                total_bytes,
                done_bytes,
                percent: job.progress.percent(),
                records,
                alerts,
            },
            started_by: job.actor.clone(),
            started: job.started,
            ended: job.ended(),
            report,
            replay,
            problem,
        }
    }
}
