//! Switching rules on and off, and trying them.

use super::{
    announce,
    view::{Rule, Shelf, products},
};
use crate::{
    api::{
        Shared,
        caller::Admin,
        extract::{Body, Id},
        problem::{Kind, Problem, ProblemBody},
    },
    clock,
};
use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;
use store::RuleState;
use utoipa::ToSchema;

/// What to change; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleUpdate {
    /// It raises alerts.
    pub enabled: Option<bool>,
    /// Its alerts give no events.
    pub testing: Option<bool>,
}

/// Switch a rule on or off, or try it: its alerts are stored then, and give no events.
#[utoipa::path(
    patch, path = "/rules/{id}", operation_id = "update_rule", tag = "rules",
    params(("id" = String, Path, description = "the rule's Sigma id")), request_body = RuleUpdate,
    responses((status = 200, body = Rule), (status = "default", body = ProblemBody))
)]
pub async fn update(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(update): Body<RuleUpdate>,
) -> Result<Json<Rule>, Problem> {
    let rules = app.pipeline.rules();
    let Some(info) = rules.set.rule(&id) else {
        let custom = app.store.custom_rule_list(&app.tenant).await?;
        if custom.iter().any(|rule| rule.id == id) {
            return Err(Problem::new(
                Kind::Conflict,
                "the rule cannot run as it is: correct its text first",
            ));
        }
        return Err(Problem::not_found(&id));
    };
    let states = app.store.rule_state_list(&app.tenant).await?;
    let before = states
        .get(&id)
        .map_or((false, false), |state| (state.enabled, state.testing));
    let after = (
        update.enabled.unwrap_or(before.0),
        update.testing.unwrap_or(before.1),
    );
    if after != before {
        let state = RuleState {
            enabled: after.0,
            testing: after.1,
            changed: clock::now(),
        };
        let shown = |(enabled, testing)| json!({"enabled": enabled, "testing": testing});
        let audit = caller.audit("rule.switch", &id, &shown(before), &shown(after));
        app.store
            .rule_state_set(&app.tenant, &[(id.clone(), state)], &audit)
            .await?;
        announce(&app).await?;
    }
    Ok(Json(Shelf::read(&app).await?.rule(info, &app.content.catalogue)))
}

/// What was switched on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Enabled {
    /// How many rules; those that were on are not counted.
    enabled: u64,
}

/// Switch on every rule that reads a log of a connected source.
#[utoipa::path(
    post, path = "/rules:enable-connected", operation_id = "enable_connected_rules", tag = "rules",
    responses((status = 200, body = Enabled), (status = "default", body = ProblemBody))
)]
pub async fn enable_connected(Admin(caller): Admin, State(app): Shared) -> Result<Json<Enabled>, Problem> {
    let sources = app.store.source_list(&app.tenant).await?;
    let connected: BTreeSet<_> = sources
        .into_iter()
        .filter(|status| status.source.enabled)
        .map(|status| status.source.product)
        .collect();
    let states = app.store.rule_state_list(&app.tenant).await?;
    let rules = app.pipeline.rules();
    let off = rules
        .set
        .rules()
        .filter(|rule| !states.get(&rule.id).is_some_and(|state| state.enabled));
    let reads = |rule: &&detect::RuleInfo| {
        products(&rule.logsources, &app.content.catalogue)
            .iter()
            .any(|product| connected.contains(product))
    };
    let now = clock::now();
    let wanted: Vec<(String, RuleState)> = off
        .filter(reads)
        .map(|rule| {
            let testing = states.get(&rule.id).is_some_and(|state| state.testing);
            (
                rule.id.clone(),
                RuleState {
                    enabled: true,
                    testing,
                    changed: now,
                },
            )
        })
        .collect();
    if !wanted.is_empty() {
        let ids: Vec<&str> = wanted.iter().map(|(id, _)| id.as_str()).collect();
        let audit = caller.audit("rule.enable_connected", "", &json!(null), &json!({"rules": ids}));
        app.store.rule_state_set(&app.tenant, &wanted, &audit).await?;
        announce(&app).await?;
    }
    Ok(Json(Enabled {
        enabled: wanted.len() as u64,
    }))
}
