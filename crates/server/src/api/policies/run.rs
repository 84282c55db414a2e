//! Playbook runs: what was executed, step by step.

use super::view::entity;
use crate::{
    api::{
        Shared,
        caller::Viewer,
        dto::{EntityRef, PlaybookRef, Text, name},
        extract::{Id, Query},
        page::{Page, PageQuery},
        playbooks::Titles,
        problem::{Problem, ProblemBody},
        schema,
    },
    app::App,
};
use axum::{Json, extract::State};
use model::{
    EventId, LocalText, PlaybookId, RunId, Time,
    playbook::{self, RunState, StepAttempt},
};
use respond::cacao::Playbook;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{PageRequest, RunFilter};
use utoipa::ToSchema;

/// Which runs to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// The event it is about.
    #[param(value_type = Option<String>)]
    event: Option<EventId>,
    /// The playbook.
    playbook: Option<String>,
    /// The response rule that asked.
    rule: Option<String>,
    /// Any of these states: `running`, `succeeded`, `failed`, `cancelled`.
    #[param(value_type = Vec<String>)]
    state: Vec<RunState>,
}

/// One execution of a playbook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Run {
    /// `run_…`.
    id: String,
    /// The playbook.
    playbook: PlaybookRef,
    /// Who asked: `system`, `custom`, `custom_alert` or `soar_manual`.
    trigger: String,
    /// The response rule that asked.
    rule: Option<String>,
    /// The event it is about.
    event: Option<String>,
    /// The entity it is about.
    entity: Option<EntityRef>,
    /// Where it stands.
    #[schema(schema_with = schema::run_state)]
    state: String,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    started: Time,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Time>,
    /// Why it failed.
    error: Option<String>,
    /// The attempts at its steps, in the order they started; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<Step>>,
}

/// One attempt at one step.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Step {
    /// The step's CACAO id.
    #[serde(rename = "step")]
    id: String,
    /// What it is called.
    name: Text,
    /// Counts from 1.
    attempt: u32,
    /// `running`, `succeeded` or `failed`.
    state: String,
    /// What went in.
    input: Value,
    /// What came out.
    output: Value,
    /// Why it failed.
    error: Option<String>,
    /// When it started.
    #[schema(value_type = String, format = DateTime)]
    started: Time,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Time>,
}

impl Run {
    fn new(run: &playbook::Run, titles: &Titles) -> Self {
        Self {
            id: run.id.to_string(),
            playbook: titles.name(&run.playbook),
            trigger: name(&run.trigger),
            rule: run.rule.clone(),
            event: run.event.map(|id| id.to_string()),
            entity: run.entity.as_ref().map(entity),
            state: name(&run.state),
            started: run.started,
            finished: run.finished,
            error: run.error.clone(),
            steps: None,
        }
    }
}

impl Step {
    fn new(attempt: StepAttempt, playbook: Option<&Playbook>) -> Self {
        let step = playbook.and_then(|playbook| playbook.workflow.get(&attempt.step));
        let title = step.map_or_else(
            || LocalText::same(attempt.step.clone()),
            |step| step.title.clone(),
        );
        Self {
            id: attempt.step,
            name: title.into(),
            attempt: attempt.attempt,
            state: name(&attempt.state),
            input: attempt.input,
            output: attempt.output,
            error: attempt.error,
            started: attempt.started,
            finished: attempt.finished,
        }
    }
}

/// List playbook runs, newest first.
#[utoipa::path(
    get, path = "/runs", operation_id = "list_runs", tag = "policies", params(RunQuery),
    responses((status = 200, body = Page<Run>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<RunQuery>,
) -> Result<Json<Page<Run>>, Problem> {
    let page = PageRequest::from(PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    });
    let filter = RunFilter {
        states: query.state,
        event: query.event,
        playbook: query.playbook.map(PlaybookId),
        rule: query.rule,
    };
    let page = app.store.run_list(&app.tenant, &filter, &page).await?;
    let titles = Titles::of(&app).await?;
    Ok(Json(Page::of(page, |run| Run::new(&run, &titles))))
}

/// Fetch a playbook run with its steps.
#[utoipa::path(
    get, path = "/runs/{id}", operation_id = "fetch_run", tag = "policies",
    params(("id" = String, Path, description = "`run_…`")),
    responses((status = 200, body = Run), (status = "default", body = ProblemBody))
)]
pub async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<RunId>) -> Result<Json<Run>, Problem> {
    let run = app
        .store
        .run_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))?;
    let playbook = read(&app, &run).await?;
    let attempts = app.store.run_step_list(&app.tenant, id).await?;
    let steps = attempts
        .into_iter()
        .map(|attempt| Step::new(attempt, playbook.as_ref()))
        .collect();
    Ok(Json(Run {
        steps: Some(steps),
        ..Run::new(&run, &Titles::of(&app).await?)
    }))
}

/// The playbook as it was when the run started.
async fn read(app: &App, run: &playbook::Run) -> Result<Option<Playbook>, store::Error> {
    let version = app
        .store
        .playbook_fetch(&app.tenant, &run.playbook, Some(run.playbook_version))
        .await?;
    Ok(version.and_then(|version| Playbook::parse(&version.text).ok()))
}
