//! The API: one file per resource, types of its own, and a document generated from both.
//!
//! Handlers translate: request → store, pipeline or cloud → answer. Every handler names the role it needs by the
//! extractor it takes ([`caller::Viewer`], [`caller::Responder`], [`caller::Admin`]); a handler without one is public.

mod alerts;
mod audit;
mod caller;
mod connections;
mod correlation;
mod dto;
mod entities;
mod etag;
mod events;
mod extract;
mod finish;
mod health;
mod ingest;
mod intel;
mod jobs;
mod never_block;
mod overview;
mod page;
mod patterns;
mod playbooks;
mod policies;
mod problem;
mod replays;
mod response_rules;
mod rules;
mod schema;
mod sessions;
mod sources;
mod stream;
#[cfg(test)]
mod testing;
mod tokens;
mod users;
mod whitelists;

use crate::{app::App, console};
use axum::{Json, Router, middleware, routing::get};
use problem::{Kind, Problem};
use std::{sync::Arc, time::Duration};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::router::OpenApiRouter;

/// Where the API is.
const BASE: &str = "/api/v1";
/// No handler but the event stream takes longer.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What handlers get of the server.
type Shared = axum::extract::State<Arc<App>>;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "OpenCTDR",
    description = "Cloud threat detection and response. Lists are paged by cursor; errors are RFC 9457 problems."
))]
struct Document;

/// All routes of the API, by resource.
fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::with_openapi(Document::openapi()).nest(
        BASE,
        OpenApiRouter::new()
            .merge(sessions::routes())
            .merge(users::routes())
            .merge(overview::routes())
            .merge(events::routes())
            .merge(alerts::routes())
            .merge(entities::routes())
            .merge(rules::routes())
            .merge(patterns::routes())
            .merge(jobs::routes())
            .merge(whitelists::routes())
            .merge(replays::routes())
            .merge(correlation::routes())
            .merge(response_rules::routes())
            .merge(playbooks::routes())
            .merge(policies::routes())
            .merge(never_block::routes())
            .merge(connections::routes())
            .merge(sources::routes())
            .merge(tokens::routes())
            .merge(ingest::routes())
            .merge(intel::routes())
            .merge(audit::routes())
            .merge(stream::routes()),
    )
}

/// The API's document.
pub fn document() -> OpenApi {
    routes().into_openapi()
}

/// Everything the server answers: API, health and console.
pub fn router(app: Arc<App>) -> Router {
    let (routes, document) = routes().split_for_parts();
    let document = Arc::new(document);
    let api = routes
        .route(
            "/api/v1/openapi.json",
            get(move || async move { Json(document.as_ref().clone()) }),
        )
        .route("/api/{*rest}", get(unknown).fallback(unknown))
        .merge(health::routes());
    finished(api.fallback(console::serve)).with_state(app)
}

/// Bounds the handlers' time and catches their panics; around both, so that every answer gets it, what all have.
fn finished<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let timeout = TimeoutLayer::with_status_code(http::StatusCode::GATEWAY_TIMEOUT, TIMEOUT);
    router
        .layer(timeout)
        .layer(CatchPanicLayer::custom(finish::panicked))
        .layer(middleware::from_fn(finish::finish))
}

async fn unknown(uri: http::Uri) -> Problem {
    Problem::new(
        Kind::NotFound,
        format!("`{}` is no resource of this API", uri.path()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use http::{Request, StatusCode, header};
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_handler_that_panics_gives_a_problem_with_the_id_of_its_request() {
        async fn broken() -> StatusCode {
            panic!("a defect")
        }
        let router = finished(Router::new().route("/broken", get(broken)));
        let request = Request::get("/broken").body(Body::empty()).expect("a request");
        let answer = router.oneshot(request).await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let id = answer.headers()[finish::REQUEST_ID].clone();
        let body = to_bytes(answer.into_body(), 10_000).await.expect("a body");
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem["request_id"], id.to_str().expect("an id"));
        assert!(!problem.to_string().contains("a defect"), "{problem}");
    }
}
