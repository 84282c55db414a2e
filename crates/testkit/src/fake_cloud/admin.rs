//! The control API for a test in another process: `/_fake/…` on the API's address. In-process tests use the
//! methods of [`super::FakeCloud`], which do the same.

use super::{Cloud, Fault};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Cloud>> {
    Router::new()
        .route("/_fake/state", get(state))
        .route("/_fake/faults", post(add_faults).delete(clear_faults))
        .route("/_fake/rules/{id}", delete(remove_rule))
}

async fn state(State(cloud): State<Arc<Cloud>>) -> Response {
    Json(cloud.state()).into_response()
}

/// Takes one fault or a list of them.
async fn add_faults(State(cloud): State<Arc<Cloud>>, Json(faults): Json<Value>) -> Response {
    let faults = if faults.is_array() {
        faults
    } else {
        json!([faults])
    };
    let planned = serde_json::from_value::<Vec<Fault>>(faults)
        .map_err(|error| error.to_string())
        .and_then(|faults| cloud.inject_all(faults).map_err(|error| error.to_string()));
    match planned {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error).into_response(),
    }
}

async fn clear_faults(State(cloud): State<Arc<Cloud>>) -> StatusCode {
    super::lock(&cloud.faults).clear();
    StatusCode::NO_CONTENT
}

/// Removes a rule behind the product's back, as somebody in the vendor's console would.
async fn remove_rule(State(cloud): State<Arc<Cloud>>, Path(id): Path<u64>) -> StatusCode {
    if super::lock(&cloud.firewall).remove_by_hand(id) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
