//! The Disposal Center: handling policies, their tasks, the playbook runs that made them, and what is blocked.

mod blocked;
mod policy;
mod run;
mod settings;
mod task;
mod view;

use super::problem::{Kind, Problem};
use crate::{api::caller::Caller, app::App, clock, live::Topic};
use model::{PolicyId, lease::Lease, policy::Task};
use respond::task as assess;
use serde_json::json;
pub use settings::paused;
use std::sync::Arc;
use store::{PageRequest, TaskFilter, TaskRow};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the Disposal Center.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(policy::list))
        .routes(routes!(policy::fetch))
        .routes(routes!(policy::undo))
        .routes(routes!(policy::extend))
        .routes(routes!(task::list))
        .routes(routes!(task::undo))
        .routes(routes!(task::retry))
        .routes(routes!(run::list))
        .routes(routes!(run::fetch))
        .routes(routes!(blocked::list))
        .routes(routes!(settings::fetch, settings::replace))
}

/// The tasks of a policy: one for each place, all of them.
async fn tasks(app: &App, policy: PolicyId) -> Result<Vec<TaskRow>, store::Error> {
    let filter = TaskFilter {
        policy: Some(policy),
        ..TaskFilter::default()
    };
    let mut page = PageRequest {
        limit: 200,
        cursor: None,
    };
    let mut rows = Vec::new();
    loop {
        let read = app.store.task_list(&app.tenant, &filter, &page).await?;
        rows.extend(read.items);
        match read.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => return Ok(rows),
        }
    }
}

/// The tasks a lease serves, as `lease` makes them.
async fn tasks_of(app: &App, lease: &Lease) -> Result<Vec<Task>, store::Error> {
    let tasks = app.store.task_list_by_lease(&app.tenant, lease.id).await?;
    Ok(tasks
        .iter()
        .map(|task| assess::refresh(task, lease, clock::now()))
        .collect())
}

/// Ends what a policy wants of a lease. The block itself ends when no other policy wants it, by the reconciler's hand.
async fn end(
    app: &App,
    caller: &Caller,
    lease: &Lease,
    policy: PolicyId,
    action: &str,
) -> Result<(), Problem> {
    let now = clock::now();
    if !lease
        .reasons
        .iter()
        .any(|reason| reason.policy == policy && reason.lives(now))
    {
        return Ok(());
    }
    let undone = assess::undo(lease, policy, &caller.name, now);
    let tasks = tasks_of(app, &undone.lease).await?;
    let after = json!({"ended_at": now, "lease": lease.id, "kept_by": undone.kept_by});
    let audit = caller.audit(
        action,
        policy,
        &json!({"lease": lease.id, "entity": lease.entity}),
        &after,
    );
    app.store
        .lease_reason_end(
            &app.tenant,
            (lease.id, policy),
            (now, &caller.name),
            &tasks,
            &audit,
        )
        .await?;
    announce(app, &tasks);
    Ok(())
}

/// Tells the reconciler and everyone who looks.
fn announce(app: &App, tasks: &[Task]) {
    app.wake.reconcile.notify_one();
    for task in tasks {
        app.live.publish(Topic::Task, task.id.to_string(), "updated");
        app.live
            .publish(Topic::Policy, task.policy.to_string(), "updated");
    }
}

fn ended(what: impl std::fmt::Display) -> Problem {
    Problem::new(Kind::Conflict, format!("`{what}` has ended"))
}
