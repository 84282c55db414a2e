//! Which alerts to list, as the query string says it.

use crate::api::{
    extract::{one, side},
    page::PageQuery,
    problem::{Kind, Problem},
};
use model::{Level, NoEventReason, ProductId, Side, Time};
use serde::Deserialize;
use store::{AlertFilter, AlertTab, PageRequest};
use utoipa::IntoParams;

/// Which alerts to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
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
    pub fn split(self) -> Result<(AlertFilter, PageRequest), Problem> {
        let query = self;
        let tab = query.tab.as_deref().map(parse_tab).transpose()?;
        let product = one("product", query.product)?.map(AlertTab::Product);
        if tab.is_some() && product.is_some() && tab != product {
            return Err(Problem::new(
                Kind::BadRequest,
                "`product` and `tab` cannot be combined",
            ));
        }
        let (in_event, no_event) = query
            .status
            .as_deref()
            .map(parse_status)
            .transpose()?
            .unwrap_or_default();
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
        Ok((
            filter,
            PageQuery {
                limit: query.limit,
                cursor: query.cursor,
            }
            .into(),
        ))
    }
}

fn parse_tab(tab: &str) -> Result<AlertTab, Problem> {
    match tab {
        "aggregate" => Ok(AlertTab::Aggregate),
        "custom" => Ok(AlertTab::Custom),
        product => product.parse().map(AlertTab::Product).map_err(|_| {
            Problem::new(
                Kind::BadRequest,
                format!("`{product}` is no tab of the alert page"),
            )
        }),
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
            None => Err(Problem::new(
                Kind::BadRequest,
                format!("`{reason}` is no status of an alert"),
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_statuses_are_read() {
        let check =
            |tab: &str, expected: Option<AlertTab>| assert_eq!(parse_tab(tab).ok(), expected, "{tab}");
        check("aggregate", Some(AlertTab::Aggregate));
        check("alibaba/waf", "alibaba/waf".parse().ok().map(AlertTab::Product));
        check("everything", None);
        let check = |status: &str, expected| assert_eq!(parse_status(status).ok(), expected, "{status}");
        check("in_event", Some((Some(true), None)));
        check("whitelisted", Some((None, Some(NoEventReason::Whitelisted))));
        check("lost", None);
    }
}
