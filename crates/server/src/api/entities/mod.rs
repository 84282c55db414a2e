//! Entities over all alerts: the list, the page of one, what belongs to it, and its malicious tag.

mod belongings;
mod list;
mod page;
mod query;
mod tag;
#[cfg(test)]
mod tests;
mod view;

use super::problem::{Kind, Problem};
use crate::app::App;
use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use model::{EntityKey, EntityKind};
use std::sync::Arc;
use store::EntityRow;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of entities.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(tag::bulk))
        .routes(routes!(page::fetch))
        .routes(routes!(belongings::alerts))
        .routes(routes!(belongings::events))
        .routes(routes!(belongings::related))
        .routes(routes!(belongings::activity))
        .routes(routes!(tag::tag))
        .routes(routes!(tag::untag))
}

/// The entity that the path names by its type and value.
#[derive(Clone, Debug)]
struct Named(EntityKey);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path((code, value)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::new(Kind::BadRequest, rejection.body_text()))?;
        key(&code, &value).map(Self)
    }
}

/// The key of a type's code and a value.
fn key(code: &str, value: &str) -> Result<EntityKey, Problem> {
    let kind = EntityKind::parse(code)
        .ok_or_else(|| Problem::new(Kind::NotFound, format!("`{code}` is no type of entity")))?;
    Ok(EntityKey::new(kind, value))
}

/// The entity of a key; only what alerts mention is known.
async fn known(app: &App, key: &EntityKey) -> Result<EntityRow, Problem> {
    let row = app.store.entity_fetch(&app.tenant, key).await?;
    row.ok_or_else(|| Problem::not_found(key))
}
