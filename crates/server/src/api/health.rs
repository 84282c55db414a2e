//! Health, for whoever runs the server: is the process there, and can it take in what must not be lost?

use super::{
    Shared,
    problem::{Kind, Problem},
};
use crate::app::App;
use axum::{Router, extract::State, routing::get};
use journal::Journal as _;
use std::sync::Arc;

/// The routes of health checks. They need no login and say nothing but yes or no.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/livez", get(live))
        .route("/readyz", get(ready))
}

async fn live() -> &'static str {
    "ok\n"
}

/// Ready is who can write durably: the journal accepts, and the store answers.
async fn ready(State(app): Shared) -> Result<&'static str, Problem> {
    let not_ready =
        |what: &str| Problem::new(Kind::Unavailable, format!("{what}; the server's log says why"));
    if app.journal.failure().is_some() {
        return Err(not_ready("the journal accepts nothing"));
    }
    if app.store.pipeline_position(&app.tenant).await.is_err() {
        return Err(not_ready("the store does not answer"));
    }
    Ok("ok\n")
}
