//! What the lists of entities can be asked, as the query string says it.

use crate::api::{
    page::PageQuery,
    problem::{Kind, Problem},
};
use model::{EntityKind, Time, limits::ALERT_RETENTION_DAYS};
use serde::Deserialize;
use store::{EntityFilter, EntitySort, PageRequest};
use utoipa::IntoParams;

/// Days told if nobody says how many.
const DAYS: u32 = 30;

/// Which entities to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EntityQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// One of the thirteen types.
    r#type: Option<String>,
    /// Text in the value.
    text: Option<String>,
    /// Only those known to be malicious, or only the others.
    malicious: Option<bool>,
    /// Only our assets, or only the others.
    asset: Option<bool>,
    /// Seen at or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// `-last_time`, `-alerts` or `-events`; `-last_time` if left out.
    sort: Option<String>,
}

impl EntityQuery {
    /// What the store is asked.
    pub fn split(self) -> Result<(EntityFilter, EntitySort, PageRequest), Problem> {
        let bad = |detail: String| Problem::new(Kind::BadRequest, detail);
        let sort = match self.sort.as_deref() {
            None | Some("-last_time") => EntitySort::Seen,
            Some("-alerts") => EntitySort::Alerts,
            Some("-events") => EntitySort::Events,
            Some(other) => return Err(bad(format!("entities cannot be sorted by `{other}`"))),
        };
        let kind = self.r#type.map(|code| {
            EntityKind::parse(&code).ok_or_else(|| bad(format!("`{code}` is no type of entity")))
        });
        let filter = EntityFilter {
            kind: kind.transpose()?,
            text: self.text.filter(|text| !text.is_empty()),
            malicious: self.malicious,
            asset: self.asset,
            since: self.since,
        };
        let page = PageQuery {
            limit: self.limit,
            cursor: self.cursor,
        };
        Ok((filter, sort, page.into()))
    }
}

/// How far back.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// Days, today (UTC) included: 1 … 180; 30 if left out.
    days: Option<u32>,
}

impl ActivityQuery {
    /// How many days to tell.
    pub fn days(&self) -> Result<u32, Problem> {
        let days = self.days.unwrap_or(DAYS);
        if (1..=ALERT_RETENTION_DAYS).contains(&days) {
            return Ok(days);
        }
        Err(Problem::new(
            Kind::BadRequest,
            format!("`days` is `{days}`, expected 1 to {ALERT_RETENTION_DAYS}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let split = |query: EntityQuery| query.split().ok();
        let by = |sort: &str| EntityQuery {
            sort: Some(sort.to_owned()),
            ..EntityQuery::default()
        };
        assert_eq!(
            split(by("-alerts")).map(|(_, sort, _)| sort),
            Some(EntitySort::Alerts)
        );
        assert_eq!(split(by("value")), None);
        let of = |code: &str| EntityQuery {
            r#type: Some(code.to_owned()),
            ..EntityQuery::default()
        };
        assert_eq!(
            split(of("ip")).and_then(|(filter, ..)| filter.kind),
            Some(EntityKind::Ip)
        );
        assert_eq!(split(of("planet")), None);
        let days = |days| ActivityQuery { days }.days().ok();
        assert_eq!(
            [days(None), days(Some(180)), days(Some(0)), days(Some(181))],
            [Some(30), Some(180), None, None]
        );
    }
}
