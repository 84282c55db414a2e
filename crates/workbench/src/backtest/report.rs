//! What a backtest says.

use model::{Aggregation, EntityKind, Level, Role, Time};
use serde::Serialize;

/// How much noise rules may make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Alerts on any one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts_per_day: Option<u64>,
    /// New events on any one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_per_day: Option<u64>,
}

/// Whether rules kept to a budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was counted: `alerts/day` or `events/day`.
    pub what: &'static str,
    /// How many there may be.
    pub limit: u64,
    /// How many there were on the worst day.
    pub most: u64,
    /// The worst day; none if there was none at all.
    pub day: Option<String>,
    /// There were more than there may be.
    pub exceeded: bool,
}

/// What rules made of old logs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BacktestReport {
    /// The records.
    pub records: RecordCount,
    /// When the first of them happened.
    pub first: Option<Time>,
    /// When the last of them happened.
    pub last: Option<Time>,
    /// Alerts raised.
    pub alerts: u64,
    /// Matches left out as repeats, or inside windows that had fired.
    pub suppressed: u64,
    /// Security events the alerts would have become.
    pub events: u64,
    /// Days with records, alerts or events, in order.
    pub days: Vec<DayCount>,
    /// Every rule that ran, those with the most alerts first.
    pub rules: Vec<RuleCount>,
    /// The entities in the most alerts.
    pub entities: Vec<EntityCount>,
    /// Some alerts of each rule.
    pub samples: Vec<AlertSample>,
    /// The events that matter most.
    pub top_events: Vec<EventSample>,
    /// Whether the budget was kept, for each part of it.
    pub verdicts: Vec<Verdict>,
}

impl BacktestReport {
    /// Whether some part of the budget was exceeded.
    pub fn exceeded(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.exceeded)
    }
}

/// What became of records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordCount {
    /// Handed in.
    pub received: u64,
    /// Read and asked.
    pub read: u64,
    /// Had come before.
    pub duplicate: u64,
    /// Could not be read.
    pub unread: u64,
    /// The first of those, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_because: Option<String>,
}

/// A day, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// Such as `2025-09-03`.
    pub day: String,
    /// Records read.
    pub records: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Events opened.
    pub events: u64,
}

/// A rule and its alerts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// Alerts it raised.
    pub alerts: u64,
    /// The most on one day.
    pub most_per_day: u64,
}

/// An entity and the alerts it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityCount {
    /// Its kind.
    pub kind: EntityKind,
    /// Its value.
    pub value: String,
    /// Its part in the first alert.
    pub role: Role,
    /// Alerts it is in; at most so many if there were more entities than are kept count of.
    pub alerts: u64,
    /// The count is exact.
    pub exact: bool,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertSample {
    /// Its id.
    pub id: String,
    /// The rule's id.
    pub rule: String,
    /// When it happened.
    pub time: Time,
    /// How bad.
    pub level: Level,
    /// What happened.
    pub title: model::LocalText,
    /// Its entities, as `kind:value`.
    pub entities: Vec<String>,
    /// What matched in its last record, as field and value.
    pub matched: Vec<(String, String)>,
    /// The start of its last record.
    pub raw: String,
    /// The event it would be in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventSample {
    /// Its id.
    pub id: String,
    /// What happened.
    pub title: model::LocalText,
    /// How bad.
    pub level: Level,
    /// How it was put together.
    pub method: Aggregation,
    /// When its first record happened.
    pub first_time: Time,
    /// When its last record happened.
    pub last_time: Time,
    /// Its alerts, repeats folded.
    pub alerts: u64,
}
