//! What a backtest says, with the names of the API's document.

use crate::{
    api::{dto::Text, schema},
    backtest::Tested,
};
use model::{Level, Time};
use serde::Serialize;
use utoipa::ToSchema;

/// What a rule would have made of what came in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleBacktest {
    /// All records of the days were looked at; otherwise it took too long, and the oldest ones were.
    complete: bool,
    /// Records looked at.
    records: u64,
    /// Records that could not be read.
    unread: u64,
    /// Alerts it would have raised.
    alerts: u64,
    /// Matches left out as repeats.
    suppressed: u64,
    /// Events the alerts would have become.
    events: u64,
    /// Days with records, in order, UTC.
    days: Vec<BacktestDay>,
    /// The entities in the most alerts.
    entities: Vec<BacktestEntity>,
    /// Some of the alerts.
    samples: Vec<BacktestAlert>,
    /// The events that matter most.
    top_events: Vec<BacktestEvent>,
    /// Whether the budget was kept, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<BacktestBudget>,
}

/// A day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BacktestDay {
    /// Such as `2025-09-03`.
    day: String,
    /// Records read.
    records: u64,
    /// Alerts raised.
    alerts: u64,
    /// Events opened.
    events: u64,
}

/// An entity and the alerts it is in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BacktestEntity {
    /// Its kind and value, as `ip:203.0.113.7`.
    entity: String,
    /// Alerts it is in.
    alerts: u64,
    /// The count is exact, and not just a bound.
    exact: bool,
}

/// An alert that would have been raised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BacktestAlert {
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    time: Time,
    /// What happened.
    title: Text,
    /// Its entities, as `ip:203.0.113.7`.
    entities: Vec<String>,
    /// The start of its last record.
    raw: String,
}

/// An event that would have followed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BacktestEvent {
    /// What happened.
    title: Text,
    /// How bad.
    #[schema(schema_with = schema::level)]
    level: Level,
    /// When its first record happened.
    #[schema(value_type = String, format = DateTime)]
    first_time: Time,
    /// Its alerts, repeats folded.
    alerts: u64,
}

/// Whether a budget was kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BacktestBudget {
    /// Alerts there may be on any one day.
    limit: u64,
    /// Alerts on the worst day.
    most: u64,
    /// The worst day; none if there was no alert.
    day: Option<String>,
    /// There were more than there may be.
    exceeded: bool,
}

impl RuleBacktest {
    /// As the workbench has it.
    pub fn of(Tested { report, complete }: &Tested) -> Self {
        let report = report.clone();
        let days = report.days.into_iter().map(|day| BacktestDay {
            day: day.day,
            records: day.records,
            alerts: day.alerts,
            events: day.events,
        });
        let entities = report.entities.into_iter().map(|counted| BacktestEntity {
            entity: format!("{}:{}", counted.kind.code(), counted.value),
            alerts: counted.alerts,
            exact: counted.exact,
        });
        let samples = report.samples.into_iter().map(|alert| BacktestAlert {
            time: alert.time,
            title: alert.title.into(),
            entities: alert.entities,
            raw: alert.raw,
        });
        let events = report.top_events.into_iter().map(|event| BacktestEvent {
            title: event.title.into(),
            level: event.level,
            first_time: event.first_time,
            alerts: event.alerts,
        });
        let mut verdicts = report.verdicts.into_iter();
        Self {
            complete: *complete,
            records: report.records.received,
            unread: report.records.unread,
            alerts: report.alerts,
            suppressed: report.suppressed,
            events: report.events,
            days: days.collect(),
            entities: entities.collect(),
            samples: samples.collect(),
            top_events: events.collect(),
            budget: verdicts.next().map(|verdict| BacktestBudget {
                limit: verdict.limit,
                most: verdict.most,
                day: verdict.day,
                exceeded: verdict.exceeded,
            }),
        }
    }
}
