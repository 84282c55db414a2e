//! The malicious tag: an analyst sets it and takes it back, with a reason. It goes through the journal, because alerts to
//! come are judged by it.

use super::{Named, key, known, page::detail, view::EntityDetail};
use crate::{
    api::{
        Shared,
        caller::{Caller, Responder},
        dto::EntityRef,
        extract::Body,
        finish::language,
        problem::{Kind, Problem, ProblemBody},
    },
    app::App,
    clock,
    pipeline::Action,
};
use axum::{Json, extract::State, http::HeaderMap};
use futures_util::{StreamExt as _, stream};
use model::{EntityKey, LocalText, TagSource, entity_tag::tag_refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest reason, in bytes.
const LONGEST: usize = 2_000;
/// Entities changed by one request.
const MOST: usize = 500;
/// Entities changed side by side: they share the journal's syncs.
const AT_ONCE: usize = 16;

/// Why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagReason {
    /// What it rests on; the history and the audit log show it.
    reason: String,
}

/// Tag an entity as malicious. A URL is never tagged: its domain or address is.
#[utoipa::path(
    post, path = "/entities/{type}/{value}/tag", operation_id = "tag_entity", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
    ),
    request_body = TagReason,
    responses((status = 200, body = EntityDetail), (status = "default", body = ProblemBody))
)]
pub async fn tag(
    Responder(caller): Responder,
    State(app): Shared,
    Named(key): Named,
    Body(body): Body<TagReason>,
) -> Result<Json<EntityDetail>, Problem> {
    say(&app, &caller, &key, true, &body.reason).await?;
    Ok(Json(detail(&app, &key).await?))
}

/// Take all malicious tags off an entity: alerts to come do not mention it as malicious, whatever their rules say.
#[utoipa::path(
    post, path = "/entities/{type}/{value}/untag", operation_id = "untag_entity", tag = "entities",
    params(
        ("type" = String, Path, description = "One of the thirteen types"),
        ("value" = String, Path, description = "Its value, URL-encoded"),
    ),
    request_body = TagReason,
    responses((status = 200, body = EntityDetail), (status = "default", body = ProblemBody))
)]
pub async fn untag(
    Responder(caller): Responder,
    State(app): Shared,
    Named(key): Named,
    Body(body): Body<TagReason>,
) -> Result<Json<EntityDetail>, Problem> {
    say(&app, &caller, &key, false, &body.reason).await?;
    Ok(Json(detail(&app, &key).await?))
}

/// What to say of many entities.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkTag {
    /// Which; at most 500.
    entities: Vec<EntityRef>,
    /// Whether they are malicious.
    malicious: bool,
    /// What it rests on.
    reason: String,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct BulkTagResult {
    /// In the order asked for.
    results: Vec<TagResult>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
struct TagResult {
    /// Which.
    entity: EntityRef,
    /// It is as asked for.
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Tag many entities, or take their tags off; each by itself, so one that cannot be tagged stops no other.
#[utoipa::path(
    post, path = "/entities:bulk", operation_id = "tag_entities", tag = "entities", request_body = BulkTag,
    responses((status = 200, body = BulkTagResult), (status = "default", body = ProblemBody))
)]
pub async fn bulk(
    Responder(caller): Responder,
    State(app): Shared,
    headers: HeaderMap,
    Body(bulk): Body<BulkTag>,
) -> Result<Json<BulkTagResult>, Problem> {
    if bulk.entities.len() > MOST {
        let detail = LocalText::new(
            format!("at most {MOST} entities can be tagged at once"),
            format!("一次最多为 {MOST} 个实体设置标签"),
        );
        return Err(Problem::told(Kind::Invalid, detail));
    }
    let (app, caller, reason, language) = (&app, &caller, bulk.reason.as_str(), language(&headers));
    let results = stream::iter(bulk.entities)
        .map(|entity| async move {
            let done = match key(&entity.r#type, &entity.value) {
                Ok(key) => say(app, caller, &key, bulk.malicious, reason).await,
                Err(problem) => Err(problem),
            };
            let problem = done.err().map(|problem| problem.body(language, None));
            TagResult {
                ok: problem.is_none(),
                entity,
                problem,
            }
        })
        .buffered(AT_ONCE)
        .collect()
        .await;
    Ok(Json(BulkTagResult { results }))
}

/// Lets a caller say that an entity is malicious, or that it is not. What they have said already is not said again.
async fn say(
    app: &App,
    caller: &Caller,
    key: &EntityKey,
    malicious: bool,
    reason: &str,
) -> Result<(), Problem> {
    if reason.trim().is_empty() || reason.len() > LONGEST {
        let detail = LocalText::new(
            format!("a reason has 1 to {LONGEST} bytes of text"),
            format!("理由须为 1 至 {LONGEST} 字节的文本"),
        );
        return Err(Problem::told(Kind::Invalid, detail));
    }
    if let Some(refusal) = tag_refusal(key) {
        return Err(Problem::told(Kind::Invalid, refusal));
    }
    let row = known(app, key).await?;
    let said = if malicious {
        let tags = app.store.entity_tag_list(&app.tenant, key).await?;
        tags.iter().any(|tag| {
            tag.source == TagSource::Analyst && tag.reference == caller.name && tag.removed.is_none()
        })
    } else {
        !row.malicious
    };
    if said {
        return Ok(());
    }
    let action = Action::EntityTag {
        entity: key.clone(),
        malicious,
        reason: reason.trim().to_owned(),
        actor: caller.name.clone(),
    };
    Ok(app.pipeline.submit(&action, clock::now()).await?)
}
