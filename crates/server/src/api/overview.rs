//! The overview: what waits for someone, what came in, and whether anything is wrong with the watch itself.

use super::{
    Shared,
    caller::Viewer,
    dto::SourceState,
    problem::{Problem, ProblemBody},
};
use crate::{app::App, clock, setup};
use axum::{Json, extract::State};
use model::{EventStatus, Level, Time, lease::LeaseState};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use store::{AlertFilter, EventCounts, EventFilter, LeaseFilter, PageRequest};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The route of the overview.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(fetch))
}

/// What there is to know at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct Overview {
    /// Unhandled events by level, `1` … `5`.
    events_by_level: BTreeMap<String, u64>,
    /// Events by status.
    events_by_status: BTreeMap<String, u64>,
    /// From records to events.
    funnel_24h: Funnel,
    /// Blocks that are in force.
    active_blocks: u64,
    /// How the connected sources are doing.
    sources: Sources,
    /// Automatic response is paused.
    response_paused: bool,
}

/// How many records became how many alerts became how many events.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct Funnel {
    /// Since when: records are counted by day (UTC), so this is where the previous day began.
    #[schema(value_type = String, format = DateTime)]
    since: Time,
    /// Records that were read.
    records: u64,
    /// Alerts; 10,000 stands for any number above.
    alerts: u64,
    /// Events with alerts.
    events: u64,
}

/// How many sources are doing how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
struct Sources {
    /// Records come.
    ok: u64,
    /// No record has come yet.
    waiting: u64,
    /// None for a quarter of an hour.
    late: u64,
    /// None for a day.
    silent: u64,
    /// They cannot be read.
    failing: u64,
}

impl Sources {
    fn count(states: impl Iterator<Item = SourceState>) -> Self {
        let mut sources = Self::default();
        for state in states {
            *match state {
                SourceState::Ok => &mut sources.ok,
                SourceState::Waiting => &mut sources.waiting,
                SourceState::Late => &mut sources.late,
                SourceState::Silent => &mut sources.silent,
                SourceState::Failing => &mut sources.failing,
            } += 1;
        }
        sources
    }
}

/// Fetch the overview.
#[utoipa::path(
    get, path = "/overview", operation_id = "fetch_overview", tag = "overview",
    responses((status = 200, body = Overview), (status = "default", body = ProblemBody))
)]
async fn fetch(_: Viewer, State(app): Shared) -> Result<Json<Overview>, Problem> {
    let now = clock::now();
    let counts = app
        .store
        .event_counts(&app.tenant, &EventFilter::default(), now)
        .await?;
    let sources = app.store.source_list(&app.tenant).await?;
    let sources = sources.iter().filter(|status| status.source.enabled);
    let active = LeaseFilter {
        states: vec![LeaseState::Active],
        ..LeaseFilter::default()
    };
    Ok(Json(Overview {
        events_by_level: by_level(&counts),
        events_by_status: by_status(&counts),
        funnel_24h: funnel(&app, now).await?,
        active_blocks: app.store.lease_list(&app.tenant, &active).await?.len() as u64,
        sources: Sources::count(sources.map(|status| SourceState::of(status, now))),
        response_paused: setup::response_settings(&app).await?.paused,
    }))
}

/// Unhandled events by level; levels without any are there, too.
fn by_level(counts: &EventCounts) -> BTreeMap<String, u64> {
    let unhandled = |level: Level| {
        counts
            .by_status_and_level
            .get(&(EventStatus::Unhandled, level))
            .copied()
    };
    Level::ALL
        .into_iter()
        .map(|level| (level.number().to_string(), unhandled(level).unwrap_or(0)))
        .collect()
}

fn by_status(counts: &EventCounts) -> BTreeMap<String, u64> {
    EventStatus::ALL
        .into_iter()
        .map(|status| (status.as_str().to_owned(), counts.of_status(status)))
        .collect()
}

/// All three numbers over the same time, so that they can be compared.
async fn funnel(app: &App, now: Time) -> Result<Funnel, Problem> {
    let yesterday = now.day() - 1;
    let since = now.minus(Duration::from_millis(
        now.millis().rem_euclid(model::time::DAY_MS) as u64,
    ));
    let since = since.minus(Duration::from_millis(model::time::DAY_MS as u64));
    let days = app
        .store
        .source_day_list(&app.tenant, yesterday, now.day())
        .await?;
    let alerts = AlertFilter {
        from: Some(since),
        ..AlertFilter::default()
    };
    let first = PageRequest {
        limit: 1,
        cursor: None,
    };
    let events = EventFilter {
        from: Some(since),
        ..EventFilter::default()
    };
    let events = app.store.event_counts(&app.tenant, &events, now).await?;
    Ok(Funnel {
        since,
        records: days.iter().map(|day| day.stored).sum(),
        alerts: app
            .store
            .alert_list(&app.tenant, &alerts, &first)
            .await?
            .total
            .value,
        events: events.by_status_and_level.values().sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_and_status_is_there_even_without_events() {
        let counts = EventCounts {
            by_status_and_level: [
                ((EventStatus::Unhandled, Level::High), 3),
                ((EventStatus::Handled, Level::High), 4),
                ((EventStatus::Handled, Level::Low), 1),
            ]
            .into(),
        };
        let levels = by_level(&counts);
        assert_eq!((levels.len(), levels["4"], levels["2"]), (5, 3, 0));
        let statuses = by_status(&counts);
        assert_eq!(
            (statuses.len(), statuses["unhandled"], statuses["handled"]),
            (4, 3, 5)
        );
    }

    #[test]
    fn sources_are_counted_by_state() {
        let states = [SourceState::Ok, SourceState::Silent, SourceState::Ok];
        assert_eq!(
            Sources::count(states.into_iter()),
            Sources {
                ok: 2,
                silent: 1,
                ..Sources::default()
            }
        );
    }
}
