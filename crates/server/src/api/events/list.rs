//! The event queue.

use super::{
    query::EventQuery,
    view::{self, Event},
};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        extract::Query,
        page::Page,
        problem::{Problem, ProblemBody},
    },
    clock,
};
use axum::{Json, extract::State};

/// List events with activity in the last 180 days, by default the highest level first.
#[utoipa::path(
    get, path = "/events", operation_id = "list_events", tag = "events", params(EventQuery),
    responses((status = 200, body = Page<Event>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<EventQuery>,
) -> Result<Json<Page<Event>>, Problem> {
    let (filter, sort, page) = query.split()?;
    let page = app
        .store
        .event_list(&app.tenant, &filter, sort, &page, clock::now())
        .await?;
    let page = view::events(&app, page).await?;
    Ok(Json(Page::of(page, |event| event)))
}
