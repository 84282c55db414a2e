//! The user's own rules: written, corrected, removed. Every version is kept.

use super::{
    announce,
    compile::{RuleText, compile_apart},
    references::in_use,
    view::{RuleDetail, Shelf},
};
use crate::{
    api::{
        Shared,
        caller::{Admin, Caller},
        extract::{Body, Id},
        problem::{Kind, Place, Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State, http::StatusCode};
use detect::RuleInfo;
use model::Origin;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use store::{CustomRule, RuleState};

/// Write a rule. It is off until it is switched on.
#[utoipa::path(
    post, path = "/rules", operation_id = "create_rule", tag = "rules", request_body = RuleText,
    responses((status = 201, body = RuleDetail), (status = "default", body = ProblemBody))
)]
pub async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(rule): Body<RuleText>,
) -> Result<(StatusCode, Json<RuleDetail>), Problem> {
    let info = accepted(&app, &rule.text).await?;
    if app.pipeline.rules().set.rule(&info.id).is_some() || newest(&app, &info.id).await?.is_some() {
        return Err(Problem::new(
            Kind::Conflict,
            format!("there is already a rule `{}`", info.id),
        ));
    }
    save(&app, &caller, ("rule.create", &info.id), &rule.text, false).await?;
    let shelf = Shelf::read(&app).await?;
    Ok((
        StatusCode::CREATED,
        Json(shelf.detail(&info, &app.content.catalogue)),
    ))
}

/// Replace the text of a rule of the user. Rules that come with the product stay as they are.
#[utoipa::path(
    put, path = "/rules/{id}", operation_id = "replace_rule", tag = "rules",
    params(("id" = String, Path, description = "the rule's Sigma id")), request_body = RuleText,
    responses((status = 200, body = RuleDetail), (status = "default", body = ProblemBody))
)]
pub async fn replace(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(rule): Body<RuleText>,
) -> Result<Json<RuleDetail>, Problem> {
    must_be_custom(&app, &id).await?;
    let info = accepted(&app, &rule.text).await?;
    if info.id != id {
        let message = format!(
            "the rule's id is `{id}` and stays so; the text says `{}`",
            info.id
        );
        return Err(Problem::new(Kind::Invalid, message));
    }
    save(&app, &caller, ("rule.replace", &id), &rule.text, false).await?;
    let shelf = Shelf::read(&app).await?;
    Ok(Json(shelf.detail(&info, &app.content.catalogue)))
}

/// Remove a rule of the user that no other one refers to. Its alerts stay, and so does its history.
#[utoipa::path(
    delete, path = "/rules/{id}", operation_id = "delete_rule", tag = "rules",
    params(("id" = String, Path, description = "the rule's Sigma id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
pub async fn delete(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<StatusCode, Problem> {
    let rule = must_be_custom(&app, &id).await?;
    let others = app.store.custom_rule_list(&app.tenant).await?;
    if let Some(users) = in_use(&others, &BTreeSet::from([id.clone()])).get(&id) {
        return Err(is_used(users));
    }
    // Off first: a rule of the same id that is written later must not start by itself.
    let audit = caller.audit(
        "rule.switch",
        &id,
        &Value::Null,
        &json!({"enabled": false, "testing": false}),
    );
    app.store
        .rule_state_set(&app.tenant, &[(id.clone(), off())], &audit)
        .await?;
    save(&app, &caller, ("rule.delete", &id), &rule.text, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a rule is switched before it is deleted.
pub fn off() -> RuleState {
    RuleState {
        enabled: false,
        testing: false,
        changed: clock::now(),
    }
}

/// A rule that others, by their ids, refer to.
pub fn is_used(users: &[String]) -> Problem {
    let named: Vec<String> = users.iter().map(|id| format!("`{id}`")).collect();
    Problem::new(
        Kind::Conflict,
        format!(
            "the rule is used by {}; delete or change that first",
            named.join(", ")
        ),
    )
}

/// A rule that comes with the product.
pub fn is_predefined(id: &str) -> Problem {
    Problem::new(
        Kind::Conflict,
        format!("`{id}` comes with the product and cannot be changed or deleted"),
    )
}

async fn accepted(app: &App, text: &str) -> Result<RuleInfo, Problem> {
    accept(compile_apart(app, text).await?)
}

/// The one rule of a text, if the text has one and nothing is wrong with it.
pub fn accept(compiled: Result<Vec<RuleInfo>, Vec<Place>>) -> Result<RuleInfo, Problem> {
    let mut rules = compiled.map_err(|errors| Problem::invalid("the rule does not compile", errors))?;
    if let (Some(rule), true) = (rules.pop(), rules.is_empty()) {
        return Ok(rule);
    }
    let message = "expected one rule that raises alerts; write several as several texts".to_owned();
    let place = Place {
        place: "1:1".to_owned(),
        message,
    };
    Err(Problem::invalid("the text is not one rule", vec![place]))
}

/// The newest version of a rule of the user, if it is not deleted.
pub async fn newest(app: &App, id: &str) -> Result<Option<CustomRule>, Problem> {
    let newest = app
        .store
        .custom_rule_history(&app.tenant, id)
        .await?
        .into_iter()
        .next();
    Ok(newest.filter(|rule| !rule.deleted))
}

async fn must_be_custom(app: &App, id: &str) -> Result<CustomRule, Problem> {
    if let Some(rule) = newest(app, id).await? {
        return Ok(rule);
    }
    match app.pipeline.rules().set.rule(id) {
        Some(rule) if rule.origin != Origin::Custom => Err(is_predefined(id)),
        _ => Err(Problem::not_found(id)),
    }
}

/// Saves a version and tells the pipeline.
async fn save(
    app: &App,
    caller: &Caller,
    change: (&str, &str),
    text: &str,
    deleted: bool,
) -> Result<(), Problem> {
    write(app, caller, change, text, deleted).await?;
    announce(app).await
}

/// Saves a version; whoever does so tells the pipeline.
pub async fn write(
    app: &App,
    caller: &Caller,
    (action, id): (&str, &str),
    text: &str,
    deleted: bool,
) -> Result<(), Problem> {
    let history = app.store.custom_rule_history(&app.tenant, id).await?;
    let before = history.first().filter(|rule| !rule.deleted);
    let shown = |text: Option<&str>| json!({"text": text});
    let audit = caller.audit(
        action,
        id,
        &shown(before.map(|rule| rule.text.as_str())),
        &shown((!deleted).then_some(text)),
    );
    let rule = CustomRule {
        id: id.to_owned(),
        version: history.first().map_or(0, |rule| rule.version),
        text: text.to_owned(),
        author: caller.name.clone(),
        changed: clock::now(),
        deleted,
    };
    app.store.custom_rule_save(&app.tenant, &rule, &audit).await?;
    Ok(())
}
