//! Rules from a file: each is told whether it was taken in, and why not.

use super::{
    announce,
    compile::{RuleText, compile_apart},
    custom::{accept, newest, write},
    split::{Part, split},
};
use crate::{
    api::{
        Shared,
        caller::Admin,
        extract::Body,
        problem::{Kind, Place, Problem, ProblemBody},
    },
    app::App,
};
use axum::{Json, extract::State};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Rules of one file.
const MOST: usize = 500;

/// What became of a file of rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleImport {
    /// How many rules were saved; they are off until they are switched on.
    accepted: u64,
    /// Each rule, in the order of the file.
    rules: Vec<ImportedRule>,
}

/// What became of a rule of a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportedRule {
    /// Its line in the file, from 1.
    line: usize,
    /// Its Sigma id, if it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// It was saved.
    accepted: bool,
    /// Why not; `place` is `line:column` of the file.
    errors: Vec<Place>,
}

/// Save the rules of a YAML file as the user's own. One that is refused stops no other.
#[utoipa::path(
    post, path = "/rules:import", operation_id = "import_rules", tag = "rules", request_body = RuleText,
    responses((status = 200, body = RuleImport), (status = "default", body = ProblemBody))
)]
pub async fn import(
    Admin(caller): Admin,
    State(app): Shared,
    Body(file): Body<RuleText>,
) -> Result<Json<RuleImport>, Problem> {
    let parts = split(&file.text);
    if parts.is_empty() || parts.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("expected 1 to {MOST} rules in the file, found {}", parts.len()),
        ));
    }
    let (mut rules, mut taken) = (Vec::with_capacity(parts.len()), BTreeSet::new());
    for part in parts {
        let judged = judge(&app, &part, &mut taken).await?;
        if let Ok(id) = &judged {
            write(&app, &caller, ("rule.import", id), &part.text, false).await?;
        }
        rules.push(ImportedRule {
            line: part.line,
            accepted: judged.is_ok(),
            id: judged.as_ref().ok().cloned(),
            errors: judged.err().unwrap_or_default(),
        });
    }
    let accepted = rules.iter().filter(|rule| rule.accepted).count() as u64;
    if accepted > 0 {
        announce(&app).await?;
    }
    Ok(Json(RuleImport { accepted, rules }))
}

/// The id of a rule that can be saved, or why it cannot; a failure of the server ends it all.
async fn judge(
    app: &App,
    part: &Part,
    taken: &mut BTreeSet<String>,
) -> Result<Result<String, Vec<Place>>, Problem> {
    let info = match accept(compile_apart(app, &part.in_place).await?) {
        Ok(info) => info,
        Err(problem) => return Ok(Err(problem.places().to_vec())),
    };
    let known = app.pipeline.rules().set.rule(&info.id).is_some() || newest(app, &info.id).await?.is_some();
    if known || !taken.insert(info.id.clone()) {
        return Ok(Err(vec![Place {
            place: format!("{}:1", part.line),
            message: format!("there is already a rule `{}`", info.id),
        }]));
    }
    Ok(Ok(info.id))
}
