//! Handling tasks: the list, undoing one, and trying one again.

use super::{announce, end, tasks_of, view::Task};
use crate::{
    api::{
        Shared,
        caller::{Responder, Viewer},
        extract::{Id, Query},
        page::{Page, PageQuery, Total},
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
};
use axum::{Json, extract::State};
use model::{
    EventId, PolicyId, TaskId,
    lease::{Lease, LeaseState},
    policy::TaskStatus,
};
use serde::Deserialize;
use serde_json::json;
use store::{PageRequest, TaskFilter, TaskRow};

/// Which tasks to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Any of these statuses, such as `handling`, `blocked`, `ended`, `failed`.
    #[param(value_type = Vec<String>)]
    status: Vec<TaskStatus>,
    /// Its policy.
    #[param(value_type = Option<String>)]
    policy: Option<PolicyId>,
    /// The event its policy came from.
    #[param(value_type = Option<String>)]
    event: Option<EventId>,
    /// Text in the value of the entity.
    entity: Option<String>,
    /// The cloud account it acts in.
    account: Option<String>,
}

/// List handling tasks, newest first.
#[utoipa::path(
    get, path = "/tasks", operation_id = "list_tasks", tag = "policies", params(TaskQuery),
    responses((status = 200, body = Page<Task>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<TaskQuery>,
) -> Result<Json<Page<Task>>, Problem> {
    let page = PageRequest::from(PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    });
    let filter = TaskFilter {
        statuses: query.status,
        policy: query.policy,
        event: query.event,
        entity: query.entity,
        account: query.account,
        ..TaskFilter::default()
    };
    let page = app.store.task_list(&app.tenant, &filter, &page).await?;
    Ok(Json(Page {
        items: Task::of_rows(&app, page.items).await?,
        next_cursor: page.next_cursor,
        total: Total {
            value: page.total.value,
            exact: page.total.exact,
        },
    }))
}

/// Undo one task of a policy: the block ends in its place, unless another policy wants it there.
#[utoipa::path(
    post, path = "/tasks/{id}/undo", operation_id = "undo_task", tag = "policies",
    params(("id" = String, Path, description = "`tsk_…`")),
    responses((status = 200, body = Task), (status = "default", body = ProblemBody))
)]
pub async fn undo(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<TaskId>,
) -> Result<Json<Task>, Problem> {
    let row = find(&app, id).await?;
    if let Some(lease) = app.store.lease_fetch(&app.tenant, row.task.lease).await? {
        end(&app, &caller, &lease, row.task.policy, "task.undo").await?;
    }
    show(&app, id).await
}

/// Try what a task waits for again, now.
#[utoipa::path(
    post, path = "/tasks/{id}/retry", operation_id = "retry_task", tag = "policies",
    params(("id" = String, Path, description = "`tsk_…`")),
    responses((status = 200, body = Task), (status = "default", body = ProblemBody))
)]
pub async fn retry(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<TaskId>,
) -> Result<Json<Task>, Problem> {
    let row = find(&app, id).await?;
    let lease = app.store.lease_fetch(&app.tenant, row.task.lease).await?;
    let Some(lease) = lease.filter(waits) else {
        return Err(Problem::new(
            Kind::Conflict,
            format!("nothing of `{id}` waits to be done"),
        ));
    };
    let fresh = Lease {
        attempts: 0,
        retry_at: None,
        ..lease.clone()
    };
    let tasks = tasks_of(&app, &fresh).await?;
    let before =
        json!({"attempts": lease.attempts, "retry_at": lease.retry_at, "last_error": lease.last_error});
    let audit = caller.audit("task.retry", id, &before, &json!({"attempts": 0}));
    app.store
        .lease_retry(&app.tenant, lease.id, &tasks, &audit)
        .await?;
    announce(&app, &tasks);
    show(&app, id).await
}

/// Whether the device has yet to be changed for the lease.
fn waits(lease: &Lease) -> bool {
    matches!(lease.state, LeaseState::Pending | LeaseState::Releasing)
}

async fn find(app: &App, id: TaskId) -> Result<TaskRow, Problem> {
    app.store
        .task_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))
}

async fn show(app: &App, id: TaskId) -> Result<Json<Task>, Problem> {
    let tasks = Task::of_rows(app, vec![find(app, id).await?]).await?;
    tasks
        .into_iter()
        .next()
        .map(Json)
        .ok_or_else(|| Problem::not_found(id))
}
