//! Responding to an event: playbook runs for what a person chose of the recommended policies.

use super::{
    recommend::{SECONDS, connected},
    standing,
};
use crate::{
    api::{
        Shared,
        caller::{Caller, Responder},
        dto::{EntityRef, ScopeMember},
        extract::{Body, Id},
        finish::fresh_id,
        problem::{Kind, Place, Problem, ProblemBody},
    },
    app::App,
    clock,
    live::Topic,
    workers::execute,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use model::{
    EntityKey, EntityKind, EventId, PlaybookId, RunId, SecurityEvent, Time,
    playbook::Run,
    policy::{PolicySource, ScopeMember as Member},
};
use respond::{
    block::LONGEST_BLOCK,
    cacao::{self, Playbook, StartRequest},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Activity, ActivityKind, Idempotency, IdempotencyKey};
use utoipa::ToSchema;

/// Policies one request may ask for.
const MOST: usize = 200;
/// The header by which a request that is sent again is known as the same.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What to do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RespondRequest {
    /// One run each; at most 200.
    items: Vec<RespondItem>,
}

/// One playbook on one entity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RespondItem {
    /// An entity of the event.
    entity: EntityRef,
    /// The playbook to run.
    playbook_id: String,
    /// The places to act in.
    scope: Vec<ScopeMember>,
    /// For how long.
    duration_seconds: u64,
}

/// What was started.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Started {
    /// The runs, in the order of the items.
    runs: Vec<String>,
}

/// Respond to an event. With an `Idempotency-Key`, the same request sent again starts nothing twice.
#[utoipa::path(
    post, path = "/events/{id}/respond", operation_id = "respond_to_event", tag = "events",
    params(
        ("id" = String, Path, description = "`evt_…`"),
        ("idempotency-key" = Option<String>, Header, description = "any text; the same for the same request"),
    ),
    request_body = RespondRequest,
    responses((status = 200, body = Started), (status = "default", body = ProblemBody))
)]
pub async fn respond(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<EventId>,
    headers: HeaderMap,
    Body(request): Body<RespondRequest>,
) -> Result<Response, Problem> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else {
        let started = start_all(&app, &caller, id, &request, None).await?;
        return Ok(Json(started).into_response());
    };
    let key = key
        .to_str()
        .map_err(|_| Problem::new(Kind::BadRequest, "the idempotency key is not plain text"))?;
    let content = serde_json::to_vec(&request).unwrap_or_default();
    let digest = blake3::Hasher::new()
        .update(id.to_string().as_bytes())
        .update(&content)
        .finalize();
    let claim = IdempotencyKey {
        actor: &caller.id,
        key,
        digest: digest.as_bytes(),
    };
    match app
        .store
        .idempotency_begin(&app.tenant, claim, clock::now())
        .await?
    {
        Idempotency::New => {}
        Idempotency::Done(answer) => return Ok(again(answer)),
        Idempotency::Working => {
            return Err(Problem::new(
                Kind::Conflict,
                "the same request is being worked on at this moment",
            ));
        }
        Idempotency::Different => {
            return Err(Problem::new(
                Kind::Invalid,
                "the idempotency key was used for another request",
            ));
        }
    }
    let started = start_all(&app, &caller, id, &request, Some(key)).await;
    let answer = started.as_ref().ok().map(|started| store::Response {
        status: StatusCode::OK.as_u16(),
        body: serde_json::to_vec(started).unwrap_or_default(),
    });
    app.store
        .idempotency_finish(&app.tenant, claim, answer.as_ref())
        .await?;
    Ok(Json(started?).into_response())
}

/// An answer that was given before.
fn again(answer: store::Response) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
}

/// Checks everything, then starts everything: a request with a mistake starts nothing.
async fn start_all(
    app: &App,
    caller: &Caller,
    id: EventId,
    request: &RespondRequest,
    key: Option<&str>,
) -> Result<Started, Problem> {
    let event = standing(app, id).await?.event;
    if request.items.is_empty() || request.items.len() > MOST {
        return Err(Problem::new(
            Kind::Invalid,
            format!("a response has 1 to {MOST} items"),
        ));
    }
    let places: Vec<Member> = connected(app)
        .await?
        .into_iter()
        .flat_map(|connected| connected.scope)
        .collect();
    let mut planned = Vec::with_capacity(request.items.len());
    let mut mistakes = Vec::new();
    for (number, item) in request.items.iter().enumerate() {
        let found = check(item, &event, &places);
        mistakes.extend(found.iter().map(|(member, message)| Place {
            place: format!("/items/{number}{member}"),
            message: message.clone(),
        }));
        if found.is_empty() {
            match plan(app, &event, item, run_id(caller, key, number)).await? {
                Ok(run) => planned.push(run),
                Err(message) => mistakes.push(Place {
                    place: format!("/items/{number}/playbook_id"),
                    message,
                }),
            }
        }
    }
    if !mistakes.is_empty() {
        return Err(Problem::invalid("nothing was started", mistakes));
    }
    let mut runs = Vec::with_capacity(planned.len());
    for (item, (run, playbook)) in request.items.iter().zip(planned) {
        save(app, caller, &run, &playbook, item).await?;
        runs.push(run.id.to_string());
    }
    app.wake.execute.notify_one();
    app.live.publish(Topic::Event, id.to_string(), "updated");
    Ok(Started { runs })
}

/// The mistakes of an item: the member, and what is wrong with it.
fn check(item: &RespondItem, event: &SecurityEvent, places: &[Member]) -> Vec<(&'static str, String)> {
    let mut mistakes = Vec::new();
    let mentioned =
        key(&item.entity).is_some_and(|key| event.entities.iter().any(|entity| entity.key == key));
    if !mentioned {
        let message = format!(
            "`{} {}` is no entity of this event",
            item.entity.r#type, item.entity.value
        );
        mistakes.push(("/entity", message));
    }
    if item.scope.is_empty() {
        mistakes.push(("/scope", "there is no place to act in".to_owned()));
    }
    for member in &item.scope {
        let member = Member::from(member.clone());
        if !places.contains(&member) {
            let message = format!(
                "`{}` of connection `{}` is not connected",
                member.instance, member.connection
            );
            mistakes.push(("/scope", message));
        }
    }
    if !(1..=LONGEST_BLOCK.as_secs()).contains(&item.duration_seconds) {
        mistakes.push((
            "/duration_seconds",
            format!("expected 1 to {} seconds", LONGEST_BLOCK.as_secs()),
        ));
    }
    mistakes
}

/// The key of an entity as a request names it.
fn key(entity: &EntityRef) -> Option<EntityKey> {
    EntityKind::parse(&entity.r#type).map(|kind| EntityKey::new(kind, &entity.value))
}

/// A run a person asks for has an id of its own; one that carries a key has the same id each time it is sent.
fn run_id(caller: &Caller, key: Option<&str>, number: usize) -> RunId {
    match key {
        Some(key) => RunId::from_parts([caller.id.as_bytes(), key.as_bytes(), &number.to_be_bytes()]),
        None => RunId::from_bits(u128::from_be_bytes(fresh_id().to_bytes())),
    }
}

/// The run of an item, or why its playbook cannot run.
async fn plan(
    app: &App,
    event: &SecurityEvent,
    item: &RespondItem,
    id: RunId,
) -> Result<Result<(Run, Playbook), String>, Problem> {
    let playbook_id = PlaybookId(item.playbook_id.clone());
    let Some(version) = app.store.playbook_fetch(&app.tenant, &playbook_id, None).await? else {
        return Ok(Err(format!("playbook `{playbook_id}` is not published")));
    };
    let Ok(playbook) = Playbook::parse(&version.text) else {
        return Ok(Err(format!("playbook `{playbook_id}` cannot be read")));
    };
    Ok(start(app, event, item, id, &playbook, version.version, clock::now()).map(|run| (run, playbook)))
}

fn start(
    app: &App,
    event: &SecurityEvent,
    item: &RespondItem,
    id: RunId,
    playbook: &Playbook,
    version: u32,
    now: Time,
) -> Result<Run, String> {
    let entity = key(&item.entity);
    // A playbook whose time is fixed is not asked for another.
    let fixed = playbook
        .variables
        .get(SECONDS)
        .is_some_and(|variable| variable.constant);
    let request = StartRequest {
        id,
        tenant: app.tenant.clone(),
        version,
        trigger: PolicySource::System,
        rule: None,
        event: Some(event.id),
        inputs: cacao::inputs(entity.as_ref(), (!fixed).then_some(item.duration_seconds)),
        entity,
        now,
        time_limit: execute::TIME_LIMIT,
    };
    let mut run = cacao::start(playbook, request).map_err(|error| error.to_string())?;
    let scope: Vec<Member> = item.scope.iter().cloned().map(Member::from).collect();
    execute::set_scope(&mut run, Some(&scope)).map_err(|error| error.to_string())?;
    Ok(run)
}

/// Writes the run, and notes it with the event. A run that is there already was written by the same request.
async fn save(
    app: &App,
    caller: &Caller,
    run: &Run,
    playbook: &Playbook,
    item: &RespondItem,
) -> Result<(), Problem> {
    let Some(event) = run.event else { return Ok(()) };
    let after = json!({
        "run": run.id,
        "playbook": run.playbook,
        "entity": run.entity,
        "scope": item.scope,
        "duration_seconds": item.duration_seconds,
    });
    let new = app
        .store
        .run_insert(run, &caller.audit("event.respond", event, &Value::Null, &after))
        .await?;
    if new {
        let body = json!({
            "run": run.id,
            "playbook": run.playbook,
            "playbook_title": playbook.title,
            "entity": run.entity,
            "duration_seconds": item.duration_seconds,
        });
        let activity = Activity {
            event,
            at: run.started,
            actor: caller.name.clone(),
            kind: ActivityKind::Run,
            body,
        };
        app.store.activity_insert(&app.tenant, &activity).await?;
    }
    Ok(())
}
