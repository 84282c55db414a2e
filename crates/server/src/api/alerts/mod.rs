//! Alerts: what rules, and vendors' own products, found.

mod view;

use super::{
    Shared,
    caller::Viewer,
    dto::Text,
    extract::{Id, Query, one, side},
    page::{Page, PageQuery},
    problem::{Kind, Problem, ProblemBody},
};
use crate::app::App;
use axum::{Json, extract::State};
use detect::RuleInfo;
use model::{AlertId, Level, LocalText, NoEventReason, ProductId, Side, Time};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{AlertFilter, AlertTab, PageRequest};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use view::AlertDetail;
pub use view::Alert;

/// The routes of alerts.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(tabs)).routes(routes!(fetch))
}

/// Which alerts to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// `aggregate` (predefined rules and vendors' alerts), `custom`, or a product such as `alibaba/waf`.
    tab: Option<String>,
    /// Any of these levels.
    #[param(value_type = Vec<u8>)]
    level: Vec<Level>,
    /// `network` or `host`.
    #[param(value_type = Vec<String>)]
    side: Vec<Side>,
    /// The rule's id.
    rule: Vec<String>,
    /// A product it rests on; only without `tab`, which may be a product itself.
    #[param(value_type = Vec<String>)]
    product: Vec<ProductId>,
    /// A cloud account.
    account: Vec<String>,
    /// The value of an entity, exactly.
    entity: Vec<String>,
    /// Text in the title, or the alert's id.
    text: Option<String>,
    /// `in_event`, `no_event`, or why it is in none: `testing`, `whitelisted`, `vendor`, `no_policy`,
    /// `pattern_incomplete`.
    status: Option<String>,
    /// Not before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Time>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Time>,
}

impl AlertQuery {
    /// What the store is asked.
    fn split(self) -> Result<(AlertFilter, PageRequest), Problem> {
        let query = self;
        let tab = query.tab.as_deref().map(parse_tab).transpose()?;
        let product = one("product", query.product)?.map(AlertTab::Product);
        if tab.is_some() && product.is_some() && tab != product {
            return Err(Problem::new(Kind::BadRequest, "`product` and `tab` cannot be combined"));
        }
        let (in_event, no_event) = query.status.as_deref().map(parse_status).transpose()?.unwrap_or_default();
        let filter = AlertFilter {
            tab: tab.or(product),
            levels: query.level,
            side: side(&query.side),
            rule: one("rule", query.rule)?,
            account: one("account", query.account)?,
            entity: one("entity", query.entity)?,
            text: query.text.filter(|text| !text.is_empty()),
            in_event,
            no_event,
            from: query.from,
            until: query.to,
            ..AlertFilter::default()
        };
        Ok((filter, PageQuery { limit: query.limit, cursor: query.cursor }.into()))
    }
}

fn parse_tab(tab: &str) -> Result<AlertTab, Problem> {
    match tab {
        "aggregate" => Ok(AlertTab::Aggregate),
        "custom" => Ok(AlertTab::Custom),
        product => product
            .parse()
            .map(AlertTab::Product)
            .map_err(|_| Problem::new(Kind::BadRequest, format!("`{product}` is no tab of the alert page"))),
    }
}

/// Whether it is in an event, and why not.
fn parse_status(status: &str) -> Result<(Option<bool>, Option<NoEventReason>), Problem> {
    const REASONS: [NoEventReason; 5] = [
        NoEventReason::Testing,
        NoEventReason::Whitelisted,
        NoEventReason::Vendor,
        NoEventReason::NoPolicy,
        NoEventReason::PatternIncomplete,
    ];
    match status {
        "in_event" => Ok((Some(true), None)),
        "no_event" => Ok((Some(false), None)),
        reason => match REASONS.into_iter().find(|known| known.as_str() == reason) {
            Some(known) => Ok((None, Some(known))),
            None => Err(Problem::new(Kind::BadRequest, format!("`{reason}` is no status of an alert"))),
        },
    }
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
struct Tab {
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
    responses((status = 200, body = Vec<Tab>), (status = "default", body = ProblemBody))
)]
async fn tabs(_: Viewer, State(app): Shared) -> Result<Json<Vec<Tab>>, Problem> {
    let mut known = vec![
        (AlertTab::Aggregate, "aggregate".to_owned(), LocalText::new("Aggregate", "聚合告警")),
        (AlertTab::Custom, "custom".to_owned(), LocalText::new("Custom rules", "自定义规则告警")),
    ];
    for product in app.store.alert_product_list(&app.tenant).await? {
        let info = app.content.catalogue.product(&product);
        let title = info.map_or_else(|| LocalText::same(product.to_string()), |info| info.title().clone());
        known.push((AlertTab::Product(product.clone()), product.to_string(), title));
    }
    let first = PageRequest { limit: 1, cursor: None };
    let mut tabs = Vec::with_capacity(known.len());
    for (tab, name, title) in known {
        let filter = AlertFilter { tab: Some(tab), ..AlertFilter::default() };
        let page = app.store.alert_list(&app.tenant, &filter, &first).await?;
        tabs.push(Tab { tab: name, title: title.into(), count: page.total.value });
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
    let row = app.store.alert_fetch(&app.tenant, id).await?.ok_or_else(|| Problem::not_found(id))?;
    let rules = app.pipeline.rules();
    let rule = rules.set.rule(&row.alert.rule.id);
    let (rule_text, rule_changed) = rule_text(&app, &row.alert.rule, rule).await?;
    Ok(Json(AlertDetail::of(row, rule_text, rule_changed, &rules)))
}

/// The text of a rule as it was, where it is still known, and whether it was changed since.
async fn rule_text(app: &App, then: &model::RuleRef, now: Option<&RuleInfo>) -> Result<(String, bool), Problem> {
    if let Some(rule) = now.filter(|rule| rule.version == then.version) {
        return Ok((rule.text.clone(), false));
    }
    let earlier = app.store.custom_rule_history(&app.tenant, &then.id).await?;
    let text = earlier.into_iter().map(|rule| rule.text).find(|text| super::rules::version(text) == then.version);
    match (text, now) {
        (Some(text), _) => Ok((text, true)),
        (None, Some(rule)) => Ok((rule.text.clone(), true)),
        (None, None) => Ok((String::new(), true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_statuses_are_read() {
        let check = |tab: &str, expected: Option<AlertTab>| assert_eq!(parse_tab(tab).ok(), expected, "{tab}");
        check("aggregate", Some(AlertTab::Aggregate));
        check("alibaba/waf", "alibaba/waf".parse().ok().map(AlertTab::Product));
        check("everything", None);
        let check = |status: &str, expected| assert_eq!(parse_status(status).ok(), expected, "{status}");
        check("in_event", Some((Some(true), None)));
        check("whitelisted", Some((None, Some(NoEventReason::Whitelisted))));
        check("lost", None);
    }
}
