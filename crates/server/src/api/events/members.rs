//! What an event is made of: its alerts, each with why it is there, and its entities.

use super::{resolve, view};
use crate::api::{
    Shared,
    alerts::Alert,
    caller::Viewer,
    dto::{Entity, Text, name},
    extract::{Id, Query},
    page::{Page, PageQuery},
    problem::{Problem, ProblemBody},
};
use axum::{Json, extract::State};
use model::{EventId, LinkReason};
use serde::Serialize;
use utoipa::ToSchema;

/// An alert of an event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventAlert {
    /// The alert.
    alert: Alert,
    /// Why it is in the event, as a sentence.
    reason: Text,
    /// `opened`, `repeats`, `shares`, `sweep`, `pattern`, `by_hand`, `same_attacker` or `similar`.
    reason_kind: String,
    /// The alert it is tied to, where it is tied to one.
    linked_alert: Option<String>,
    /// The alert it repeats; itself if it repeats none.
    folded_into: String,
}

/// The name a reason is serialised by.
pub(super) fn kind(reason: &LinkReason) -> String {
    let json = serde_json::to_value(reason).unwrap_or_default();
    json.get("kind").map(name).unwrap_or_default()
}

/// List the alerts of an event, oldest first, each with the reason it is there.
#[utoipa::path(
    get, path = "/events/{id}/alerts", operation_id = "list_event_alerts", tag = "events",
    params(("id" = String, Path, description = "`evt_…`"), PageQuery),
    responses((status = 200, body = Page<EventAlert>), (status = "default", body = ProblemBody))
)]
pub async fn alerts(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<EventAlert>>, Problem> {
    let id = resolve(&app, id).await?;
    let members = app.store.event_member_list(&app.tenant, id).await?;
    let rules = app.pipeline.rules();
    let page = Page::cut(members, page, |member| member.alert.id.to_string())?;
    Ok(Json(page.map(|member| EventAlert {
        reason: member.membership.reason.sentence().into(),
        reason_kind: kind(&member.membership.reason),
        linked_alert: member.membership.reason.alert().map(|id| id.to_string()),
        folded_into: member.membership.folded_into.to_string(),
        alert: Alert::of(member.alert, Some(id), None, &rules),
    })))
}

/// List the entities of an event, attackers first, each with how many of its alerts mention it.
#[utoipa::path(
    get, path = "/events/{id}/entities", operation_id = "list_event_entities", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")),
    responses((status = 200, body = Vec<Entity>), (status = "default", body = ProblemBody))
)]
pub async fn entities(
    _: Viewer,
    State(app): Shared,
    Id(id): Id<EventId>,
) -> Result<Json<Vec<Entity>>, Problem> {
    let id = resolve(&app, id).await?;
    let entities = app.store.event_entity_list(&app.tenant, id).await?;
    Ok(Json(entities.iter().map(view::entity).collect()))
}
