//! The server: the pipeline's wiring, the workers, the API and the console.
//!
//! Stages are pure crates that do not know one another; this crate puts them in their order
//! ([`pipeline`]), brings the outside world in line with what they decide ([`workers`]), and answers people
//! ([`api`]). It holds no detection, correlation or response logic of its own.

pub mod api;
mod app;
mod auth;
mod backtest;
pub mod bench;
mod clock;
mod cloud;
pub mod config;
mod console;
mod content;
mod intel;
mod jobs;
mod live;
mod matrix;
mod old_records;
pub mod pipeline;
pub mod replay;
mod rerun;
mod response_rule;
mod setup;
pub mod uuid;
mod workers;

pub use app::{App, StartError};
pub use clock::now;
use config::Config;
use std::sync::Arc;

/// Runs the server until `shutdown` resolves.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), StartError> {
    let address = config.server.listen;
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })?;
    let started = App::start(config).await?;
    tracing::info!(server.address = %address, "listening on http://{address}");
    let stop = started.app.stop.clone();
    let router =
        api::router(Arc::clone(&started.app)).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        // Event streams never end by themselves: they end with this.
        stop.cancel();
    });
    if let Err(error) = serving.await {
        tracing::error!(%error, "the HTTP server ended");
    }
    started.stop().await;
    Ok(())
}

/// The API's OpenAPI document.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&api::document())
}

/// An error and its causes on one line.
fn error_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
