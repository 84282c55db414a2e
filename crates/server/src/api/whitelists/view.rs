//! Whitelists as the API shows and takes them.

use crate::api::{
    dto::{Condition, name},
    extract::present,
};
use model::{
    Time,
    whitelist::{Whitelist as Model, WhitelistScope},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::WhitelistRow;
use utoipa::ToSchema;

/// One that hit nothing for so long may be of no use any more.
const UNUSED: Duration = Duration::from_hours(90 * 24);
/// One that ends within this time may have to be renewed.
const SOON: Duration = Duration::from_hours(7 * 24);

/// What a whitelist hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WhitelistScope)]
pub enum Scope {
    /// The alert is stored and gives no event.
    Event,
    /// Alerts of host agents only: stored as whitelisted, no event, no response.
    Alert,
}

impl From<Scope> for WhitelistScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Event => Self::Event,
            Scope::Alert => Self::Alert,
        }
    }
}

/// Why a whitelist should be looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewHint {
    /// It hit nothing for 90 days.
    Unused,
    /// It ends within seven days.
    ExpiresSoon,
    /// It has ended, and hides nothing.
    Expired,
}

/// A whitelist and how often it was hit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Whitelist {
    id: String,
    /// What it hides.
    #[schema(value_type = Scope)]
    scope: String,
    /// When it applies.
    condition: Condition,
    /// Why it is harmless.
    reason: String,
    /// Who says so.
    owner: String,
    /// When it ends; null if never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Time>,
    /// It is kept, and hides nothing until somebody resumes it.
    paused: bool,
    /// Alerts it kept out of events.
    hits: u64,
    /// When it last did.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_hit: Option<Time>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Why it should be looked at again.
    review: Vec<ReviewHint>,
    /// Counts up with each change: the `ETag` of this.
    version: u32,
}

impl Whitelist {
    /// As it stands at `now`.
    pub fn of(row: WhitelistRow, now: Time) -> Self {
        let review = hints(&row, now);
        let Model {
            id,
            scope,
            condition,
            reason,
            owner,
            expires_at,
        } = row.whitelist;
        Self {
            id,
            scope: name(&scope),
            condition: condition.into(),
            reason,
            owner,
            expires_at,
            paused: row.paused,
            hits: row.hits,
            last_hit: row.last_hit,
            created_at: row.created,
            review,
            version: row.version,
        }
    }
}

fn hints(row: &WhitelistRow, now: Time) -> Vec<ReviewHint> {
    let quiet = now.since(row.last_hit.unwrap_or(row.created));
    let expires = match row.whitelist.expires_at {
        Some(end) if end <= now => Some(ReviewHint::Expired),
        Some(end) if end <= now.plus(SOON) => Some(ReviewHint::ExpiresSoon),
        _ => None,
    };
    let unused = (quiet >= UNUSED && !row.paused).then_some(ReviewHint::Unused);
    expires.into_iter().chain(unused).collect()
}

/// A whitelist to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWhitelist {
    /// What it hides.
    pub scope: Scope,
    /// When it applies; names are those of `/whitelists/fields`.
    pub condition: Condition,
    /// Why it is harmless.
    pub reason: String,
    /// The user who says so; you if left out.
    #[serde(default)]
    pub owner: Option<String>,
    /// When it ends; never if null or left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Time>,
}

/// What to change of a whitelist; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(
    clippy::option_option,
    reason = "left out, null and a time are three different wishes"
)]
pub struct WhitelistUpdate {
    /// What it hides.
    pub scope: Option<Scope>,
    /// When it applies.
    pub condition: Option<Condition>,
    /// Why it is harmless.
    pub reason: Option<String>,
    /// The user who says so.
    pub owner: Option<String>,
    /// When it ends; null for never.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Option<Time>>,
    /// True: it is kept, and hides nothing until somebody resumes it.
    pub paused: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitelists_to_look_at_again() {
        let now = Time::from_secs(1_795_392_000);
        let day = |days: i64| Time::from_secs(1_795_392_000 + days * 86_400);
        let check = |created: i64, last_hit: Option<i64>, ends: Option<i64>, expected: &[ReviewHint]| {
            let whitelist = Model {
                id: "w".to_owned(),
                scope: WhitelistScope::Event,
                condition: model::Condition {
                    conditions: Vec::new(),
                    formula: None,
                },
                reason: String::new(),
                owner: String::new(),
                expires_at: ends.map(day),
            };
            let row = WhitelistRow {
                whitelist,
                created: day(created),
                hits: 0,
                last_hit: last_hit.map(day),
                paused: false,
                version: 1,
            };
            assert_eq!(hints(&row, now), expected, "{created} {last_hit:?} {ends:?}");
        };
        check(-89, None, None, &[]);
        check(-90, None, None, &[ReviewHint::Unused]);
        check(-200, Some(-1), None, &[]);
        check(-200, Some(-91), Some(8), &[ReviewHint::Unused]);
        check(-1, None, Some(7), &[ReviewHint::ExpiresSoon]);
        check(-95, None, Some(0), &[ReviewHint::Expired, ReviewHint::Unused]);
    }
}
