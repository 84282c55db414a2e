//! The rules there are, predefined and the user's own.

use super::view::{Rule, RuleDetail, Shelf};
use crate::api::{
    Shared,
    caller::Viewer,
    extract::{Id, Query},
    page::{Page, PageQuery},
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};
use model::{Origin, ProductId};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Who wrote a rule, for filters: rules that import a vendor's alerts come with the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Author {
    Predefined,
    Custom,
}

/// Which rules to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RuleQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Text in the title or the description, or a technique, or the rule's id.
    text: Option<String>,
    /// Rules of the product or of users.
    #[param(inline)]
    origin: Option<Author>,
    /// Those that are on, or those that are off.
    enabled: Option<bool>,
    /// Any of these categories.
    category: Vec<String>,
    /// Those that read a log of any of these products.
    #[param(value_type = Vec<String>)]
    product: Vec<ProductId>,
}

impl RuleQuery {
    fn wants(&self, rule: &Rule) -> bool {
        let author = if rule.origin == Origin::Custom { Author::Custom } else { Author::Predefined };
        let products = || self.product.iter().any(|product| rule.products.contains(&product.to_string()));
        self.origin.is_none_or(|wanted| wanted == author)
            && self.enabled.is_none_or(|wanted| wanted == rule.enabled)
            && (self.category.is_empty() || self.category.contains(&rule.category))
            && (self.product.is_empty() || products())
            && self.text.as_deref().is_none_or(|text| has_text(rule, text))
    }
}

fn has_text(rule: &Rule, text: &str) -> bool {
    let text = text.to_lowercase();
    let places = [&rule.title.en, &rule.title.zh, &rule.description.en, &rule.description.zh, &rule.id];
    let mut all = places.into_iter().chain(&rule.techniques).chain(&rule.tactics);
    all.any(|place| place.to_lowercase().contains(&text))
}

/// List rules, those that cannot run and the worst first.
#[utoipa::path(
    get, path = "/rules", operation_id = "list_rules", tag = "rules", params(RuleQuery),
    responses((status = 200, body = Page<Rule>), (status = "default", body = ProblemBody))
)]
pub async fn list(_: Viewer, State(app): Shared, Query(query): Query<RuleQuery>) -> Result<Json<Page<Rule>>, Problem> {
    let mut rules = Shelf::read(&app).await?.all(&app.content.catalogue);
    rules.retain(|rule| query.wants(rule));
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    Ok(Json(Page::cut(rules, page, |rule| rule.id.clone())?))
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
