//! What an administrator says of correlation: what everything shares, which rules are noise, which patterns are off.

use super::{
    Shared,
    caller::{Admin, Viewer},
    etag::{IfMatch, Versioned, refusal},
    extract::Body,
    problem::{Place, Problem, ProblemBody},
    schema,
};
use crate::{app::App, clock, pipeline::Action};
use axum::{Json, extract::State};
use model::{CorrelationSettings, EntityKind, correlation};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Entities that may be named.
const MOST: usize = 10_000;

/// The routes of the settings.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(fetch, replace))
}

/// What an administrator says of correlation.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct CorrelationView {
    /// What everything shares: it is shown, never links alerts, and is nobody's attacker.
    infrastructure: Vec<SharedEntity>,
    /// Rules that count as noisy (true) or not (false) whatever they do, by id.
    noisy: BTreeMap<String, bool>,
    /// Expert patterns that are off, by id.
    patterns_off: BTreeSet<String>,
    /// Counts up with each change: the `ETag` of this.
    version: u32,
}

/// What correlation is to be told; it takes the place of everything said before.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrelationInput {
    /// What everything shares: it is shown, never links alerts, and is nobody's attacker.
    #[serde(default)]
    infrastructure: Vec<SharedEntity>,
    /// Rules that count as noisy (true) or not (false) whatever they do, by id.
    #[serde(default)]
    noisy: BTreeMap<String, bool>,
    /// Expert patterns that are off, by id.
    #[serde(default)]
    patterns_off: BTreeSet<String>,
}

/// Something that everything shares: a NAT gateway, a load balancer, a scanner, the hash of a golden image.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharedEntity {
    /// One of the thirteen types.
    #[schema(schema_with = schema::entity_kind)]
    r#type: EntityKind,
    /// Its value, as alerts name it; of an address also a range such as `203.0.113.0/24` or, of a private network of an
    /// account, `1234567890/10.0.0.0/8`.
    value: String,
    /// What it is.
    #[serde(default)]
    note: String,
}

impl From<CorrelationInput> for CorrelationSettings {
    fn from(input: CorrelationInput) -> Self {
        let shared = input
            .infrastructure
            .into_iter()
            .map(|shared| correlation::Shared {
                kind: shared.r#type,
                value: shared.value.trim().to_owned(),
                note: shared.note,
            });
        Self {
            infrastructure: shared.collect(),
            noisy: input.noisy,
            patterns_off: input.patterns_off,
        }
    }
}

impl CorrelationView {
    fn of(settings: CorrelationSettings, version: u32) -> Versioned<Self> {
        let shared = settings.infrastructure.into_iter().map(|shared| SharedEntity {
            r#type: shared.kind,
            value: shared.value,
            note: shared.note,
        });
        let view = Self {
            infrastructure: shared.collect(),
            noisy: settings.noisy,
            patterns_off: settings.patterns_off,
            version,
        };
        Versioned(version, Json(view))
    }
}

/// Fetch what an administrator says of correlation.
#[utoipa::path(
    get, path = "/correlation-settings", operation_id = "fetch_correlation_settings", tag = "correlation",
    responses((status = 200, body = CorrelationView), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared) -> Result<Versioned<CorrelationView>, Problem> {
    let (settings, version) = app.store.correlation_settings_fetch(&app.tenant).await?;
    Ok(CorrelationView::of(settings, version))
}

/// Say something else of correlation. It holds for alerts from now on: what is linked stays linked.
#[utoipa::path(
    put, path = "/correlation-settings", operation_id = "replace_correlation_settings", tag = "correlation",
    params(("If-Match" = String, Header, description = "the `ETag` of what was changed")),
    request_body = CorrelationInput,
    responses((status = 200, body = CorrelationView), (status = "default", body = ProblemBody))
)]
async fn replace(
    Admin(caller): Admin,
    State(app): Shared,
    IfMatch(version): IfMatch,
    Body(input): Body<CorrelationInput>,
) -> Result<Versioned<CorrelationView>, Problem> {
    let mistakes = mistakes(&input, "");
    if !mistakes.is_empty() {
        return Err(Problem::invalid("the settings were not saved", mistakes));
    }
    let (before, _) = app.store.correlation_settings_fetch(&app.tenant).await?;
    let settings = CorrelationSettings::from(input);
    let audit = caller.audit(
        "correlation_settings.update",
        "correlation",
        &json!(before),
        &json!(settings),
    );
    let version = app
        .store
        .correlation_settings_save(&app.tenant, &settings, version, &audit)
        .await
        .map_err(refusal)?;
    announce(&app).await?;
    Ok(CorrelationView::of(settings, version))
}

/// What is wrong with settings; `at` is where they stand.
pub fn mistakes(input: &CorrelationInput, at: &str) -> Vec<Place> {
    let list = &input.infrastructure;
    let mut mistakes = Vec::new();
    if list.len() > MOST {
        let message = format!("expected at most {MOST} entities, found {}", list.len());
        let place = format!("{at}/infrastructure");
        return vec![Place { place, message }];
    }
    let mut known = HashSet::new();
    for (number, shared) in list.iter().enumerate() {
        let shared = correlation::Shared {
            kind: shared.r#type,
            value: shared.value.clone(),
            note: String::new(),
        };
        let problem = match shared.check() {
            Err(error) => Some(error.to_string()),
            Ok(()) if !known.insert((shared.kind, shared.value.trim().to_owned())) => {
                Some(format!("`{}` is in the list already", shared.value))
            }
            Ok(()) => None,
        };
        mistakes.extend(problem.map(|message| Place {
            place: format!("{at}/infrastructure/{number}/value"),
            message,
        }));
    }
    mistakes
}

/// Tells the pipeline. Two changes at once may tell it in the wrong order; whoever finds that the store has moved on
/// tells it again.
async fn announce(app: &App) -> Result<(), Problem> {
    let (mut told, _) = app.store.correlation_settings_fetch(&app.tenant).await?;
    loop {
        let settings = told.clone();
        app.pipeline
            .submit(&Action::Correlation { settings }, clock::now())
            .await?;
        let (now, _) = app.store.correlation_settings_fetch(&app.tenant).await?;
        if now == told {
            return Ok(());
        }
        told = now;
    }
}

#[cfg(test)]
mod tests;
