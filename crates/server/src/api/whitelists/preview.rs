//! What a whitelist would have hidden during the last days, before anybody saves it.

use super::{mistakes, view::Scope};
use crate::api::{
    Shared,
    caller::Responder,
    dto::Condition,
    extract::Body,
    jobs::JobView,
    problem::{Problem, ProblemBody},
    replays,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use model::whitelist::Whitelist as Model;
use serde::Deserialize;
use utoipa::ToSchema;

/// A whitelist as somebody thinks of it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhitelistProposal {
    /// The id of the one it changes; none for a new one.
    #[serde(default)]
    pub id: Option<String>,
    /// What it hides.
    pub scope: Scope,
    /// When it applies; names are those of `/whitelists/fields`.
    pub condition: Condition,
}

/// A whitelist to try, and over how many days.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhitelistPreview {
    /// The id of the one it changes; none for a new one.
    #[serde(default)]
    id: Option<String>,
    /// What it hides.
    scope: Scope,
    /// When it applies; names are those of `/whitelists/fields`.
    condition: Condition,
    /// How many days back, 1 … 90.
    days: u32,
}

impl WhitelistProposal {
    /// The whitelist it would be; `id` if it is a new one.
    pub fn whitelist(self, id: String) -> Model {
        Model {
            id: self.id.unwrap_or(id),
            scope: self.scope.into(),
            condition: self.condition.into(),
            reason: String::new(),
            owner: String::new(),
            expires_at: None,
        }
    }
}

/// Start to see what a whitelist would have hidden during the last days: alerts, and what would be left of events. Nothing
/// is saved; the job has the rest.
#[utoipa::path(
    post, path = "/whitelists:preview", operation_id = "preview_whitelist", tag = "whitelists",
    request_body = WhitelistPreview,
    responses((status = 202, body = JobView), (status = "default", body = ProblemBody))
)]
pub async fn preview(
    Responder(caller): Responder,
    State(app): Shared,
    headers: HeaderMap,
    Body(asked): Body<WhitelistPreview>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let mistakes = mistakes(&asked.condition, "");
    if !mistakes.is_empty() {
        return Err(Problem::invalid("the whitelist is not valid", mistakes));
    }
    let proposal = WhitelistProposal {
        id: asked.id,
        scope: asked.scope,
        condition: asked.condition,
    };
    replays::whitelist(&app, &caller, &headers, asked.days, proposal).await
}
