//! What is known of an entity: by feeds now, by feeds when it was in alerts, and where an address is.
#![allow(
    unused_qualifications,
    reason = "the macro names the type of the query by its path"
)]

use super::super::{
    Shared,
    caller::Viewer,
    dto::EntityRef,
    extract::Query,
    finish::language,
    problem::{Kind, Problem, ProblemBody},
    schema,
};
use crate::{clock, intel::Place};
use axum::{Json, extract::State, http::HeaderMap};
use intel::judge::{address, look_up as ask};
use model::{EntityKey, EntityKind, Time};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::{IntoParams, ToSchema};

/// Longest value that is looked up, in characters.
const LONGEST: usize = 2_048;

/// What to look up.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LookUpQuery {
    /// One of the thirteen types.
    #[param(schema_with = schema::entity_kind)]
    r#type: String,
    /// The value.
    value: String,
}

/// What is known of an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntelAnswer {
    /// The entity, its value as it is compared.
    entity: EntityRef,
    /// Indicators on it now, the surest first.
    matches: Vec<IntelMatch>,
    /// What feeds said when it was in alerts, the last first.
    seen: Vec<IntelSeen>,
    /// Where it is; null if it is no address, or no database knows.
    geo: Option<Place>,
}

/// An indicator on an entity.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntelMatch {
    /// The name of the feed.
    feed: String,
    /// What the indicator looks for.
    indicator: String,
    /// `ip`, `cidr`, `domain`, `url`, `md5`, `sha1` or `sha256`.
    kind: String,
    /// Names of malware, actor or campaign.
    names: Vec<String>,
    /// What else the feed calls it.
    labels: Vec<String>,
    /// How sure the feed is, 0 to 100.
    confidence: u8,
    /// Whether that is enough for the malicious tag.
    tags: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_from: Option<Time>,
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Time>,
    #[schema(value_type = Option<String>, format = DateTime)]
    first_seen: Option<Time>,
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Time>,
    /// Where to read more.
    references: Vec<String>,
}

/// What an indicator was to an entity in alerts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IntelSeen {
    /// The name of the feed, or its id if it was removed.
    feed: String,
    /// What the indicator looks for.
    indicator: String,
    /// Names of malware, actor or campaign.
    names: Vec<String>,
    /// How sure the feed was.
    confidence: u8,
    /// Whether the entity got the malicious tag by it.
    tagged: bool,
    #[schema(value_type = String, format = DateTime)]
    first_alert: Time,
    #[schema(value_type = String, format = DateTime)]
    last_alert: Time,
    /// Alerts it matched in.
    alerts: u64,
}

/// Look up an entity.
#[utoipa::path(
    get, path = "/intel/lookup", operation_id = "look_up_entity", tag = "intel", params(LookUpQuery),
    responses((status = 200, body = IntelAnswer), (status = "default", body = ProblemBody))
)]
pub async fn look_up(
    _: Viewer,
    State(app): Shared,
    headers: HeaderMap,
    Query(query): Query<LookUpQuery>,
) -> Result<Json<IntelAnswer>, Problem> {
    let kind = EntityKind::parse(&query.r#type)
        .ok_or_else(|| Problem::new(Kind::BadRequest, format!("`{}` is no entity type", query.r#type)))?;
    if query.value.trim().is_empty() || query.value.chars().count() > LONGEST {
        return Err(Problem::new(
            Kind::BadRequest,
            format!("`value` has 1 to {LONGEST} characters"),
        ));
    }
    let entity = EntityKey::new(kind, &query.value);
    let feeds = app.store.intel_feed_list(&app.tenant).await?;
    let names: HashMap<String, String> = feeds.into_iter().map(|s| (s.feed.id, s.feed.name)).collect();
    let name = |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned());
    let snapshot = app.intel.snapshot();
    let mut matches: Vec<IntelMatch> = ask(&snapshot, &entity, clock::now())
        .into_iter()
        .map(|found| {
            let (indicator, about) = (found.indicator(), found.about());
            IntelMatch {
                feed: name(&found.feed().id),
                indicator: indicator.to_string(),
                kind: indicator.kind().code().to_owned(),
                names: about.names,
                labels: about.labels,
                confidence: found.confidence(),
                tags: found.tags(),
                valid_from: found.valid_from(),
                valid_until: found.valid_until(),
                first_seen: found.first_seen(),
                last_seen: found.last_seen(),
                references: about.references,
            }
        })
        .collect();
    matches.sort_by_key(|found| std::cmp::Reverse(found.confidence));
    let seen = app.store.intel_match_list(&app.tenant, &entity).await?;
    let seen = seen
        .into_iter()
        .map(|row| IntelSeen {
            feed: name(&row.feed),
            indicator: row.indicator,
            names: row.names,
            confidence: row.confidence,
            tagged: row.tags,
            first_alert: row.at,
            last_alert: row.last,
            alerts: row.alerts,
        })
        .collect();
    Ok(Json(IntelAnswer {
        geo: address(&entity).and_then(|address| app.intel.geo.find(address, language(&headers))),
        entity: EntityRef {
            r#type: entity.kind.code().to_owned(),
            value: entity.value,
        },
        matches,
        seen,
    }))
}
