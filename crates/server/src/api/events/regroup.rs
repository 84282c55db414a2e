//! What people decide about which alerts belong together: merge, split, relate, and lifting what a split forbids.

use super::{resolve, standing, view::EventDetail};
use crate::{
    api::{
        Shared,
        caller::Responder,
        extract::{Body, Id},
        finish::fresh_id,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
    pipeline::{Action, Answer},
};
use axum::{Json, extract::State, http::StatusCode};
use model::{AlertId, EventId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Activity, ActivityKind};
use utoipa::ToSchema;

/// Events merged, or links cut, by one request.
const MOST: usize = 100;

/// Events that are one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// Which; the oldest stays.
    ids: Vec<String>,
    /// Why.
    reason: String,
}

/// Links that are wrong.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Which.
    edges: Vec<Cut>,
    /// Why.
    reason: String,
}

/// Two alerts of which one hangs on the other.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Cut {
    /// One, `alt_…`.
    from: String,
    /// The other.
    to: String,
}

/// What a split led to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SplitResult)]
pub struct Parts {
    /// The events that came off.
    event_ids: Vec<String>,
}

/// An event that has to do with this one.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Relate {
    /// Which, `evt_…`.
    event: String,
    /// Why.
    reason: String,
}

/// Merge events into the oldest of them. Refused if one is no longer unhandled, or something else keeps them apart:
/// they can still be related.
#[utoipa::path(
    post, path = "/events:merge", operation_id = "merge_events", tag = "events", request_body = Merge,
    responses((status = 200, body = EventDetail), (status = "default", body = ProblemBody))
)]
pub async fn merge(
    Responder(caller): Responder,
    State(app): Shared,
    Body(merge): Body<Merge>,
) -> Result<Json<EventDetail>, Problem> {
    let reason = said(&merge.reason)?;
    let events = merge
        .ids
        .iter()
        .map(|id| parse(id))
        .collect::<Result<Vec<EventId>, _>>()?;
    if events.len() < 2 || events.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("merge takes 2 to {MOST} events"),
        ));
    }
    for event in &events {
        standing(&app, *event).await?;
    }
    let request = fresh_id().to_string();
    let action = Action::EventMerge {
        request: request.clone(),
        events,
        actor: caller.name.clone(),
        reason,
    };
    let done = ask(&app, &action, &request).await?;
    let event = done
        .first()
        .ok_or_else(|| Problem::new(Kind::Internal, "the merge named no event"))?;
    Ok(Json(EventDetail::of(&app, standing(&app, *event).await?).await?))
}

/// Cut links of an event: what hangs on them becomes events of their own, and is not merged again.
#[utoipa::path(
    post, path = "/events/{id}/split", operation_id = "split_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")), request_body = Split,
    responses((status = 200, body = Parts), (status = "default", body = ProblemBody))
)]
pub async fn split(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<EventId>,
    Body(split): Body<Split>,
) -> Result<Json<Parts>, Problem> {
    let reason = said(&split.reason)?;
    standing(&app, id).await?;
    let pair = |cut: &Cut| Ok((parse::<AlertId>(&cut.from)?, parse::<AlertId>(&cut.to)?));
    let cuts = split
        .edges
        .iter()
        .map(pair)
        .collect::<Result<Vec<_>, Problem>>()?;
    if cuts.is_empty() || cuts.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("split takes 1 to {MOST} links"),
        ));
    }
    let request = fresh_id().to_string();
    let action = Action::EventSplit {
        request: request.clone(),
        event: id,
        cuts,
        actor: caller.name.clone(),
        reason,
    };
    let done = ask(&app, &action, &request).await?;
    let event_ids = done.iter().map(ToString::to_string).collect();
    Ok(Json(Parts { event_ids }))
}

/// Note that another event has to do with this one, without merging them.
#[utoipa::path(
    post, path = "/events/{id}/relate", operation_id = "relate_event", tag = "events",
    params(("id" = String, Path, description = "`evt_…`")), request_body = Relate,
    responses((status = 204), (status = "default", body = ProblemBody))
)]
pub async fn relate(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<EventId>,
    Body(relate): Body<Relate>,
) -> Result<StatusCode, Problem> {
    let reason = said(&relate.reason)?;
    let (event, other) = (
        resolve(&app, id).await?,
        resolve(&app, parse(&relate.event)?).await?,
    );
    if event == other {
        return Err(Problem::new(
            Kind::Invalid,
            "an event cannot be related to itself",
        ));
    }
    let now = clock::now();
    app.store
        .event_relate(&app.tenant, event, other, &caller.name, &reason, now)
        .await?;
    let activity = Activity {
        event,
        at: now,
        actor: caller.name.clone(),
        kind: ActivityKind::Merge,
        body: json!({"related": other, "reason": reason}),
    };
    app.store.activity_insert(&app.tenant, &activity).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let two alerts that were taken apart be merged again.
#[utoipa::path(
    delete, path = "/do-not-link/{id}", operation_id = "allow_link", tag = "events",
    params(("id" = String, Path, description = "`dnl_…`")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
pub async fn allow(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<StatusCode, Problem> {
    let mark = app.store.mark_fetch(&app.tenant, &id).await?;
    let mark = mark.ok_or_else(|| Problem::not_found(&id))?;
    let action = Action::AllowLink {
        mark: id,
        one: mark.one,
        other: mark.other,
        actor: caller.name.clone(),
    };
    app.pipeline.submit(&action, clock::now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hands the action to the pipeline and waits for its answer.
async fn ask(app: &App, action: &Action, request: &str) -> Result<Vec<EventId>, Problem> {
    app.pipeline.submit(action, clock::now()).await?;
    let answer = app.store.action_result_fetch(&app.tenant, request).await?;
    let answer = answer.ok_or_else(|| Problem::new(Kind::Internal, "the pipeline gave no answer"))?;
    match serde_json::from_value(answer) {
        Ok(Answer::Done { events }) => Ok(events),
        Ok(Answer::Refused { why, .. }) => Err(Problem::new(Kind::Conflict, why)),
        Err(error) => Err(Problem::new(
            Kind::Internal,
            format!("the answer cannot be read: {error}"),
        )),
    }
}

fn said(reason: &str) -> Result<String, Problem> {
    match reason.trim() {
        "" => Err(Problem::new(Kind::Invalid, "say why: the reason is empty")),
        reason => Ok(reason.to_owned()),
    }
}

fn parse<T: std::str::FromStr>(id: &str) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    id.parse()
        .map_err(|error: T::Err| Problem::new(Kind::Invalid, error.to_string()))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{Desk, page_line};
    use http::StatusCode;
    use serde_json::{Value, json};
    use store::UserRole;

    /// The newest entry of the audit log about an action on an object.
    fn audited<'a>(audit: &'a Value, action: &str, object: &str) -> &'a Value {
        let entries = audit["items"].as_array().unwrap();
        let found = entries
            .iter()
            .find(|e| e["action"] == action && e["object"] == object);
        found.unwrap_or_else(|| panic!("{action} of {object}: {audit}"))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_merge_and_a_split_name_the_alerts_that_moved() {
        let desk = Desk::open().await;
        let admin = desk.person("ada", UserRole::Admin).await;
        desk.rule(&admin, "/door", "passthrough").await;
        let lines: Vec<String> = [(7, 0), (9, 60)]
            .map(|(client, at)| page_line(client, "/door", at))
            .into();
        desk.push(&admin, &lines).await;
        let (_, events) = desk.get(&admin, "/events").await;
        let ids: Vec<&str> = events["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), 2, "{events}");
        let alert = async |event: &str| {
            let (status, page) = desk.get(&admin, &format!("/events/{event}/alerts")).await;
            assert_eq!(status, StatusCode::OK, "{page}");
            page["items"][0]["alert"]["id"]
                .as_str()
                .unwrap_or_else(|| panic!("{page}"))
                .to_owned()
        };
        let alerts = [alert(ids[0]).await, alert(ids[1]).await];

        let asked = json!({"ids": ids, "reason": "one attack"});
        let (status, merged) = desk.post(&admin, "/events:merge", asked).await;
        assert_eq!(status, StatusCode::OK, "{merged}");
        let whole = merged["id"].as_str().unwrap();
        let stays = ids.iter().position(|id| *id == whole).unwrap();
        let (gone, came) = (ids[1 - stays], &alerts[1 - stays]);
        let (_, log) = desk.get(&admin, &format!("/events/{whole}/activity")).await;
        assert_eq!(
            log["items"][0]["text"]["en"],
            format!("Merged with event {gone}. 1 alert moved: {came}. Reason: one attack"),
            "{log}"
        );
        let (_, audit) = desk.get(&admin, "/audit").await;
        let told = &audited(&audit, "event.merge", whole)["after"];
        assert_eq!(told["moved"], json!({"count": 1, "alerts": [came]}), "{told}");

        let asked = json!({"edges": [{"from": alerts[0], "to": alerts[1]}], "reason": "two after all"});
        let (status, parts) = desk.post(&admin, &format!("/events/{whole}/split"), asked).await;
        assert_eq!(
            (status, &parts["event_ids"]),
            (StatusCode::OK, &json!([gone])),
            "{parts}"
        );
        let (_, audit) = desk.get(&admin, "/audit").await;
        for event in [whole, gone] {
            let told = &audited(&audit, "event.split", event)["after"];
            assert_eq!(told["moved"], json!({"count": 1, "alerts": [came]}), "{told}");
            let (_, log) = desk.get(&admin, &format!("/events/{event}/activity")).await;
            let text = log["items"][0]["text"]["zh"].as_str().unwrap();
            assert!(text.contains(came) && text.contains("拆"), "{log}");
        }
        desk.close().await;
    }
}
