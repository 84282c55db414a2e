//! What people decide about events, one or many: status, owner, level, a comment.

use super::{activity::write_comment, standing, view::EventDetail};
use crate::{
    api::{
        Shared,
        caller::{Caller, Responder},
        extract::{Body, Id, present},
        finish::language,
        problem::{Kind, Problem, ProblemBody},
        schema,
    },
    app::App,
    clock,
    live::Topic,
    pipeline::Action,
};
use axum::{Json, extract::State, http::HeaderMap};
use futures_util::{StreamExt as _, stream};
use model::{EventId, EventStatus, Level};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Activity, ActivityKind, EventRow};
use utoipa::ToSchema;

/// Events changed by one request.
const MOST: usize = 500;
/// Events changed side by side: they share the journal's syncs.
const AT_ONCE: usize = 16;

/// What to change; what is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(
    clippy::option_option,
    reason = "left out, null and a name are three different wishes"
)]
pub struct EventUpdate {
    /// The new status.
    #[schema(schema_with = schema::event_status)]
    status: Option<EventStatus>,
    /// The name of the user to hand it to; null for nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    owner: Option<Option<String>>,
    /// The level; the machine no longer changes it then.
    #[schema(schema_with = schema::level)]
    level: Option<Level>,
    /// Why.
    comment: Option<String>,
}

/// Change the status, owner or level of an event, and say why.
#[utoipa::path(
    patch, path = "/events/{id}", operation_id = "update_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")), request_body = EventUpdate,
    responses((status = 200, body = EventDetail), (status = "default", body = ProblemBody))
)]
pub async fn update(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<EventId>,
    Body(update): Body<EventUpdate>,
) -> Result<Json<EventDetail>, Problem> {
    check_owner(&app, update.owner.as_ref()).await?;
    change(&app, &caller, id, &update).await?;
    let row = standing(&app, id).await?;
    Ok(Json(EventDetail::of(&app, row).await?))
}

/// The owner is a user, so that nobody waits for someone who is not there.
async fn check_owner(app: &App, owner: Option<&Option<String>>) -> Result<(), Problem> {
    let Some(Some(name)) = owner else { return Ok(()) };
    match app.store.user_find(&app.tenant, name).await? {
        Some(user) if !user.disabled => Ok(()),
        _ => Err(Problem::new(Kind::Invalid, format!("there is no user `{name}`"))),
    }
}

/// Changes one event. The status goes through the journal: the correlator must know of it at the same point whenever
/// its inputs are run again.
async fn change(app: &App, caller: &Caller, id: EventId, update: &EventUpdate) -> Result<(), Problem> {
    let row = standing(app, id).await?;
    // First, so that a comment that cannot be taken leaves everything as it was.
    if let Some(comment) = &update.comment {
        write_comment(app, caller, id, comment).await?;
    }
    if let Some(level) = update.level {
        set_level(app, caller, &row, level).await?;
    }
    if let Some(owner) = &update.owner {
        set_owner(app, caller, &row, owner.as_deref()).await?;
        let action = Action::EventOwner {
            event: id,
            owner: owner.clone(),
        };
        app.pipeline.submit(&action, clock::now()).await?;
    }
    if let Some(status) = update.status.filter(|status| *status != row.event.status) {
        let action = Action::EventStatus {
            event: id,
            status,
            actor: caller.name.clone(),
        };
        app.pipeline.submit(&action, clock::now()).await?;
    }
    app.live.publish(Topic::Event, id.to_string(), "updated");
    Ok(())
}

async fn set_level(app: &App, caller: &Caller, row: &EventRow, level: Level) -> Result<(), Problem> {
    if row.level_chosen && row.event.level == level {
        return Ok(());
    }
    let (id, after) = (row.event.id, json!({"level": level}));
    let audit = caller.audit("event.level", id, &json!({"level": row.event.level}), &after);
    let activity = activity(caller, id, ActivityKind::Level, after);
    Ok(app
        .store
        .event_set_level(&app.tenant, id, level, &activity, &audit)
        .await?)
}

async fn set_owner(app: &App, caller: &Caller, row: &EventRow, owner: Option<&str>) -> Result<(), Problem> {
    if row.owner.as_deref() == owner {
        return Ok(());
    }
    let (id, after) = (row.event.id, json!({"owner": owner}));
    let audit = caller.audit("event.owner", id, &json!({"owner": row.owner}), &after);
    let activity = activity(caller, id, ActivityKind::Owner, after);
    Ok(app
        .store
        .event_set_owner(&app.tenant, id, owner, &activity, &audit)
        .await?)
}

fn activity(caller: &Caller, event: EventId, kind: ActivityKind, body: Value) -> Activity {
    Activity {
        event,
        at: clock::now(),
        actor: caller.name.clone(),
        kind,
        body,
    }
}

/// A change of many events.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkUpdate {
    /// Which events; at most 500.
    ids: Vec<String>,
    /// What to change in each.
    op: EventUpdate,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct BulkResult {
    /// In the order asked for.
    results: Vec<ItemResult>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
struct ItemResult {
    /// Which.
    id: String,
    /// It was changed.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Change many events; each by itself, so one that cannot be changed stops no other.
#[utoipa::path(
    post, path = "/events:bulk", operation_id = "update_events", tag = "events", request_body = BulkUpdate,
    responses((status = 200, body = BulkResult), (status = "default", body = ProblemBody))
)]
pub async fn bulk(
    Responder(caller): Responder,
    State(app): Shared,
    headers: HeaderMap,
    Body(update): Body<BulkUpdate>,
) -> Result<Json<BulkResult>, Problem> {
    if update.ids.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("at most {MOST} events can be changed at once"),
        ));
    }
    check_owner(&app, update.op.owner.as_ref()).await?;
    let (app, caller, op, language) = (&app, &caller, &update.op, language(&headers));
    let results = stream::iter(update.ids)
        .map(|id| async move {
            let done = match id.parse() {
                Ok(event) => change(app, caller, event, op).await,
                Err(_) => Err(Problem::not_found(&id)),
            };
            let problem = done.err().map(|problem| problem.body(language, None));
            ItemResult {
                ok: problem.is_none(),
                id,
                problem,
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Json(BulkResult { results }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_the_owner_out_is_not_taking_it_away() {
        let check = |json: &str, expected: Option<Option<&str>>| {
            let update: EventUpdate =
                serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(update.owner.as_ref().map(Option::as_deref), expected, "{json}");
        };
        check("{}", None);
        check(r#"{"owner": null}"#, Some(None));
        check(r#"{"owner": "li"}"#, Some(Some("li")));
        assert!(serde_json::from_str::<EventUpdate>(r#"{"state": "handled"}"#).is_err());
    }
}
