//! A feed that somebody has as a text: it is uploaded, and uploaded again when there is a newer one.

use super::{
    super::{
        Shared,
        caller::Admin,
        extract::Body,
        finish::fresh_id,
        problem::{Kind as ProblemKind, Place, Problem, ProblemBody},
    },
    check::check,
    feeds::{DEFAULT_CONFIDENCE, INTERVAL_MINUTES, TAG_CONFIDENCE, audited, rebuild, show},
    view::IntelFeed,
};
use crate::{
    clock, error_chain,
    intel::{Credentials, Feed, Kind, Layout, RefreshError, Settings, accept},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{IntelRun, SecretChange};
use utoipa::ToSchema;

/// A text with indicators.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntelUpload {
    /// What the feed is called. One of this name that was uploaded before is replaced.
    name: String,
    /// What the text is: `stix`, `misp` or `list`.
    kind: Kind,
    /// The text.
    text: String,
    /// How a list is read.
    #[serde(default)]
    layout: Layout,
    /// How sure it is where it does not say, 0 to 100; 75 if left out.
    default_confidence: Option<u8>,
    /// From which confidence on its indicators make an entity malicious, 0 to 100; 70 if left out.
    tag_confidence: Option<u8>,
}

/// Upload a feed. Its indicators are used from now on.
#[utoipa::path(
    post, path = "/intel/feeds:upload", operation_id = "upload_intel_feed", tag = "intel", request_body = IntelUpload,
    responses((status = 200, body = IntelFeed), (status = "default", body = ProblemBody))
)]
pub async fn upload(
    Admin(caller): Admin,
    State(app): Shared,
    Body(upload): Body<IntelUpload>,
) -> Result<Json<IntelFeed>, Problem> {
    if matches!(upload.kind, Kind::Taxii | Kind::MispFeed) {
        return Err(invalid(
            "/kind",
            "expected `stix`, `misp` or `list`: this kind is not one text".to_owned(),
        ));
    }
    let settings = Settings {
        url: None,
        path: None,
        credentials: Credentials::None,
        user: None,
        collection: None,
        layout: upload.layout,
        interval_minutes: INTERVAL_MINUTES,
        default_confidence: upload.default_confidence.unwrap_or(DEFAULT_CONFIDENCE),
        tag_confidence: upload.tag_confidence.unwrap_or(TAG_CONFIDENCE),
    };
    let name = upload.name.trim().to_owned();
    check(&name, upload.kind, &settings, false, true)?;
    let feeds = app.store.intel_feed_list(&app.tenant).await?;
    let before = feeds
        .into_iter()
        .find(|status| status.feed.name == name)
        .map(|status| status.feed);
    if let Some(before) = &before
        && Feed::of(before).is_ok_and(|feed| feed.is_fetched())
    {
        let detail = format!("feed `{name}` is fetched from elsewhere: upload under another name");
        return Err(Problem::new(ProblemKind::Conflict, detail));
    }
    let now = clock::now();
    let row = store::IntelFeed {
        id: before
            .as_ref()
            .map_or_else(|| fresh_id().to_string(), |before| before.id.clone()),
        name,
        kind: super::super::dto::name(&upload.kind),
        config: json!(settings),
        enabled: true,
        created: before.as_ref().map_or(now, |before| before.created),
        changed: now,
    };
    let feed = Feed::of(&row).map_err(|error| Problem::new(ProblemKind::Internal, error.to_string()))?;
    // The text is looked at first: a row without indicators would say that all is well.
    let report = accept(&app.intel, feed, upload.text.into_bytes())
        .await
        .map_err(refused)?;
    let audit = caller.audit(
        "intel_feed.upload",
        &row.id,
        &before.as_ref().map_or(Value::Null, audited),
        &audited(&row),
    );
    app.store
        .intel_feed_save(&app.tenant, &row, &SecretChange::Keep, &audit)
        .await?;
    let run = IntelRun {
        at: now,
        result: Ok((None, Some(json!(report)))),
    };
    app.store.intel_feed_ran(&app.tenant, &row, &run).await?;
    rebuild(&app, None).await?;
    Ok(Json(show(&app, &row.id).await?))
}

fn refused(error: RefreshError) -> Problem {
    match error {
        RefreshError::Unreadable(_) => invalid("/text", error.to_string()),
        error => {
            tracing::error!(error = %error_chain(&error), "an upload cannot be kept");
            Problem::new(
                ProblemKind::Internal,
                "the upload cannot be kept; the server's log says why",
            )
        }
    }
}

fn invalid(place: &str, message: String) -> Problem {
    Problem::invalid(
        message.clone(),
        vec![Place {
            place: place.to_owned(),
            message,
        }],
    )
}
