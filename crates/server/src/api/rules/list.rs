//! The rules there are, predefined and the user's own.

use super::{
    query::RuleQuery,
    view::{Rule, RuleDetail, Shelf},
};
use crate::api::{
    Shared,
    caller::Viewer,
    extract::{Id, Query},
    page::Page,
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};

/// List rules, those that cannot run and the worst first.
#[utoipa::path(
    get, path = "/rules", operation_id = "list_rules", tag = "rules", params(RuleQuery),
    responses((status = 200, body = Page<Rule>), (status = "default", body = ProblemBody))
)]
pub async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<RuleQuery>,
) -> Result<Json<Page<Rule>>, Problem> {
    let mut rules = Shelf::read(&app).await?.all(&app.content.catalogue);
    rules.retain(|rule| query.wants(rule));
    Ok(Json(Page::cut(rules, query.page(), |rule| rule.id.clone())?))
}

/// Fetch a rule with its text.
#[utoipa::path(
    get, path = "/rules/{id}", operation_id = "fetch_rule", tag = "rules",
    params(("id" = String, Path, description = "the rule's Sigma id")),
    responses((status = 200, body = RuleDetail), (status = "default", body = ProblemBody))
)]
pub async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<String>) -> Result<Json<RuleDetail>, Problem> {
    let shelf = Shelf::read(&app).await?;
    let rules = app.pipeline.rules();
    let found = match rules.set.rule(&id) {
        Some(info) => Some(shelf.detail(info, &app.content.catalogue)),
        None => shelf.broken_detail(&id, &app.content.catalogue),
    };
    found.map(Json).ok_or_else(|| Problem::not_found(&id))
}
