//! The pause switch of automatic response, and how long forms suggest to block.

use crate::{
    api::{
        Shared,
        caller::{Admin, Viewer},
        dto::Text,
        extract::Body,
        problem::{Place, Problem, ProblemBody},
    },
    app::App,
    clock,
    setup::{RESPONSE, ResponseSettings, breaker, response_settings},
    workers::respond::BREAKER,
};
use axum::{Json, extract::State};
use model::LocalText;
use respond::block::LONGEST_BLOCK;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// What automatic response does, in general.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Settings {
    /// No response rule acts. People's own actions are never paused.
    paused: bool,
    /// Why: somebody pressed the switch, or too many targets in an hour did.
    pause_reason: Option<Text>,
    /// How long forms suggest to block.
    default_duration_seconds: u64,
}

/// What automatic response is to do.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsUpdate {
    /// Whether no response rule acts. False also resets the breaker that too many targets tripped.
    paused: bool,
    /// How long forms suggest to block.
    default_duration_seconds: u64,
}

/// Fetch what automatic response does, in general.
#[utoipa::path(
    get, path = "/response-settings", operation_id = "fetch_response_settings", tag = "response-rules",
    responses((status = 200, body = Settings), (status = "default", body = ProblemBody))
)]
pub async fn fetch(_: Viewer, State(app): Shared) -> Result<Json<Settings>, Problem> {
    show(&app).await.map(Json)
}

/// Pause or resume automatic response, and set how long forms suggest to block.
#[utoipa::path(
    put, path = "/response-settings", operation_id = "replace_response_settings", tag = "response-rules",
    request_body = SettingsUpdate,
    responses((status = 200, body = Settings), (status = "default", body = ProblemBody))
)]
pub async fn replace(
    Admin(caller): Admin,
    State(app): Shared,
    Body(update): Body<SettingsUpdate>,
) -> Result<Json<Settings>, Problem> {
    if !(1..=LONGEST_BLOCK.as_secs()).contains(&update.default_duration_seconds) {
        let message = format!("expected 1 to {} seconds", LONGEST_BLOCK.as_secs());
        let place = Place {
            place: "/default_duration_seconds".to_owned(),
            message,
        };
        return Err(Problem::invalid("the settings were not saved", vec![place]));
    }
    let before = response_settings(&app).await?;
    let settings = ResponseSettings {
        paused: update.paused,
        default_duration_seconds: update.default_duration_seconds,
    };
    let audit = caller.audit(
        "response_settings.update",
        RESPONSE,
        &json!(before),
        &json!(settings),
    );
    app.store
        .setting_set(&app.tenant, RESPONSE, &settings, clock::now(), &audit)
        .await?;
    let mut breaker = breaker(&app).await?;
    if !settings.paused && breaker.paused().is_some() {
        let audit = caller.audit("response.resume", BREAKER, &json!(breaker.paused()), &json!(null));
        breaker.resume();
        app.store
            .setting_set(&app.tenant, BREAKER, &breaker, clock::now(), &audit)
            .await?;
    }
    app.wake.respond.notify_one();
    show(&app).await.map(Json)
}

async fn show(app: &App) -> Result<Settings, Problem> {
    let settings = response_settings(app).await?;
    let reason = paused(app).await?;
    Ok(Settings {
        paused: reason.is_some(),
        pause_reason: reason.map(Text::from),
        default_duration_seconds: settings.default_duration_seconds,
    })
}

/// Why automatic response is paused; none if it is not.
pub async fn paused(app: &App) -> Result<Option<LocalText>, store::Error> {
    if let Some(pause) = breaker(app).await?.paused() {
        return Ok(Some(pause.sentence()));
    }
    let paused = response_settings(app).await?.paused;
    Ok(paused.then(|| LocalText::new("Automatic response is paused.", "自动响应已暂停。")))
}
