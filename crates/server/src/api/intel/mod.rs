//! Threat intelligence: the feeds, how they are doing, and what they and the databases of places know.

mod check;
mod feeds;
mod look_up;
#[cfg(test)]
mod tests;
mod upload;
mod view;

use crate::app::App;
use axum::extract::DefaultBodyLimit;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Largest upload, in bytes.
const UPLOAD: usize = 128 << 20;

/// The routes of threat intelligence.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(feeds::list, feeds::create))
        .routes(routes!(feeds::update, feeds::delete))
        .routes(routes!(feeds::refresh))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(upload::upload))
                .layer(DefaultBodyLimit::max(UPLOAD)),
        )
        .routes(routes!(look_up::look_up))
}
