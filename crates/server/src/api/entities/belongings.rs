//! What belongs to an entity: the alerts and events that mention it, the entities they mention beside it, and its days.

use super::{Named, known, query::ActivityQuery};
use crate::{
    api::{
        Shared,
        alerts::Alert,
        caller::Viewer,
        events::{self, Event},
        extract::Query,
        page::{Page, PageQuery},
        problem::{Problem, ProblemBody},
        schema,
    },
    clock,
};
use axum::{Json, extract::State};
use model::Time;
use serde::Serialize;
use store::{AlertFilter, EventFilter, EventSort};
use utoipa::ToSchema;

const DAY_SECONDS: i64 = 86_400;

/// List the alerts that mention an entity, newest first.
#[utoipa::path(
    get, path = "/entities/{type}/{value}/alerts", operation_id = "list_entity_alerts", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
        PageQuery,
    ),
    responses((status = 200, body = Page<Alert>), (status = "default", body = ProblemBody))
)]
pub async fn alerts(
    _: Viewer,
    State(app): Shared,
    Named(key): Named,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    known(&app, &key).await?;
    let filter = AlertFilter {
        entity_key: Some(key),
        ..AlertFilter::default()
    };
    let page = app.store.alert_list(&app.tenant, &filter, &page.into()).await?;
    let rules = app.pipeline.rules();
    Ok(Json(Page::of(page, |row| Alert::of_row(row, &rules))))
}

/// List the events of the last 180 days that mention an entity, the latest first.
#[utoipa::path(
    get, path = "/entities/{type}/{value}/events", operation_id = "list_entity_events", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
        PageQuery,
    ),
    responses((status = 200, body = Page<Event>), (status = "default", body = ProblemBody))
)]
pub async fn events(
    _: Viewer,
    State(app): Shared,
    Named(key): Named,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Event>>, Problem> {
    known(&app, &key).await?;
    let filter = EventFilter {
        entity_key: Some(key),
        ..EventFilter::default()
    };
    let page = app
        .store
        .event_list(&app.tenant, &filter, EventSort::Time, &page.into(), clock::now())
        .await?;
    let page = events::events(&app, page).await?;
    Ok(Json(Page::of(page, |event| event)))
}

/// An entity named together with another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RelatedEntity {
    /// One of the thirteen types.
    #[schema(schema_with = schema::entity_kind)]
    r#type: String,
    /// Its value.
    value: String,
    /// Known to be malicious.
    malicious: bool,
    /// Alerts, of the newest that name the other one, that name both.
    alert_count: u64,
    /// The newest of them.
    newest_alert: String,
    /// When that was.
    #[schema(value_type = String, format = DateTime)]
    newest_time: Time,
}

/// List the entities most often named together with an entity, in its newest alerts; at most 50.
#[utoipa::path(
    get, path = "/entities/{type}/{value}/related", operation_id = "list_related_entities", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
    ),
    responses((status = 200, body = Vec<RelatedEntity>), (status = "default", body = ProblemBody))
)]
pub async fn related(
    _: Viewer,
    State(app): Shared,
    Named(key): Named,
) -> Result<Json<Vec<RelatedEntity>>, Problem> {
    let row = known(&app, &key).await?;
    let alerts = app.store.entity_alerts(&app.tenant, &row).await?;
    let related = app.store.entity_related(&app.tenant, &key, &alerts).await?;
    let related = related.into_iter().map(|entity| RelatedEntity {
        r#type: entity.key.kind.code().to_owned(),
        value: entity.key.value,
        malicious: entity.malicious,
        alert_count: entity.alert_count,
        newest_alert: entity.newest.to_string(),
        newest_time: entity.newest_time,
    });
    Ok(Json(related.collect()))
}

/// An entity on one day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntityDay {
    /// When the day begins.
    #[schema(value_type = String, format = DateTime)]
    day: Time,
    /// Alerts that mention it.
    alerts: u64,
    /// Hours in which there were some.
    hours: u32,
}

/// List how often alerts mentioned an entity, day by day, the oldest day first; days without any are there, too.
#[utoipa::path(
    get, path = "/entities/{type}/{value}/activity", operation_id = "list_entity_activity", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
        ActivityQuery,
    ),
    responses((status = 200, body = Vec<EntityDay>), (status = "default", body = ProblemBody))
)]
pub async fn activity(
    _: Viewer,
    State(app): Shared,
    Named(key): Named,
    Query(query): Query<ActivityQuery>,
) -> Result<Json<Vec<EntityDay>>, Problem> {
    known(&app, &key).await?;
    let days = query.days()?;
    let today = clock::now().day();
    let from = today - i64::from(days) + 1;
    let found = app.store.entity_days(&app.tenant, &key, from, today).await?;
    let day = |day: i64| {
        let known = found.iter().find(|found| found.day == day);
        EntityDay {
            day: Time::from_secs(day * DAY_SECONDS),
            alerts: known.map_or(0, |day| day.alerts),
            hours: known.map_or(0, |day| day.hours),
        }
    };
    Ok(Json((from..=today).map(day).collect()))
}
