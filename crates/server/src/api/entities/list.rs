//! The list of entities.

use super::{query::EntityQuery, view::EntitySummary};
use crate::api::{
    Shared,
    caller::Viewer,
    extract::Query,
    page::Page,
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};

/// List entities, by default the one seen last first.
#[utoipa::path(
    get, path = "/entities", operation_id = "list_entities", tag = "entities", params(EntityQuery),
    responses((status = 200, body = Page<EntitySummary>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<EntityQuery>,
) -> Result<Json<Page<EntitySummary>>, Problem> {
    let (filter, sort, page) = query.split()?;
    let page = app.store.entity_list(&app.tenant, &filter, sort, &page).await?;
    Ok(Json(Page::of(page, EntitySummary::from)))
}
