//! Changes of a whitelist by whoever saw its last version.

use super::{
    announce, check, find,
    view::{Whitelist, WhitelistUpdate},
};
use crate::{
    api::{
        Shared,
        caller::Responder,
        etag::{IfMatch, Versioned, refusal},
        extract::{Body, Id},
        problem::{Problem, ProblemBody},
    },
    clock,
};
use axum::{Json, extract::State};
use model::whitelist::Whitelist as Model;
use serde_json::{Value, json};
use store::WhitelistRow;

/// Change a whitelist, pause or resume it. It holds for alerts from now on; its hits stay.
#[utoipa::path(
    patch, path = "/whitelists/{id}", operation_id = "update_whitelist", tag = "whitelists",
    params(
        ("id" = String, Path, description = "the whitelist's id"),
        ("If-Match" = String, Header, description = "the `ETag` of what was changed")
    ),
    request_body = WhitelistUpdate,
    responses((status = 200, body = Whitelist), (status = "default", body = ProblemBody))
)]
pub async fn update(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<String>,
    IfMatch(version): IfMatch,
    Body(update): Body<WhitelistUpdate>,
) -> Result<Versioned<Whitelist>, Problem> {
    let now = clock::now();
    let before = find(&app, &id).await?;
    let switched_only = update.only_switches();
    let after = update.of(WhitelistRow {
        version,
        ..before.clone()
    });
    // To pause one is never refused, and one that has ended or whose owner is gone may be paused, too.
    if !(switched_only && after.paused) {
        check(&app, &after.whitelist, now).await?;
    }
    let audit = caller.audit("whitelist.update", &id, &told(&before), &told(&after));
    let version = app
        .store
        .whitelist_update(&app.tenant, &after, &audit)
        .await
        .map_err(refusal)?;
    announce(&app).await?;
    let row = WhitelistRow { version, ..after };
    Ok(Versioned(version, Json(Whitelist::of(row, now))))
}

/// What the audit log says of it.
fn told(row: &WhitelistRow) -> Value {
    json!({"whitelist": row.whitelist, "paused": row.paused})
}

impl WhitelistUpdate {
    fn only_switches(&self) -> bool {
        self.scope.is_none()
            && self.condition.is_none()
            && self.reason.is_none()
            && self.owner.is_none()
            && self.expires_at.is_none()
    }

    /// The whitelist with what is to change.
    fn of(self, row: WhitelistRow) -> WhitelistRow {
        let known = row.whitelist;
        let whitelist = Model {
            id: known.id,
            scope: self.scope.map_or(known.scope, Into::into),
            condition: self.condition.map_or(known.condition, Into::into),
            reason: self.reason.unwrap_or(known.reason),
            owner: self.owner.unwrap_or(known.owner),
            expires_at: self.expires_at.unwrap_or(known.expires_at),
        };
        WhitelistRow {
            whitelist,
            paused: self.paused.unwrap_or(row.paused),
            ..row
        }
    }
}
