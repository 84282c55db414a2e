//! Alerts: what rules, and vendors' own products, found.

mod members;
mod query;
mod view;

use super::{
    Shared,
    caller::Viewer,
    dto::Text,
    extract::{Id, Query},
    page::Page,
    problem::{Problem, ProblemBody},
};
use crate::app::App;
use axum::{Json, extract::State};
use detect::RuleInfo;
use model::{AlertId, LocalText};
use query::AlertQuery;
use serde::Serialize;
use std::sync::Arc;
use store::{AlertFilter, AlertTab, PageRequest};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
pub use view::Alert;
use view::AlertDetail;

/// The routes of alerts.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(tabs))
        .routes(routes!(fetch))
}

/// List alerts, newest first.
#[utoipa::path(
    get, path = "/alerts", operation_id = "list_alerts", tag = "alerts", params(AlertQuery),
    responses((status = 200, body = Page<Alert>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    let (filter, page) = query.split()?;
    let page = app.store.alert_list(&app.tenant, &filter, &page).await?;
    let rules = app.pipeline.rules();
    Ok(Json(Page::of(page, |row| Alert::of_row(row, &rules))))
}

/// A tab of the alert page.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AlertTab)]
struct AlertTabItem {
    /// What `tab` is to be when the list is asked for.
    tab: String,
    /// What it is called.
    title: Text,
    /// Its alerts; 10,000 stands for any number above.
    count: u64,
}

/// List the tabs of the alert page: aggregate, custom, and one for each product that has alerts.
#[utoipa::path(
    get, path = "/alerts/tabs", operation_id = "list_alert_tabs", tag = "alerts",
    responses((status = 200, body = Vec<AlertTabItem>), (status = "default", body = ProblemBody))
)]
async fn tabs(_: Viewer, State(app): Shared) -> Result<Json<Vec<AlertTabItem>>, Problem> {
    let mut known = vec![
        (
            AlertTab::Aggregate,
            "aggregate".to_owned(),
            LocalText::new("Aggregate", "聚合告警"),
        ),
        (
            AlertTab::Custom,
            "custom".to_owned(),
            LocalText::new("Custom rules", "自定义规则告警"),
        ),
    ];
    for product in app.store.alert_product_list(&app.tenant).await? {
        let info = app.content.catalogue.product(&product);
        let title = info.map_or_else(
            || LocalText::same(product.to_string()),
            |info| info.title().clone(),
        );
        known.push((AlertTab::Product(product.clone()), product.to_string(), title));
    }
    let first = PageRequest {
        limit: 1,
        cursor: None,
    };
    let mut tabs = Vec::with_capacity(known.len());
    for (tab, name, title) in known {
        let filter = AlertFilter {
            tab: Some(tab),
            ..AlertFilter::default()
        };
        let page = app.store.alert_list(&app.tenant, &filter, &first).await?;
        tabs.push(AlertTabItem {
            tab: name,
            title: title.into(),
            count: page.total.value,
        });
    }
    Ok(Json(tabs))
}

/// Fetch an alert with its evidence.
#[utoipa::path(
    get, path = "/alerts/{id}", operation_id = "fetch_alert", tag = "alerts",
    params(("id" = String, Path, description = "`alt_…`")),
    responses((status = 200, body = AlertDetail), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared, Id(id): Id<AlertId>) -> Result<Json<AlertDetail>, Problem> {
    let row = app
        .store
        .alert_fetch(&app.tenant, id)
        .await?
        .ok_or_else(|| Problem::not_found(id))?;
    let rules = app.pipeline.rules();
    let rule = rules.set.rule(&row.alert.rule.id);
    let (rule_text, rule_changed) = rule_text(&app, &row.alert.rule, rule).await?;
    Ok(Json(AlertDetail::of(row, rule_text, rule_changed, &rules)))
}

/// The text of a rule as it was, where it is still known, and whether it was changed since.
async fn rule_text(
    app: &App,
    then: &model::RuleRef,
    now: Option<&RuleInfo>,
) -> Result<(String, bool), Problem> {
    if let Some(rule) = now.filter(|rule| rule.version == then.version) {
        return Ok((rule.text.clone(), false));
    }
    let earlier = app.store.custom_rule_history(&app.tenant, &then.id).await?;
    let text = earlier
        .into_iter()
        .map(|rule| rule.text)
        .find(|text| super::rules::version(text) == then.version);
    match (text, now) {
        (Some(text), _) => Ok((text, true)),
        (None, Some(rule)) => Ok((rule.text.clone(), true)),
        (None, None) => Ok((String::new(), true)),
    }
}
