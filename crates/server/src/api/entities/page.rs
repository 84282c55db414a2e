//! The page of one entity.

use super::{Named, known, view::EntityDetail};
use crate::{
    api::{
        Shared,
        caller::Viewer,
        problem::{Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State};
use model::EntityKey;

/// The periods whose prevalence is told, in days.
const PERIODS: [u32; 2] = [7, 30];

/// Fetch an entity: its counts, what its value says, who calls it malicious, how far it reaches and how common it is.
#[utoipa::path(
    get, path = "/entities/{type}/{value}", operation_id = "fetch_entity", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
    ),
    responses((status = 200, body = EntityDetail), (status = "default", body = ProblemBody))
)]
pub async fn fetch(_: Viewer, State(app): Shared, Named(key): Named) -> Result<Json<EntityDetail>, Problem> {
    Ok(Json(detail(&app, &key).await?))
}

/// All there is to an entity.
pub async fn detail(app: &App, key: &EntityKey) -> Result<EntityDetail, Problem> {
    let (store, tenant, now) = (&app.store, &app.tenant, clock::now());
    let row = known(app, key).await?;
    let tags = store.entity_tag_list(tenant, key).await?;
    let alerts = store.entity_alerts(tenant, &row).await?;
    let reach = store.entity_reach(tenant, key, &alerts).await?;
    let mut prevalence = Vec::with_capacity(PERIODS.len());
    for days in PERIODS {
        prevalence.push(store.entity_prevalence(tenant, key, &alerts, days, now).await?);
    }
    let rules = app.pipeline.rules();
    let feeds = if tags.iter().any(|tag| tag.feed.is_some()) {
        store.intel_feed_list(tenant).await?
    } else {
        Vec::new()
    };
    let feeds = feeds.into_iter().map(|status| (status.feed.id, status.feed.name));
    let known = (&rules, &feeds.collect());
    Ok(EntityDetail::of(row, tags, (&alerts, reach), &prevalence, known))
}
