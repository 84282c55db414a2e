//! Handling policies: the list, one with its tasks, and what people do about them.

use super::{
    announce, end, ended, tasks, tasks_of,
    view::{Policy, Task, TaskCounts},
};
use crate::{
    api::{
        Shared,
        caller::{Responder, Viewer},
        extract::{Body, Id, Query},
        page::Page,
        playbooks::Titles,
        problem::{Place, Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State};
use model::{
    EventId, LeaseId, PolicyId, RunId, Time,
    lease::Lease,
    policy::{self, PolicyStatus},
};
use respond::block::LONGEST_BLOCK;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{PageRequest, PolicyFilter};
use utoipa::ToSchema;

/// Which policies to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PolicyQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Any of these statuses: `initial`, `failed`, `deleted`, `succeeded`.
    #[param(value_type = Vec<String>)]
    status: Vec<PolicyStatus>,
    /// Text in the value of its entity.
    entity: Option<String>,
    /// The event it came from.
    #[param(value_type = Option<String>)]
    event: Option<EventId>,
    /// The run that made it.
    #[param(value_type = Option<String>)]
    run: Option<RunId>,
    /// Whether it keeps a block in force now.
    active: Option<bool>,
}

/// A policy with its tasks.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PolicyDetail {
    /// The policy.
    #[serde(flatten)]
    policy: Policy,
    /// One for each place.
    task_list: Vec<Task>,
}

/// Until when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The new end, later than the one it has.
    #[schema(value_type = String, format = DateTime)]
    valid_until: Time,
}

/// List handling policies, newest first.
#[utoipa::path(
    get, path = "/policies", operation_id = "list_policies", tag = "policies", params(PolicyQuery),
    responses((status = 200, body = Page<Policy>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<PolicyQuery>,
) -> Result<Json<Page<Policy>>, Problem> {
    let now = clock::now();
    let page = PageRequest::from(crate::api::page::PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    });
    let filter = PolicyFilter {
        statuses: query.status,
        event: query.event,
        run: query.run,
        entity: query.entity,
        in_force: query.active.map(|active| (active, now)),
        ..PolicyFilter::default()
    };
    let page = app.store.policy_list(&app.tenant, &filter, &page).await?;
    let ids: Vec<PolicyId> = page.items.iter().map(|policy| policy.id).collect();
    let counts = app.store.task_status_counts(&app.tenant, &ids).await?;
    let titles = Titles::of(&app).await?;
    Ok(Json(Page::of(page, |policy| {
        let counts = counts.get(&policy.id).map(Vec::as_slice).unwrap_or_default();
        Policy::new(policy, &titles, TaskCounts::sum(counts), now)
    })))
}

/// Fetch a handling policy with its tasks.
#[utoipa::path(
    get, path = "/policies/{id}", operation_id = "fetch_policy", tag = "policies",
    params(("id" = String, Path, description = "`pol_…`")),
    responses((status = 200, body = PolicyDetail), (status = "default", body = ProblemBody))
)]
pub async fn fetch(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<PolicyId>,
) -> Result<Json<PolicyDetail>, Problem> {
    let rows = tasks(&app, id).await?;
    let policy = show(&app, id).await?;
    Ok(Json(PolicyDetail {
        policy,
        task_list: Task::of_rows(&app, rows).await?,
    }))
}

/// Undo a handling policy: its blocks end, except where another policy wants the same block.
#[utoipa::path(
    post, path = "/policies/{id}/undo", operation_id = "undo_policy", tag = "policies",
    params(("id" = String, Path, description = "`pol_…`")),
    responses((status = 200, body = Policy), (status = "default", body = ProblemBody))
)]
pub async fn undo(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<PolicyId>,
) -> Result<Json<Policy>, Problem> {
    find(&app, id).await?;
    for lease in leases(&app, id).await? {
        end(&app, &caller, &lease, id, "policy.undo").await?;
    }
    Ok(Json(show(&app, id).await?))
}

/// Extend a handling policy that has not ended.
#[utoipa::path(
    post, path = "/policies/{id}/extend", operation_id = "extend_policy", tag = "policies",
    params(("id" = String, Path, description = "`pol_…`")), request_body = Extension,
    responses((status = 200, body = Policy), (status = "default", body = ProblemBody))
)]
pub async fn extend(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<PolicyId>,
    Body(extension): Body<Extension>,
) -> Result<Json<Policy>, Problem> {
    let (now, policy) = (clock::now(), find(&app, id).await?);
    check(extension.valid_until, policy.valid_until, now)?;
    let mut leases = leases(&app, id).await?;
    leases.retain(|lease| {
        lease
            .reasons
            .iter()
            .any(|reason| reason.policy == id && reason.lives(now))
    });
    if leases.is_empty() {
        return Err(ended(id));
    }
    for lease in leases {
        let after = json!({"valid_until": extension.valid_until, "lease": lease.id});
        let audit = caller.audit(
            "policy.extend",
            id,
            &json!({"valid_until": policy.valid_until}),
            &after,
        );
        let place = (lease.id, id);
        let lease = app
            .store
            .lease_reason_extend(&app.tenant, place, extension.valid_until, &audit)
            .await?;
        announce(&app, &tasks_of(&app, &lease).await?);
    }
    Ok(Json(show(&app, id).await?))
}

fn check(wanted: Time, until: Time, now: Time) -> Result<(), Problem> {
    let message = if wanted <= until {
        format!("expected a time after `{until}`; undoing ends a policy early")
    } else if wanted > now.plus(LONGEST_BLOCK) {
        format!("expected a time before `{}`", now.plus(LONGEST_BLOCK))
    } else {
        return Ok(());
    };
    let place = Place {
        place: "/valid_until".to_owned(),
        message,
    };
    Err(Problem::invalid("the policy was not extended", vec![place]))
}

async fn find(app: &App, id: PolicyId) -> Result<policy::Policy, Problem> {
    app.store
        .policy_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))
}

async fn show(app: &App, id: PolicyId) -> Result<Policy, Problem> {
    let policy = find(app, id).await?;
    let counts = app.store.task_status_counts(&app.tenant, &[id]).await?;
    let counts = counts.get(&id).map(Vec::as_slice).unwrap_or_default();
    Ok(Policy::new(
        policy,
        &Titles::of(app).await?,
        TaskCounts::sum(counts),
        clock::now(),
    ))
}

/// The leases a policy's tasks keep alive.
async fn leases(app: &App, id: PolicyId) -> Result<Vec<Lease>, store::Error> {
    let leases: Vec<LeaseId> = tasks(app, id)
        .await?
        .into_iter()
        .map(|row| row.task.lease)
        .collect();
    app.store.lease_list_by_id(&app.tenant, &leases).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_later_and_not_forever() {
        let (now, until) = (Time::from_secs(1_000), Time::from_secs(2_000));
        let check = |wanted, ok| assert_eq!(check(wanted, until, now).is_ok(), ok, "{wanted}");
        check(Time::from_secs(2_001), true);
        check(now.plus(LONGEST_BLOCK), true);
        check(Time::from_secs(2_000), false);
        check(Time::from_secs(0), false);
        check(
            now.plus(LONGEST_BLOCK).plus(std::time::Duration::from_secs(1)),
            false,
        );
    }
}
