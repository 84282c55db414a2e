//! Whitelists: what is known to be harmless. An alert that hits one is kept and gives no event.

mod change;
mod check;
mod preview;
mod view;

pub use check::mistakes;
pub use preview::WhitelistProposal;

use super::{
    Shared,
    caller::{Responder, Viewer},
    dto::ConditionField,
    etag::Versioned,
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    problem::{Place, Problem, ProblemBody},
};
use crate::{app::App, clock, pipeline::Action};
use axum::{Json, extract::State, http::StatusCode};
use model::{Time, whitelist::Whitelist as Model};
use serde_json::{Value, json};
use std::sync::Arc;
use store::WhitelistRow;
use utoipa_axum::{router::OpenApiRouter, routes};
use view::{NewWhitelist, Whitelist};

/// The routes of whitelists.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fields))
        .routes(routes!(preview::preview))
        .routes(routes!(fetch, change::update, delete))
}

/// List whitelists, newest first.
#[utoipa::path(
    get, path = "/whitelists", operation_id = "list_whitelists", tag = "whitelists", params(PageQuery),
    responses((status = 200, body = Page<Whitelist>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Whitelist>>, Problem> {
    let mut rows = app.store.whitelist_list(&app.tenant).await?;
    rows.reverse();
    let now = clock::now();
    let page = Page::cut(rows, page, |row| row.whitelist.id.clone())?;
    Ok(Json(page.map(|row| Whitelist::of(row, now))))
}

/// List the fields a whitelist's condition may ask about.
#[utoipa::path(
    get, path = "/whitelists/fields", operation_id = "list_whitelist_fields", tag = "whitelists",
    responses((status = 200, body = Vec<ConditionField>), (status = "default", body = ProblemBody))
)]
async fn fields(_: Viewer) -> Json<Vec<ConditionField>> {
    let fields = respond::facts::catalogue()
        .into_iter()
        .filter(|field| field.on_alert);
    Json(fields.map(ConditionField::from).collect())
}

/// Fetch a whitelist, with the version that a change has to name.
#[utoipa::path(
    get, path = "/whitelists/{id}", operation_id = "fetch_whitelist", tag = "whitelists",
    params(("id" = String, Path, description = "the whitelist's id")),
    responses((status = 200, body = Whitelist), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<String>) -> Result<Versioned<Whitelist>, Problem> {
    let row = find(&app, &id).await?;
    Ok(Versioned(row.version, Json(Whitelist::of(row, clock::now()))))
}

/// Make a whitelist. It holds for alerts from now on.
#[utoipa::path(
    post, path = "/whitelists", operation_id = "create_whitelist", tag = "whitelists", request_body = NewWhitelist,
    responses((status = 201, body = Whitelist), (status = "default", body = ProblemBody))
)]
async fn create(
    Responder(caller): Responder,
    State(app): Shared,
    Body(new): Body<NewWhitelist>,
) -> Result<(StatusCode, Json<Whitelist>), Problem> {
    let now = clock::now();
    let owner = new.owner.unwrap_or_else(|| caller.name.clone());
    let whitelist = Model {
        id: fresh_id().to_string(),
        scope: new.scope.into(),
        condition: new.condition.into(),
        reason: new.reason,
        owner,
        expires_at: new.expires_at,
    };
    check(&app, &whitelist, now).await?;
    let audit = caller.audit("whitelist.create", &whitelist.id, &Value::Null, &json!(whitelist));
    app.store
        .whitelist_insert(&app.tenant, &whitelist, now, &audit)
        .await?;
    announce(&app).await?;
    let row = find(&app, &whitelist.id).await?;
    Ok((StatusCode::CREATED, Json(Whitelist::of(row, now))))
}

/// Remove a whitelist. Alerts it kept out of events stay out.
#[utoipa::path(
    delete, path = "/whitelists/{id}", operation_id = "delete_whitelist", tag = "whitelists",
    params(("id" = String, Path, description = "the whitelist's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<StatusCode, Problem> {
    let row = find(&app, &id).await?;
    let audit = caller.audit("whitelist.delete", &id, &json!(row.whitelist), &Value::Null);
    app.store.whitelist_delete(&app.tenant, &id, &audit).await?;
    announce(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(app: &App, id: &str) -> Result<WhitelistRow, Problem> {
    let all = app.store.whitelist_list(&app.tenant).await?;
    all.into_iter()
        .find(|row| row.whitelist.id == id)
        .ok_or_else(|| Problem::not_found(id))
}

/// Everything that is wrong with a whitelist somebody wants to save.
async fn check(app: &App, whitelist: &Model, now: Time) -> Result<(), Problem> {
    let mut mistakes = mistakes(&whitelist.condition.clone().into(), "");
    let mut mistake = |place: &str, message: String| {
        let place = place.to_owned();
        mistakes.push(Place { place, message });
    };
    if whitelist.reason.trim().is_empty() {
        mistake("/reason", "say why it is harmless".to_owned());
    }
    if whitelist.expires_at.is_some_and(|end| end <= now) {
        mistake("/expires_at", "this time has passed".to_owned());
    }
    if app
        .store
        .user_find(&app.tenant, &whitelist.owner)
        .await?
        .is_none()
    {
        mistake("/owner", format!("there is no user `{}`", whitelist.owner));
    }
    if mistakes.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid("the whitelist is not valid", mistakes))
}

/// Tells the pipeline which whitelists hold now. Two changes at once may tell it in the wrong order; whoever finds
/// that the store has moved on tells it again.
async fn announce(app: &App) -> Result<(), Problem> {
    let all = async || -> Result<Vec<Model>, Problem> {
        let rows = app.store.whitelist_list(&app.tenant).await?;
        let active = rows.into_iter().filter(|row| !row.paused);
        Ok(active.map(|row| row.whitelist).collect())
    };
    let mut told = all().await?;
    loop {
        app.pipeline
            .submit(
                &Action::Whitelists {
                    whitelists: told.clone(),
                },
                clock::now(),
            )
            .await?;
        let now = all().await?;
        if now == told {
            return Ok(());
        }
        told = now;
    }
}

#[cfg(test)]
mod tests;
