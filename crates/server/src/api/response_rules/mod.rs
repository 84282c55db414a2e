//! Automatic response rules: when something happens and its facts meet a condition, do these things.

mod view;

use super::{
    Shared,
    caller::{Admin, Caller, Viewer},
    dto::{ConditionField, Text},
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    policies,
    problem::{Kind, Place, Problem, ProblemBody},
};
use crate::{
    app::App,
    clock,
    response_rule::{self, Fired, StoredResponseRule},
};
use axum::{Json, extract::State, http::StatusCode};
use model::{LocalText, Time, playbook::PlaybookState};
use respond::{RuleAction, facts};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use view::{ResponseRule, ResponseRuleInput, Trigger};

/// The routes of response rules.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(fields))
        .routes(routes!(fetch, replace, switch, delete))
}

/// What decides about all rules: how often they fired, and whether any may.
struct Context {
    fired: HashMap<String, Fired>,
    paused: Option<LocalText>,
    now: Time,
}

impl Context {
    async fn of(app: &App) -> Result<Self, Problem> {
        let now = clock::now();
        Ok(Self {
            fired: response_rule::fired(app, now).await?,
            paused: policies::paused(app).await?,
            now,
        })
    }

    fn show(&self, stored: StoredResponseRule) -> ResponseRule {
        let fired = self.fired.get(&stored.rule.id).copied().unwrap_or_default();
        let expired = stored.rule.expires_at.filter(|at| *at <= self.now);
        let expired =
            expired.map(|at| LocalText::new(format!("It expired on {at}."), format!("已于 {at} 过期。")));
        ResponseRule::new(
            stored,
            fired,
            expired.or_else(|| self.paused.clone()).map(Text::from),
        )
    }
}

/// List response rules in the order they act.
#[utoipa::path(
    get, path = "/response-rules", operation_id = "list_response_rules", tag = "response-rules", params(PageQuery),
    responses((status = 200, body = Page<ResponseRule>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ResponseRule>>, Problem> {
    let context = Context::of(&app).await?;
    let rules = response_rule::load_all(&app).await?;
    let page = Page::cut(rules, page, |stored: &StoredResponseRule| stored.rule.id.clone())?;
    Ok(Json(page.map(|stored| context.show(stored))))
}

/// Which fields to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FieldQuery {
    /// Only those that rules with this trigger may ask about.
    trigger: Option<Trigger>,
}

/// List the fields that conditions may ask about.
#[utoipa::path(
    get, path = "/response-rules/fields", operation_id = "list_response_rule_fields", tag = "response-rules",
    params(FieldQuery),
    responses((status = 200, body = Vec<ConditionField>), (status = "default", body = ProblemBody))
)]
async fn fields(_: Viewer, Query(query): Query<FieldQuery>) -> Json<Vec<ConditionField>> {
    let fits = |field: &facts::FieldInfo| match query.trigger {
        None => true,
        Some(Trigger::Alert) => field.on_alert,
        Some(Trigger::Event | Trigger::EventUpdate) => field.on_event,
    };
    Json(
        facts::catalogue()
            .into_iter()
            .filter(fits)
            .map(ConditionField::from)
            .collect(),
    )
}

/// Fetch a response rule.
#[utoipa::path(
    get, path = "/response-rules/{id}", operation_id = "fetch_response_rule", tag = "response-rules",
    params(("id" = String, Path, description = "the rule's id")),
    responses((status = 200, body = ResponseRule), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<String>) -> Result<Json<ResponseRule>, Problem> {
    let (stored, _) = stored(&app, &id).await?;
    Ok(Json(Context::of(&app).await?.show(stored)))
}

/// Create a response rule.
#[utoipa::path(
    post, path = "/response-rules", operation_id = "create_response_rule", tag = "response-rules",
    request_body = ResponseRuleInput,
    responses((status = 200, body = ResponseRule), (status = "default", body = ProblemBody))
)]
async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(input): Body<ResponseRuleInput>,
) -> Result<Json<ResponseRule>, Problem> {
    let stored = checked(&app, fresh_id().to_string(), input).await?;
    save(&app, &caller, stored, 0, "response_rule.create", &Value::Null).await
}

/// Replace a response rule.
#[utoipa::path(
    put, path = "/response-rules/{id}", operation_id = "replace_response_rule", tag = "response-rules",
    params(("id" = String, Path, description = "the rule's id")), request_body = ResponseRuleInput,
    responses((status = 200, body = ResponseRule), (status = "default", body = ProblemBody))
)]
async fn replace(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(input): Body<ResponseRuleInput>,
) -> Result<Json<ResponseRule>, Problem> {
    let (before, version) = stored(&app, &id).await?;
    let stored = checked(&app, id, input).await?;
    save(
        &app,
        &caller,
        stored,
        version,
        "response_rule.update",
        &json!(before),
    )
    .await
}

/// The switch of a rule.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    /// Whether it acts.
    enabled: bool,
}

/// Switch a response rule on or off.
#[utoipa::path(
    patch, path = "/response-rules/{id}", operation_id = "update_response_rule", tag = "response-rules",
    params(("id" = String, Path, description = "the rule's id")), request_body = Switch,
    responses((status = 200, body = ResponseRule), (status = "default", body = ProblemBody))
)]
async fn switch(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(switch): Body<Switch>,
) -> Result<Json<ResponseRule>, Problem> {
    let (mut stored, version) = stored(&app, &id).await?;
    let before = json!({"enabled": stored.rule.enabled});
    stored.rule.enabled = switch.enabled;
    save(&app, &caller, stored, version, "response_rule.update", &before).await
}

/// Delete a response rule. What it did stays.
#[utoipa::path(
    delete, path = "/response-rules/{id}", operation_id = "delete_response_rule", tag = "response-rules",
    params(("id" = String, Path, description = "the rule's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(Admin(caller): Admin, State(app): Shared, Id(id): Id<String>) -> Result<StatusCode, Problem> {
    let row = app
        .store
        .response_rule_fetch(&app.tenant, &id)
        .await?
        .ok_or_else(|| Problem::not_found(&id))?;
    let audit = caller.audit("response_rule.delete", &id, &row.body, &Value::Null);
    app.store.response_rule_delete(&app.tenant, &id, &audit).await?;
    app.response_rules_changed().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A rule and its version.
async fn stored(app: &App, id: &str) -> Result<(StoredResponseRule, u32), Problem> {
    let row = app
        .store
        .response_rule_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))?;
    let version = row.version;
    let stored = StoredResponseRule::read(row).map_err(|error| {
        let detail = format!("rule `{id}` was written by another version and cannot be read: {error}");
        Problem::new(Kind::Conflict, detail)
    })?;
    Ok((stored, version))
}

async fn save(
    app: &App,
    caller: &Caller,
    stored: StoredResponseRule,
    version: u32,
    action: &str,
    before: &Value,
) -> Result<Json<ResponseRule>, Problem> {
    let row = stored
        .row(version, clock::now())
        .map_err(|error| Problem::new(Kind::Internal, error.to_string()))?;
    let audit = caller.audit(action, &row.id, before, &row.body);
    app.store.response_rule_save(&app.tenant, &row, &audit).await?;
    app.response_rules_changed().await?;
    Ok(Json(Context::of(app).await?.show(stored)))
}

/// The rule as it is stored, if all of it makes sense.
async fn checked(app: &App, id: String, input: ResponseRuleInput) -> Result<StoredResponseRule, Problem> {
    let mut mistakes = Vec::new();
    let stored = input.read(id, &mut mistakes);
    if let Err(errors) = stored.rule.compile() {
        mistakes.extend(errors.iter().map(view::place));
    }
    mistakes.extend(dangling(app, &stored).await?);
    if mistakes.is_empty() {
        return Ok(stored);
    }
    Err(Problem::invalid("the rule was not saved", mistakes))
}

/// Playbooks, connections and users that the rule names and that are not there.
async fn dangling(app: &App, stored: &StoredResponseRule) -> Result<Vec<Place>, Problem> {
    let playbooks = app
        .store
        .playbook_list(&app.tenant, PlaybookState::Published)
        .await?;
    let mut mistakes = Vec::new();
    for (number, action) in stored.rule.actions.iter().enumerate() {
        let mistake = match action {
            RuleAction::RunPlaybook { playbook, .. }
                if !playbooks.iter().any(|known| known.id == *playbook) =>
            {
                Some((
                    "playbook_id",
                    format!("there is no published playbook `{playbook}`"),
                ))
            }
            RuleAction::AssignOwner { owner } if app.store.user_find(&app.tenant, owner).await?.is_none() => {
                Some(("owner", format!("there is no user `{owner}`")))
            }
            _ => None,
        };
        mistakes.extend(mistake.map(|(member, message)| Place {
            place: format!("/actions/{number}/{member}"),
            message,
        }));
    }
    for member in stored.scope.iter().flatten() {
        if app
            .store
            .connection_fetch(&app.tenant, &member.connection)
            .await?
            .is_none()
        {
            let message = format!("there is no connection `{}`", member.connection);
            mistakes.push(Place {
                place: "/actions".to_owned(),
                message,
            });
        }
    }
    Ok(mistakes)
}
