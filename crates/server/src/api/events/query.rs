//! Which events to list, as the query string says it.

use crate::api::{
    extract::{one, side},
    page::PageQuery,
    problem::{Kind, Problem},
};
use model::{EventStatus, Level, ProductId, Provider, Side, Time};
use serde::Deserialize;
use store::{EventFilter, EventSort, PageRequest};
use utoipa::IntoParams;

/// Which events to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Any of these statuses.
    #[param(value_type = Vec<String>)]
    status: Vec<EventStatus>,
    /// Any of these levels.
    #[param(value_type = Vec<u8>)]
    level: Vec<Level>,
    /// `network` or `host`.
    #[param(value_type = Vec<String>)]
    side: Vec<Side>,
    /// A cloud account it touches.
    account: Vec<String>,
    /// A product whose records it rests on.
    #[param(value_type = Vec<String>)]
    product: Vec<ProductId>,
    /// The provider of one.
    #[param(value_type = Vec<String>)]
    provider: Vec<Provider>,
    /// The id of a rule that raised one of its alerts.
    rule: Vec<String>,
    /// An ATT&CK tactic, by its short name.
    tactic: Vec<String>,
    /// A tag.
    tag: Vec<String>,
    /// The value of an entity, exactly.
    entity: Vec<String>,
    /// Text in the title, or the event's id.
    text: Option<String>,
    /// Who handles it; `none` for events nobody handles.
    owner: Vec<String>,
    /// Its last alert is not before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Time>,
    /// Its first alert is before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Time>,
    /// Changed at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<Time>,
    /// `-level` (then the latest first), `-score` or `-last_time`; `-level` if left out.
    sort: Option<String>,
}

impl EventQuery {
    /// What the store is asked.
    pub fn split(self) -> Result<(EventFilter, EventSort, PageRequest), Problem> {
        let sort = match self.sort.as_deref() {
            None | Some("-level") => EventSort::Level,
            Some("-score") => EventSort::Score,
            Some("-last_time") => EventSort::Time,
            Some(other) => {
                return Err(Problem::new(
                    Kind::BadRequest,
                    format!("events cannot be sorted by `{other}`"),
                ));
            }
        };
        let filter = EventFilter {
            statuses: self.status,
            levels: self.level,
            side: side(&self.side),
            account: one("account", self.account)?,
            product: one("product", self.product)?,
            provider: one("provider", self.provider)?,
            rule: one("rule", self.rule)?,
            tactic: one("tactic", self.tactic)?,
            tag: one("tag", self.tag)?,
            entity: one("entity", self.entity)?,
            entity_key: None,
            text: self.text.filter(|text| !text.is_empty()),
            owner: one("owner", self.owner)?.map(|owner| (owner != "none").then_some(owner)),
            from: self.from,
            until: self.to,
            updated_since: self.updated_since,
        };
        Ok((
            filter,
            sort,
            PageQuery {
                limit: self.limit,
                cursor: self.cursor,
            }
            .into(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_becomes_a_filter() {
        let query = EventQuery {
            owner: vec!["none".to_owned()],
            side: vec![Side::Host, Side::Network],
            text: Some(String::new()),
            sort: Some("-last_time".to_owned()),
            limit: Some(1_000),
            ..EventQuery::default()
        };
        let (filter, sort, page) = query.split().unwrap_or_else(|problem| panic!("{problem:?}"));
        assert_eq!(
            filter,
            EventFilter {
                owner: Some(None),
                ..EventFilter::default()
            }
        );
        assert_eq!((sort, page.limit), (EventSort::Time, 200));
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let check = |query: EventQuery| assert!(query.split().is_err());
        check(EventQuery {
            sort: Some("title".to_owned()),
            ..EventQuery::default()
        });
        check(EventQuery {
            tactic: vec!["impact".to_owned(), "discovery".to_owned()],
            ..EventQuery::default()
        });
    }
}
