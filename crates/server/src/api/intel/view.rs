//! Feeds as the API shows and takes them.

use crate::intel::{Credentials, Feed, Intel, Kind, Layout, Mistake, Report};
use connectors::Secret;
use model::Time;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use store::IntelFeedStatus;
use utoipa::ToSchema;

/// A feed and how it is doing.
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a word of its own in the answer"
)]
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntelFeed {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its address.
    pub url: Option<String>,
    /// Its path below the folder for feeds.
    pub path: Option<String>,
    /// How it is asked.
    pub credentials: Credentials,
    /// The user, or the name of the header.
    pub user: Option<String>,
    /// Whether there is a password, token or key. It is never shown.
    pub has_secret: bool,
    /// The collection of a TAXII server.
    pub collection: Option<String>,
    /// How a list is read.
    pub layout: Layout,
    /// Minutes between two looks at it.
    pub interval_minutes: u32,
    /// How sure it is where it does not say, 0 to 100.
    pub default_confidence: u8,
    /// From which confidence on its indicators make an entity malicious.
    pub tag_confidence: u8,
    /// Whether it is refreshed and used.
    pub enabled: bool,
    /// Whether it is fetched from somewhere; otherwise it is uploaded.
    pub fetched: bool,
    /// Whether somebody asked for it and it was not refreshed yet.
    pub refreshing: bool,
    /// When it was last asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_run: Option<Time>,
    /// When that last went well.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_good: Option<Time>,
    /// When it is asked for again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_run: Option<Time>,
    /// What went wrong last time.
    pub last_error: Option<String>,
    /// Indicators that are used.
    pub indicators: u64,
    /// Mistakes in it.
    pub problems: u64,
    /// The first of them.
    pub first_problems: Vec<Mistake>,
    /// What is well-formed and not used, by reason.
    pub unused: BTreeMap<String, u64>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
}

/// A feed to set up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIntelFeed {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its address. Either this or `path`.
    pub url: Option<String>,
    /// Its path below the folder that the configuration opens for feeds.
    pub path: Option<String>,
    /// How it is asked.
    #[serde(default)]
    pub credentials: Credentials,
    /// The user, or the name of the header.
    pub user: Option<String>,
    /// The password, token or key.
    #[schema(value_type = Option<String>, write_only)]
    pub secret: Option<Secret>,
    /// The collection of a TAXII server: id, alias or title. May be left out where there is only one.
    pub collection: Option<String>,
    /// How a list is read.
    #[serde(default)]
    pub layout: Layout,
    /// Minutes between two looks at it, 5 to 43,200; 60 if left out.
    pub interval_minutes: Option<u32>,
    /// How sure it is where it does not say, 0 to 100; 75 if left out.
    pub default_confidence: Option<u8>,
    /// From which confidence on its indicators make an entity malicious, 0 to 100; 70 if left out.
    pub tag_confidence: Option<u8>,
    /// Whether it is refreshed and used; yes if left out.
    pub enabled: Option<bool>,
}

/// What to change of a feed; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntelFeedChange {
    /// What it is called.
    pub name: Option<String>,
    /// Its address, for a feed that has one.
    pub url: Option<String>,
    /// Its path, for a feed that has one.
    pub path: Option<String>,
    /// How it is asked. `none` forgets the secret.
    pub credentials: Option<Credentials>,
    /// The user, or the name of the header.
    pub user: Option<String>,
    /// A new password, token or key.
    #[schema(value_type = Option<String>, write_only)]
    pub secret: Option<Secret>,
    /// The collection of a TAXII server; empty for the only one.
    pub collection: Option<String>,
    /// How a list is read.
    pub layout: Option<Layout>,
    /// Minutes between two looks at it.
    pub interval_minutes: Option<u32>,
    /// How sure it is where it does not say.
    pub default_confidence: Option<u8>,
    /// From which confidence on its indicators make an entity malicious.
    pub tag_confidence: Option<u8>,
    /// Whether it is refreshed and used.
    pub enabled: Option<bool>,
}

impl IntelFeed {
    /// A feed as it is now; nothing for one of another version.
    pub fn of(status: IntelFeedStatus, intel: &Intel) -> Option<Self> {
        let feed = Feed::of(&status.feed).ok()?;
        let report: Report = serde_json::from_value(status.report).unwrap_or_default();
        let fetched = feed.is_fetched();
        let pause: Duration = feed.pause(status.failures);
        let next_run = status
            .last_run
            .filter(|_| fetched && status.feed.enabled)
            .map(|last| last.plus(pause));
        let settings = feed.settings;
        Some(Self {
            refreshing: intel.wants(&feed.id),
            id: feed.id,
            name: feed.name,
            kind: feed.kind,
            url: settings.url,
            path: settings.path,
            credentials: settings.credentials,
            user: settings.user,
            has_secret: status.has_secret,
            collection: settings.collection,
            layout: settings.layout,
            interval_minutes: settings.interval_minutes,
            default_confidence: settings.default_confidence,
            tag_confidence: settings.tag_confidence,
            enabled: status.feed.enabled,
            fetched,
            last_run: status.last_run,
            last_good: status.last_good,
            next_run,
            last_error: status.last_error,
            indicators: report.indicators,
            problems: report.problems,
            first_problems: report.first,
            unused: report.unused,
            created_at: status.feed.created,
        })
    }
}
