//! Security events: the queue, one event with all that belongs to it, and what people do about it.

mod activity;
mod chain;
mod change;
mod graph;
mod list;
mod members;
mod patterns;
mod query;
mod recommend;
mod regroup;
mod regrouped;
mod report;
mod respond;
mod similar;
mod view;

use super::{
    Shared,
    caller::Viewer,
    extract::Id,
    problem::{Kind, Problem, ProblemBody},
};
use crate::app::App;
use axum::{Json, extract::State};
use model::EventId;
use std::sync::Arc;
use store::{EventFetch, EventRow};
use utoipa_axum::{router::OpenApiRouter, routes};
pub use view::{Event, events};
use view::{EventAnswer, EventDetail, MergedEvent};

/// The routes of events.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(change::bulk))
        .routes(routes!(fetch, change::update))
        .routes(routes!(members::alerts))
        .routes(routes!(members::entities))
        .routes(routes!(chain::chain))
        .routes(routes!(graph::graph))
        .routes(routes!(regroup::merge))
        .routes(routes!(regroup::split))
        .routes(routes!(regroup::relate))
        .routes(routes!(regroup::allow))
        .routes(routes!(report::report))
        .routes(routes!(similar::similar))
        .routes(routes!(activity::list))
        .routes(routes!(activity::comment))
        .routes(routes!(recommend::recommendations))
        .routes(routes!(respond::respond))
}

/// Fetch an event. One that became part of another answers nothing but `merged_into`.
#[utoipa::path(
    get, path = "/events/{id}", operation_id = "fetch_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = EventAnswer), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<EventId>) -> Result<Json<EventAnswer>, Problem> {
    let found = app.store.event_fetch(&app.tenant, id).await?;
    let answer = match found.ok_or_else(|| Problem::not_found(id))? {
        EventFetch::Event(row) => EventAnswer::Event(EventDetail::of(&app, row).await?),
        EventFetch::MergedInto(into) => EventAnswer::Merged(MergedEvent {
            id: id.to_string(),
            merged_into: into.to_string(),
        }),
    };
    Ok(Json(answer))
}

/// The event of an id, for something that is to be done to it: one that was merged is no longer there to be handled.
async fn standing(app: &App, id: EventId) -> Result<EventRow, Problem> {
    match app.store.event_fetch(&app.tenant, id).await? {
        Some(EventFetch::Event(row)) => Ok(row),
        Some(EventFetch::MergedInto(into)) => Err(Problem::new(
            Kind::Conflict,
            format!("`{id}` became part of `{into}`"),
        )),
        None => Err(Problem::not_found(id)),
    }
}

/// The id under which what belongs to an event is kept: that of the one it became part of, if it did.
async fn resolve(app: &App, id: EventId) -> Result<EventId, Problem> {
    match app.store.event_fetch(&app.tenant, id).await? {
        Some(EventFetch::Event(_)) => Ok(id),
        Some(EventFetch::MergedInto(into)) => Ok(into),
        None => Err(Problem::not_found(id)),
    }
}

/// The event of an id, for something that is to be read: that of the one it became part of, if it did.
async fn standing_or_merged(app: &App, id: EventId) -> Result<EventRow, Problem> {
    let id = resolve(app, id).await?;
    standing(app, id).await
}
