//! A feed as the server works with it: where it is, how it is read, how far it is trusted, and what was in it.

use intel::{Reading, list, misp, stix};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};
use utoipa::ToSchema;

/// Problems of a feed that are kept: enough to see what is wrong with it.
const PROBLEMS: usize = 50;
/// Reasons that are kept; a feed could invent any number.
const REASONS: usize = 50;

/// What a feed is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IntelFeedKind)]
pub enum Kind {
    /// A collection of a TAXII 2.1 server.
    Taxii,
    /// A folder with `manifest.json` and a file for each event.
    MispFeed,
    /// A STIX 2.1 bundle.
    Stix,
    /// MISP events.
    Misp,
    /// A list or a table.
    List,
}

/// How a feed is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IntelCredentials)]
pub enum Credentials {
    /// Without credentials.
    #[default]
    None,
    /// With a user and a password.
    Basic,
    /// With a token.
    Bearer,
    /// With a key in a header.
    Header,
}

/// How a list or table is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntelListLayout)]
pub struct Layout {
    /// What all values are: `ip`, `cidr`, `domain`, `url`, `md5`, `sha1` or `sha256`; each is recognised if absent.
    #[schema(value_type = Option<String>)]
    pub kind: Option<intel::Kind>,
    /// What separates columns; a comma if absent.
    #[schema(value_type = Option<String>)]
    pub separator: Option<char>,
    /// Where in a table things stand; absent for a list.
    pub columns: Option<Columns>,
}

/// Columns of a table, by name or by number from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IntelListColumns)]
pub struct Columns {
    /// The value.
    pub value: String,
    /// Names of malware or actor.
    pub name: Option<String>,
    /// What else it is called.
    pub label: Option<String>,
    /// How sure the feed is, 0 to 100.
    pub confidence: Option<String>,
    /// When it was first seen.
    pub first_seen: Option<String>,
    /// When it was last seen.
    pub last_seen: Option<String>,
    /// When it stops to hold.
    pub valid_until: Option<String>,
    /// Where to read more.
    pub reference: Option<String>,
}

/// What the row of a feed holds beside name and kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its address.
    pub url: Option<String>,
    /// Its path below the folder for feeds.
    pub path: Option<String>,
    /// How it is asked.
    pub credentials: Credentials,
    /// The user, or the name of the header.
    pub user: Option<String>,
    /// The collection of a TAXII server: id, alias or title.
    pub collection: Option<String>,
    /// How a list is read.
    pub layout: Layout,
    /// Minutes between two looks at it.
    pub interval_minutes: u32,
    /// How sure it is where it does not say.
    pub default_confidence: u8,
    /// From which confidence on its indicators make an entity malicious.
    pub tag_confidence: u8,
}

/// A feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// The rest.
    pub settings: Settings,
}

/// The row of a feed was written by another version.
#[derive(Debug, thiserror::Error)]
#[error("feed `{0}` cannot be read: it was set up by another version")]
pub struct FeedError(String);

/// What was in a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Indicators that are used.
    pub indicators: u64,
    /// Mistakes.
    pub problems: u64,
    /// The first of them.
    pub first: Vec<Mistake>,
    /// What is well-formed and not used, by reason.
    pub unused: BTreeMap<String, u64>,
}

/// A mistake in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IntelProblem)]
pub struct Mistake {
    /// Where.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl Feed {
    /// Reads a row.
    pub fn of(feed: &store::IntelFeed) -> Result<Self, FeedError> {
        let refuse = |_| FeedError(feed.name.clone());
        Ok(Self {
            id: feed.id.clone(),
            name: feed.name.clone(),
            kind: serde_json::from_value(serde_json::Value::String(feed.kind.clone())).map_err(refuse)?,
            settings: serde_json::from_value(feed.config.clone()).map_err(refuse)?,
        })
    }

    /// Whether it is fetched from somewhere, not uploaded.
    pub fn is_fetched(&self) -> bool {
        self.settings.url.is_some() || self.settings.path.is_some()
    }

    /// How long after it was last asked for it is asked for again; sooner and then slower if that went wrong.
    pub fn pause(&self, failures: u32) -> Duration {
        let interval = Duration::from_mins(u64::from(self.settings.interval_minutes.max(1)));
        match failures {
            0 => interval,
            _ => Duration::from_mins(1_u64 << failures.min(10)).min(interval),
        }
    }

    /// Reads what it said.
    pub fn read(&self, text: &[u8]) -> Reading {
        match self.kind {
            Kind::Taxii | Kind::Stix => stix::read(text),
            Kind::MispFeed | Kind::Misp => misp::read(text),
            Kind::List => list::read(text, &self.settings.layout.clone().into()),
        }
    }

    /// How far it is trusted.
    pub fn trust(&self) -> intel::Feed {
        intel::Feed {
            id: self.id.clone(),
            name: self.name.clone(),
            default_confidence: self.settings.default_confidence,
            tag_confidence: self.settings.tag_confidence,
        }
    }
}

impl From<Layout> for list::Layout {
    fn from(layout: Layout) -> Self {
        Self {
            kind: layout.kind,
            separator: layout.separator,
            columns: layout.columns.map(Into::into),
        }
    }
}

impl From<Columns> for list::Columns {
    fn from(columns: Columns) -> Self {
        Self {
            value: columns.value,
            name: columns.name,
            label: columns.label,
            confidence: columns.confidence,
            first_seen: columns.first_seen,
            last_seen: columns.last_seen,
            valid_until: columns.valid_until,
            reference: columns.reference,
        }
    }
}

impl From<&Reading> for Report {
    fn from(reading: &Reading) -> Self {
        let mistake = |problem: &intel::Problem| Mistake {
            place: problem.place.clone(),
            message: problem.message.clone(),
        };
        Self {
            indicators: reading.indicators.len() as u64,
            problems: reading.problems.len() as u64,
            first: reading.problems.iter().take(PROBLEMS).map(mistake).collect(),
            unused: reading
                .unused
                .iter()
                .take(REASONS)
                .map(|(reason, count)| (reason.clone(), *count))
                .collect(),
        }
    }
}
