//! Setting feeds up, changing and removing them, and asking for one now.

use super::{
    super::{
        Shared,
        caller::{Admin, Viewer},
        extract::{Body, Id},
        finish::fresh_id,
        problem::{Kind as ProblemKind, Problem, ProblemBody},
    },
    check::check,
    view::{IntelFeed, IntelFeedChange, NewIntelFeed},
};
use crate::{
    app::App,
    clock,
    intel::{self, Credentials, Feed, Settings},
};
use axum::{Json, extract::State, http::StatusCode};
use connectors::Secret;
use serde_json::{Value, json};
use store::{IntelFeedStatus, SecretBytes, SecretChange};

/// What a feed does that says nothing else.
pub const INTERVAL_MINUTES: u32 = 60;
/// How sure a feed is that does not say.
pub const DEFAULT_CONFIDENCE: u8 = 75;
/// From here on, STIX calls confidence high.
pub const TAG_CONFIDENCE: u8 = 70;

/// List feeds, by name.
#[utoipa::path(
    get, path = "/intel/feeds", operation_id = "list_intel_feeds", tag = "intel",
    responses((status = 200, body = Vec<IntelFeed>), (status = "default", body = ProblemBody))
)]
pub async fn list(_: Viewer, State(app): Shared) -> Result<Json<Vec<IntelFeed>>, Problem> {
    let feeds = app.store.intel_feed_list(&app.tenant).await?;
    Ok(Json(
        feeds
            .into_iter()
            .filter_map(|status| IntelFeed::of(status, &app.intel))
            .collect(),
    ))
}

/// Set up a feed. It is asked for at once.
#[utoipa::path(
    post, path = "/intel/feeds", operation_id = "create_intel_feed", tag = "intel", request_body = NewIntelFeed,
    responses((status = 201, body = IntelFeed), (status = "default", body = ProblemBody))
)]
pub async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(new): Body<NewIntelFeed>,
) -> Result<(StatusCode, Json<IntelFeed>), Problem> {
    let name = new.name.trim().to_owned();
    let settings = Settings {
        url: new.url,
        path: new.path,
        credentials: new.credentials,
        user: new.user,
        collection: new.collection.filter(|collection| !collection.is_empty()),
        layout: new.layout,
        interval_minutes: new.interval_minutes.unwrap_or(INTERVAL_MINUTES),
        default_confidence: new.default_confidence.unwrap_or(DEFAULT_CONFIDENCE),
        tag_confidence: new.tag_confidence.unwrap_or(TAG_CONFIDENCE),
    };
    let secret = new.secret.filter(|secret| !secret.is_empty());
    check(&name, new.kind, &settings, secret.is_some(), false)?;
    let now = clock::now();
    let feed = store::IntelFeed {
        id: fresh_id().to_string(),
        name,
        kind: super::super::dto::name(&new.kind),
        config: json!(settings),
        enabled: new.enabled.unwrap_or(true),
        created: now,
        changed: now,
    };
    let audit = caller.audit("intel_feed.create", &feed.id, &Value::Null, &audited(&feed));
    let secret = secret.map_or(SecretChange::Keep, |secret| set(&secret));
    app.store
        .intel_feed_save(&app.tenant, &feed, &secret, &audit)
        .await?;
    if feed.enabled {
        ask(&app, &feed.id);
    }
    Ok((StatusCode::CREATED, Json(show(&app, &feed.id).await?)))
}

/// Change a feed. Where it is or how it is read having changed, it is read from the beginning.
#[utoipa::path(
    patch, path = "/intel/feeds/{id}", operation_id = "update_intel_feed", tag = "intel",
    params(("id" = String, Path, description = "the feed's id")), request_body = IntelFeedChange,
    responses((status = 200, body = IntelFeed), (status = "default", body = ProblemBody))
)]
pub async fn update(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(change): Body<IntelFeedChange>,
) -> Result<Json<IntelFeed>, Problem> {
    let status = find(&app, &id).await?;
    let before =
        Feed::of(&status.feed).map_err(|error| Problem::new(ProblemKind::Conflict, error.to_string()))?;
    let uploaded = !before.is_fetched();
    let old = before.settings;
    let place = |old: Option<String>, new: Option<String>| if uploaded { None } else { new.or(old) };
    let text = |old: Option<String>, new: Option<String>| new.or(old).filter(|text| !text.is_empty());
    let settings = Settings {
        url: if old.url.is_some() {
            place(old.url, change.url)
        } else {
            None
        },
        path: if old.path.is_some() {
            place(old.path, change.path)
        } else {
            None
        },
        credentials: change.credentials.unwrap_or(old.credentials),
        user: text(old.user, change.user),
        collection: text(old.collection, change.collection),
        layout: change.layout.unwrap_or(old.layout),
        interval_minutes: change.interval_minutes.unwrap_or(old.interval_minutes),
        default_confidence: change.default_confidence.unwrap_or(old.default_confidence),
        tag_confidence: change.tag_confidence.unwrap_or(old.tag_confidence),
    };
    let secret = match change.secret.filter(|secret| !secret.is_empty()) {
        _ if settings.credentials == Credentials::None => SecretChange::Forget,
        Some(secret) => set(&secret),
        None => SecretChange::Keep,
    };
    let has_secret = match secret {
        SecretChange::Keep => status.has_secret,
        SecretChange::Forget => false,
        SecretChange::Set(_) => true,
    };
    let feed = store::IntelFeed {
        name: change
            .name
            .map_or(status.feed.name.clone(), |name| name.trim().to_owned()),
        config: json!(settings),
        enabled: change.enabled.unwrap_or(status.feed.enabled),
        changed: clock::now(),
        ..status.feed.clone()
    };
    check(&feed.name, before.kind, &settings, has_secret, uploaded)?;
    let audit = caller.audit("intel_feed.update", &id, &audited(&status.feed), &audited(&feed));
    app.store
        .intel_feed_save(&app.tenant, &feed, &secret, &audit)
        .await?;
    if feed.enabled && !uploaded {
        ask(&app, &id);
    }
    rebuild(&app, None).await?;
    Ok(Json(show(&app, &id).await?))
}

/// Remove a feed, its secret and its indicators. What it said about entities of alerts stays.
#[utoipa::path(
    delete, path = "/intel/feeds/{id}", operation_id = "delete_intel_feed", tag = "intel",
    params(("id" = String, Path, description = "the feed's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
pub async fn delete(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<StatusCode, Problem> {
    let status = find(&app, &id).await?;
    let audit = caller.audit("intel_feed.delete", &id, &audited(&status.feed), &Value::Null);
    app.store.intel_feed_delete(&app.tenant, &id, &audit).await?;
    app.intel.forget(&id);
    rebuild(&app, Some(&status.feed)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask for a feed now. What comes of it is in the list of feeds.
#[utoipa::path(
    post, path = "/intel/feeds/{id}/refresh", operation_id = "refresh_intel_feed", tag = "intel",
    params(("id" = String, Path, description = "the feed's id")),
    responses((status = 202, body = IntelFeed), (status = "default", body = ProblemBody))
)]
pub async fn refresh(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<(StatusCode, Json<IntelFeed>), Problem> {
    let shown = show(&app, &id).await?;
    if !shown.fetched {
        let detail = "this feed is uploaded: upload it again";
        return Err(Problem::new(ProblemKind::Conflict, detail));
    }
    let audit = caller.audit(
        "intel_feed.refresh",
        &id,
        &Value::Null,
        &json!({"name": shown.name}),
    );
    app.store.audit_append(&app.tenant, &audit).await?;
    ask(&app, &id);
    Ok((
        StatusCode::ACCEPTED,
        Json(IntelFeed {
            refreshing: true,
            ..shown
        }),
    ))
}

fn ask(app: &App, id: &str) {
    app.intel.want(id);
    app.wake.intel.notify_one();
}

fn set(secret: &Secret) -> SecretChange {
    SecretChange::Set(SecretBytes::new(secret.expose()))
}

/// Builds the table anew from what is there of all feeds, and ends the tags that it gives no reason for any more.
pub async fn rebuild(app: &App, removed: Option<&store::IntelFeed>) -> Result<(), Problem> {
    let feeds = app.store.intel_feed_list(&app.tenant).await?;
    app.intel.rebuild(&feeds).await;
    intel::end_tags(&app.intel, (&app.store, &app.tenant), removed, clock::now()).await?;
    Ok(())
}

/// A feed and how it is doing.
pub async fn find(app: &App, id: &str) -> Result<IntelFeedStatus, Problem> {
    let feeds = app.store.intel_feed_list(&app.tenant).await?;
    feeds
        .into_iter()
        .find(|status| status.feed.id == id)
        .ok_or_else(|| Problem::not_found(id))
}

/// A feed as it is shown.
pub async fn show(app: &App, id: &str) -> Result<IntelFeed, Problem> {
    let unreadable = || {
        Problem::new(
            ProblemKind::Conflict,
            format!("feed `{id}` was set up by another version"),
        )
    };
    IntelFeed::of(find(app, id).await?, &app.intel).ok_or_else(unreadable)
}

/// What the audit log keeps of a feed: everything but the secret. An address may hold a key in its query.
pub fn audited(feed: &store::IntelFeed) -> Value {
    let mut config = feed.config.clone();
    if let Some(url) = config["url"]
        .as_str()
        .and_then(|url| url.split_once('?'))
        .map(|(url, _)| url.to_owned())
    {
        config["url"] = json!(format!("{url}?…"));
    }
    json!({"name": feed.name, "kind": feed.kind, "enabled": feed.enabled, "config": config})
}
