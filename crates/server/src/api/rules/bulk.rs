//! Switching or deleting many rules at once: one word to the pipeline, an answer for each rule.

use super::{announce, delete, switch::RuleUpdate};
use crate::{
    api::{
        Shared,
        caller::{Admin, Caller},
        extract::Body,
        finish::language,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
};
use axum::{Json, extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::RuleState;
use utoipa::ToSchema;

/// Rules changed by one request: all that come with the product, and as many of the user's own.
const MOST: usize = 2000;

/// A change of many rules.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBulkUpdate {
    /// Which rules, by their Sigma ids; at most 2,000.
    ids: Vec<String>,
    /// What to change in each.
    op: RuleBulkOp,
}

/// What to do to each rule; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleBulkOp {
    /// It raises alerts.
    enabled: Option<bool>,
    /// Its alerts give no events.
    testing: Option<bool>,
    /// Delete it; goes with nothing else. Only rules of the user that no other one refers to can be deleted.
    #[serde(default)]
    delete: bool,
}

/// What became of each rule.
#[derive(Serialize, ToSchema)]
pub struct RuleBulkResult {
    /// How many rules are different now.
    changed: u64,
    /// In the order asked for.
    results: Vec<RuleItemResult>,
}

/// What became of one rule.
#[derive(Serialize, ToSchema)]
struct RuleItemResult {
    /// Which.
    id: String,
    /// It is as it was asked to be.
    ok: bool,
    /// The ids of the rules that refer to it, if it could not be deleted for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    used_by: Vec<String>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// What became of the rules, before anybody's language is known.
pub struct Outcome {
    /// How many are different now.
    pub changed: usize,
    /// Why each that is not as it was asked to be is not, by id.
    pub refused: BTreeMap<String, Refusal>,
}

/// Why a rule stays as it is.
pub struct Refusal {
    /// In words.
    pub problem: Problem,
    /// The ids of the rules that refer to it.
    pub used_by: Vec<String>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            used_by: Vec::new(),
        }
    }
}

/// Switch many rules on or off, try or delete them; one that is refused stops no other.
#[utoipa::path(
    post, path = "/rules:bulk", operation_id = "update_rules", tag = "rules", request_body = RuleBulkUpdate,
    responses((status = 200, body = RuleBulkResult), (status = "default", body = ProblemBody))
)]
pub async fn bulk(
    Admin(caller): Admin,
    State(app): Shared,
    headers: HeaderMap,
    Body(update): Body<RuleBulkUpdate>,
) -> Result<Json<RuleBulkResult>, Problem> {
    if update.ids.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("at most {MOST} rules can be changed at once"),
        ));
    }
    let outcome = match &update.op {
        RuleBulkOp {
            enabled: None,
            testing: None,
            delete: true,
        } => delete::delete_many(&app, &caller, &update.ids).await?,
        RuleBulkOp { delete: true, .. } => {
            return Err(Problem::new(
                Kind::Invalid,
                "`delete` goes with neither `enabled` nor `testing`",
            ));
        }
        RuleBulkOp {
            enabled,
            testing,
            delete: false,
        } => {
            let change = RuleUpdate {
                enabled: *enabled,
                testing: *testing,
            };
            switch_many(&app, &caller, &update.ids, &change).await?
        }
    };
    let language = language(&headers);
    let result = |id: String| {
        let refused = outcome.refused.get(&id);
        RuleItemResult {
            ok: refused.is_none(),
            used_by: refused.map_or_else(Vec::new, |refusal| refusal.used_by.clone()),
            problem: refused.map(|refusal| refusal.problem.body(language, None)),
            id,
        }
    };
    Ok(Json(RuleBulkResult {
        changed: outcome.changed as u64,
        results: update.ids.into_iter().map(result).collect(),
    }))
}

async fn switch_many(
    app: &App,
    caller: &Caller,
    ids: &[String],
    change: &RuleUpdate,
) -> Result<Outcome, Problem> {
    let known = Known::read(app).await?;
    let plan = known.plan(ids, change);
    if !plan.states.is_empty() {
        let audit = caller.audit("rule.switch_many", "", &plan.before.into(), &plan.after.into());
        app.store
            .rule_state_set(&app.tenant, &plan.states, &audit)
            .await?;
        announce(app).await?;
    }
    let refused = ids
        .iter()
        .filter_map(|id| Some((id.clone(), known.refusal(id)?.into())));
    Ok(Outcome {
        changed: plan.states.len(),
        refused: refused.collect(),
    })
}

/// The rules there are, and how they are switched.
struct Known {
    compiled: BTreeSet<String>,
    broken: BTreeSet<String>,
    states: BTreeMap<String, RuleState>,
}

/// What to write, and what the audit log says of it.
#[derive(Default)]
struct Plan {
    states: Vec<(String, RuleState)>,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Known {
    async fn read(app: &App) -> Result<Self, Problem> {
        let rules = app.pipeline.rules();
        let compiled: BTreeSet<String> = rules.set.rules().map(|rule| rule.id.clone()).collect();
        let custom = app.store.custom_rule_list(&app.tenant).await?;
        let custom = custom.into_iter().map(|rule| rule.id);
        Ok(Self {
            broken: custom.filter(|id| !compiled.contains(id)).collect(),
            states: app.store.rule_state_list(&app.tenant).await?,
            compiled,
        })
    }

    fn refusal(&self, id: &str) -> Option<Problem> {
        if self.compiled.contains(id) {
            return None;
        }
        Some(if self.broken.contains(id) {
            Problem::new(
                Kind::Conflict,
                "the rule cannot run as it is: correct its text first",
            )
        } else {
            Problem::not_found(id)
        })
    }

    /// The rules that are to be different; one that is named twice counts once.
    fn plan(&self, ids: &[String], change: &RuleUpdate) -> Plan {
        let mut plan = Plan::default();
        let wanted: BTreeSet<&String> = ids.iter().collect();
        for id in wanted.into_iter().filter(|id| self.compiled.contains(*id)) {
            let state = self.states.get(id);
            let before = state.map_or((false, false), |state| (state.enabled, state.testing));
            let after = (
                change.enabled.unwrap_or(before.0),
                change.testing.unwrap_or(before.1),
            );
            if after == before {
                continue;
            }
            let shown = |(enabled, testing)| json!({"enabled": enabled, "testing": testing});
            plan.before.insert(id.clone(), shown(before));
            plan.after.insert(id.clone(), shown(after));
            let state = RuleState {
                enabled: after.0,
                testing: after.1,
                changed: clock::now(),
            };
            plan.states.push((id.clone(), state));
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_that_change_are_written_and_each_that_cannot_run_says_why() {
        let on = RuleState {
            enabled: true,
            testing: false,
            changed: clock::now(),
        };
        let known = Known {
            compiled: ["on", "off"].map(str::to_owned).into(),
            broken: ["broken".to_owned()].into(),
            states: [("on".to_owned(), on)].into(),
        };
        let ids = ["on", "off", "off", "broken", "gone"].map(str::to_owned);
        let change = RuleUpdate {
            enabled: Some(true),
            testing: None,
        };
        let plan = known.plan(&ids, &change);
        let written: Vec<&str> = plan.states.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(written, ["off"]);
        assert_eq!(
            Value::from(plan.after),
            json!({"off": {"enabled": true, "testing": false}})
        );
        let refused = |id: &str| known.refusal(id).map(|problem| problem.status().as_u16());
        assert_eq!(
            ["on", "off", "broken", "gone"].map(refused),
            [None, None, Some(409), Some(404)]
        );
    }
}
