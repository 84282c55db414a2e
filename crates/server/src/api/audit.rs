//! The audit log: who did what. Entries are sealed into a chain; nothing here writes.

use super::{
    Shared,
    caller::Viewer,
    extract::Query,
    page::{Page, PageQuery},
    problem::{Problem, ProblemBody},
};
use crate::app::App;
use axum::{Json, extract::State};
use model::Time;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::Arc;
use store::{AuditFilter, AuditRow, PageRequest};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of the audit log.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which entries to list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Items wanted, 1 … 200; 50 if left out.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Who.
    actor: Option<String>,
    /// What, by its beginning: `rule.` for all that was done to rules.
    action: Option<String>,
    /// To what.
    object: Option<String>,
    /// Not before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Time>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Time>,
}

/// Something that was done. What was refused is not in the log: nothing changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct Entry {
    /// Its number, from 1 and without gaps.
    seq: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
    /// Who: a user, or the part of the system that acted by itself.
    actor: String,
    /// What: `<resource>.<verb>`.
    action: String,
    /// To what: an id.
    object: String,
    /// How it was before; null if it was not there.
    before: Value,
    /// How it is now; null if it is gone.
    after: Value,
    /// The seal: a hash over this entry and the seal before it.
    hash: String,
}

impl From<AuditRow> for Entry {
    fn from(row: AuditRow) -> Self {
        let AuditRow { seq, hash, entry } = row;
        Self {
            seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            object: entry.object,
            before: entry.before,
            after: entry.after,
            hash,
        }
    }
}

/// List what was done, newest first.
#[utoipa::path(
    get, path = "/audit", operation_id = "list_audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<Entry>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Viewer,
    State(app): Shared,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<Entry>>, Problem> {
    let page = PageRequest::from(PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    });
    let filter = AuditFilter {
        actor: query.actor,
        action: query.action,
        object: query.object,
        from: query.from,
        until: query.to,
    };
    Ok(Json(Page::of(
        app.store.audit_list(&app.tenant, &filter, &page).await?,
        Entry::from,
    )))
}
