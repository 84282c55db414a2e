//! Log sources as the API shows them, and how each is doing.

use super::{by_sls, zone};
use crate::{
    api::{
        dto::{SourceState, Text, name},
        schema,
    },
    app::App,
    clock,
    cloud::SlsSource,
};
use model::{LocalText, Provider, SourceId, Time};
use normalise::Product;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{DeadLetterRow, SourceStatus};
use utoipa::ToSchema;

/// Bytes of a dead letter that a list shows.
const PREVIEW: usize = 2 * 1024;

/// A connected log source.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Source {
    /// `src_…`.
    id: String,
    /// The product whose log it is.
    product: String,
    /// What the product is called.
    title: Text,
    /// The cloud account its records belong to; null where each record says so itself.
    account: Option<String>,
    /// How its records come to us.
    method: Method,
    /// The connection it is read through.
    connection: Option<String>,
    /// Where it is read; empty where records are pushed.
    config: SourceConfig,
    /// The zone of times that carry none: `UTC`, or an offset such as `+08:00`.
    time_zone: String,
    /// Whether it is read.
    enabled: bool,
    /// How it is doing; one that is switched off waits.
    state: SourceState,
    /// When records last came.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Time>,
    /// What keeps it from being read.
    last_error: Option<Text>,
    /// What became of its records.
    counts_24h: Counts,
}

/// How records come to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Read from the cloud's log service.
    Sls,
    /// Sent to `/ingest/<provider>/<product>`.
    Push,
}

/// Where a log is read.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
struct SourceConfig {
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// The log store.
    #[serde(skip_serializing_if = "Option::is_none")]
    logstore: Option<String>,
    /// The region, where it is not the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

/// What became of records: `received = stored + duplicate + rejected + dead_letter`, but for what is on its way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Counts {
    /// The counters are per day (UTC); these are today's and yesterday's, counted since this time.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
    /// Records received.
    received: u64,
    /// Stored.
    stored: u64,
    /// Known already.
    duplicate: u64,
    /// Refused on arrival.
    rejected: u64,
    /// Not readable.
    dead_letter: u64,
    /// Bytes received.
    bytes: u64,
}

/// A product whose logs can be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceProduct {
    /// `<provider>/<product>`.
    product: String,
    /// What it is called.
    title: Text,
    /// The side of the wire its alerts are on.
    #[schema(schema_with = schema::side)]
    side: String,
    /// The kinds of log it writes.
    logs: Vec<LogKind>,
    /// How its records can come to us.
    methods: Vec<Method>,
    /// Where its log usually is, with `<account>` and `<region>` to be filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    prefill: Option<Prefill>,
}

/// A kind of log.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct LogKind {
    /// Its name within the product.
    name: String,
    /// What it is called.
    title: Text,
}

/// Where a log is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Prefill {
    /// The project.
    pub project: String,
    /// The log store.
    pub logstore: String,
}

/// A record that could not be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeadLetter {
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// The code of the reason.
    reason: String,
    /// What exactly was wrong.
    detail: String,
    /// The byte where it went wrong.
    offset: Option<u64>,
    /// How it begins; bytes that are no text are replaced.
    raw_preview: String,
    /// How many bytes it has.
    raw_length: u64,
}

/// How a source is doing; one that is switched off waits.
fn state(status: &SourceStatus, now: Time) -> SourceState {
    if status.source.enabled {
        SourceState::of(status, now)
    } else {
        SourceState::Waiting
    }
}

impl Counts {
    fn none(since: Time) -> Self {
        Self {
            since,
            received: 0,
            stored: 0,
            duplicate: 0,
            rejected: 0,
            dead_letter: 0,
            bytes: 0,
        }
    }

    /// The counts of every source that has any.
    pub async fn by_source(app: &App) -> Result<HashMap<SourceId, Self>, store::Error> {
        let today = clock::now().day();
        let mut counts = HashMap::new();
        for day in app.store.source_day_list(&app.tenant, today - 1, today).await? {
            let sum = counts
                .entry(day.source)
                .or_insert_with(|| Self::none(yesterday()));
            sum.received += day.received;
            sum.stored += day.stored;
            sum.duplicate += day.duplicate;
            sum.rejected += day.rejected;
            sum.dead_letter += day.dead_letter;
            sum.bytes += day.bytes;
        }
        Ok(counts)
    }
}

fn yesterday() -> Time {
    Time::from_millis((clock::now().day() - 1) * model::time::DAY_MS)
}

impl Source {
    /// A source as it is shown.
    pub fn new(app: &App, status: SourceStatus, counts: &HashMap<SourceId, Counts>) -> Self {
        let state = state(&status, clock::now());
        let SourceStatus {
            source,
            last_seen,
            last_error,
        } = status;
        let product = app.content.catalogue.product(&source.product);
        let title = product.map_or_else(
            || LocalText::same(source.product.to_string()),
            |product| product.title().clone(),
        );
        Self {
            id: source.id.to_string(),
            product: source.product.to_string(),
            title: title.into(),
            account: source.account,
            method: if source.connection.is_some() {
                Method::Sls
            } else {
                Method::Push
            },
            connection: source.connection,
            config: config(&source.config),
            time_zone: zone::show(source.utc_offset_minutes),
            enabled: source.enabled,
            state,
            last_seen,
            last_error: last_error.map(|(at, error)| failing(at, &error)),
            counts_24h: counts
                .get(&source.id)
                .cloned()
                .unwrap_or_else(|| Counts::none(yesterday())),
        }
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

fn config(stored: &serde_json::Value) -> SourceConfig {
    serde_json::from_value(stored.clone()).map_or_else(
        |_| SourceConfig::default(),
        |sls: SlsSource| SourceConfig {
            project: Some(sls.project),
            logstore: Some(sls.logstore),
            region: sls.region,
        },
    )
}

fn failing(at: Time, error: &str) -> Text {
    let en = format!("It cannot be read since {at}: {error}");
    let zh = format!("自 {at} 起无法读取：{error}");
    Text { en, zh }
}

impl SourceProduct {
    /// A product as it is shown.
    pub fn new(product: &Product) -> Self {
        let id = product.id();
        let log = |log: &normalise::LogInfo| LogKind {
            name: log.kind.name.clone(),
            title: log.title.clone().into(),
        };
        let usual = |project: &str, logstore: &str| {
            Some(Prefill {
                project: project.to_owned(),
                logstore: logstore.to_owned(),
            })
        };
        Self {
            product: id.to_string(),
            title: product.title().clone().into(),
            side: name(&product.side()),
            logs: product.logs().iter().map(log).collect(),
            methods: if by_sls(id) {
                vec![Method::Sls, Method::Push]
            } else {
                vec![Method::Push]
            },
            prefill: match (id.provider, id.product.as_str()) {
                (Provider::Alibaba, "waf") => usual("wafnew-project-<account>-<region>", "wafnew-logstore"),
                (Provider::Alibaba, "security_center") => usual("sas-log-<account>-<region>", "sas-log"),
                _ => None,
            },
        }
    }
}

impl From<DeadLetterRow> for DeadLetter {
    fn from(row: DeadLetterRow) -> Self {
        let shown = &row.letter.raw[..row.letter.raw.len().min(PREVIEW)];
        Self {
            at: row.letter.received,
            reason: row.letter.reason,
            detail: row.letter.detail,
            offset: row.letter.offset,
            raw_preview: String::from_utf8_lossy(shown).into_owned(),
            raw_length: row.raw_length,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_configuration_of_a_log_store_is_shown() {
        let check = |stored: &str, project: Option<&str>| {
            let shown = config(&serde_json::from_str(stored).unwrap());
            assert_eq!(shown.project.as_deref(), project, "{stored}");
        };
        check(r#"{"project": "proj", "logstore": "store"}"#, Some("proj"));
        check("{}", None);
    }
}
