//! Whitelists: what is known to be harmless. An alert that hits one is kept and gives no event.

use super::{
    Shared,
    caller::{Responder, Viewer},
    dto::{Condition, ConditionField, name},
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    problem::{Place, Problem, ProblemBody},
};
use crate::{app::App, clock, pipeline::Action};
use axum::{Json, extract::State, http::StatusCode};
use model::{
    Time,
    condition::ConditionError,
    whitelist::{Whitelist as Model, WhitelistScope},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::WhitelistRow;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of whitelists.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fields))
        .routes(routes!(delete))
}

/// What a whitelist hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WhitelistScope)]
enum Scope {
    /// The alert is stored and gives no event.
    Event,
    /// Alerts of host agents only: stored as whitelisted, no event, no response.
    Alert,
}

impl From<Scope> for WhitelistScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Event => Self::Event,
            Scope::Alert => Self::Alert,
        }
    }
}

/// A whitelist and how often it was hit.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Whitelist {
    id: String,
    /// What it hides.
    #[schema(value_type = Scope)]
    scope: String,
    /// When it applies.
    condition: Condition,
    /// Why it is harmless.
    reason: String,
    /// Who says so.
    owner: String,
    /// When it ends; null if never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// Alerts it kept out of events.
    hits: u64,
    /// When it last did.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_hit: Option<Time>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

impl From<WhitelistRow> for Whitelist {
    fn from(row: WhitelistRow) -> Self {
        let Model {
            id,
            scope,
            condition,
            reason,
            owner,
            expires_at,
        } = row.whitelist;
        Self {
            id,
            scope: name(&scope),
            condition: condition.into(),
            reason,
            owner,
            expires_at,
            hits: row.hits,
            last_hit: row.last_hit,
            created_at: row.created,
        }
    }
}

/// A whitelist to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewWhitelist {
    /// What it hides.
    scope: Scope,
    /// When it applies; names are those of `/whitelists/fields`.
    condition: Condition,
    /// Why it is harmless.
    reason: String,
    /// When it ends; never if null or left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
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
    Ok(Json(
        Page::cut(rows, page, |row| row.whitelist.id.clone())?.map(Whitelist::from),
    ))
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
    let mut mistakes = mistakes(&new.condition);
    if new.reason.trim().is_empty() {
        mistakes.push(Place {
            place: "/reason".to_owned(),
            message: "say why it is harmless".to_owned(),
        });
    }
    if new.expires_at.is_some_and(|end| end <= now) {
        mistakes.push(Place {
            place: "/expires_at".to_owned(),
            message: "this time has passed".to_owned(),
        });
    }
    if !mistakes.is_empty() {
        return Err(Problem::invalid("the whitelist is not valid", mistakes));
    }
    let whitelist = Model {
        id: fresh_id().to_string(),
        scope: new.scope.into(),
        condition: new.condition.into(),
        reason: new.reason,
        owner: caller.name.clone(),
        expires_at: new.expires_at,
    };
    let audit = caller.audit("whitelist.create", &whitelist.id, &Value::Null, &json!(whitelist));
    app.store
        .whitelist_save(&app.tenant, &whitelist, now, &audit)
        .await?;
    announce(&app).await?;
    let row = WhitelistRow {
        whitelist,
        created: now,
        hits: 0,
        last_hit: None,
    };
    Ok((StatusCode::CREATED, Json(row.into())))
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
    let all = app.store.whitelist_list(&app.tenant).await?;
    let row = all
        .into_iter()
        .find(|row| row.whitelist.id == id)
        .ok_or_else(|| Problem::not_found(&id))?;
    let audit = caller.audit("whitelist.delete", &id, &json!(row.whitelist), &Value::Null);
    app.store.whitelist_delete(&app.tenant, &id, &audit).await?;
    announce(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is wrong with a condition: everything that would keep it from being evaluated, and a condition that asks
/// nothing, which would hide every alert.
fn mistakes(condition: &Condition) -> Vec<Place> {
    let mut mistakes = Vec::new();
    let mut mistake = |place: String, message: String| mistakes.push(Place { place, message });
    if condition.conditions.is_empty() {
        mistake(
            "/condition/conditions".to_owned(),
            "a whitelist without a condition would hide every alert".to_owned(),
        );
    }
    let fields = respond::facts::catalogue();
    for (number, predicate) in condition.conditions.iter().enumerate() {
        let place = |member| format!("/condition/conditions/{number}/{member}");
        match fields
            .iter()
            .find(|field| field.on_alert && field.name == predicate.left)
        {
            None => mistake(
                place("left"),
                format!("`{}` is no field of an alert", predicate.left),
            ),
            Some(field) if !field.operators.contains(&predicate.operator) => {
                let message = format!(
                    "`{}` cannot be compared by `{}`",
                    predicate.left,
                    name(&predicate.operator)
                );
                mistake(place("operator"), message);
            }
            Some(_) => {}
        }
    }
    match model::Condition::from(condition.clone()).compile() {
        Ok(_) => {}
        Err(ConditionError::Formula(error)) => mistake("/condition/formula".to_owned(), error.to_string()),
        Err(ConditionError::Predicate { number, source }) => {
            mistake(
                format!("/condition/conditions/{}/right", number - 1),
                source.to_string(),
            );
        }
    }
    mistakes
}

/// Tells the pipeline which whitelists hold now. Two changes at once may tell it in the wrong order; whoever finds
/// that the store has moved on tells it again.
async fn announce(app: &App) -> Result<(), Problem> {
    let all = async || -> Result<Vec<Model>, Problem> {
        let rows = app.store.whitelist_list(&app.tenant).await?;
        Ok(rows.into_iter().map(|row| row.whitelist).collect())
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
mod tests {
    use super::*;

    #[test]
    fn mistakes_in_conditions_have_places() {
        let check = |condition: Value, expected: &[&str]| {
            let parsed: Condition =
                serde_json::from_value(condition.clone()).unwrap_or_else(|error| panic!("{error}"));
            let places: Vec<String> = mistakes(&parsed)
                .into_iter()
                .map(|mistake| mistake.place)
                .collect();
            assert_eq!(places, expected, "{condition}");
        };
        let of = |left: &str, operator: &str, right: &[&str]| json!({"left": left, "operator": operator, "right": right});
        check(
            json!({"conditions": [of("attacker.ip", "in_network", &["203.0.113.0/24"])]}),
            &[],
        );
        check(json!({"conditions": []}), &["/condition/conditions"]);
        check(
            json!({"conditions": [of("status", "equals", &["handled"])]}),
            &["/condition/conditions/0/left"],
        );
        check(
            json!({"conditions": [of("level", "contains", &["5"])]}),
            &["/condition/conditions/0/operator"],
        );
        check(
            json!({"conditions": [of("attacker.ip", "in_network", &["x"])]}),
            &["/condition/conditions/0/right"],
        );
        check(
            json!({"conditions": [of("rule", "equals", &["x"])], "formula": "1&2"}),
            &["/condition/formula"],
        );
    }
}
