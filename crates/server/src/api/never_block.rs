//! The never-block list: what no action may touch, whoever asks. Adding to it lifts the blocks it forbids.

use super::{
    Shared,
    caller::{Responder, Viewer},
    extract::{Body, Id},
    finish::{fresh_id, language},
    problem::{Kind, Place, Problem, ProblemBody},
};
use crate::{app::App, clock};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use ipnet::IpNet;
use model::{EntityKey, EntityKind, Language, LocalText, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The kind, in the store, of an entry that is a network.
const NETWORK: &str = "cidr";
/// What the ids of built-in entries start with.
const BUILT_IN: &str = "builtin:";
/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// The routes of the never-block list.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(delete))
}

/// Something that is never blocked.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct NeverBlock {
    /// Its id.
    id: String,
    /// A network, an address or a domain.
    value: String,
    /// Why.
    reason: String,
    /// Who says so.
    by: String,
    /// Since when; null for what is built in.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Time>,
    /// Built in: it cannot be removed.
    builtin: bool,
}

/// Something that is never to be blocked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNeverBlock {
    /// A network, an address or a domain.
    value: String,
    /// Why.
    reason: String,
}

impl NeverBlock {
    fn built_in(network: &str, reason: &LocalText, language: Language) -> Self {
        Self {
            id: format!("{BUILT_IN}{network}"),
            value: network.to_owned(),
            reason: reason.get(language).to_owned(),
            by: "OpenCTDR".to_owned(),
            created_at: None,
            builtin: true,
        }
    }
}

impl From<store::NeverBlock> for NeverBlock {
    fn from(entry: store::NeverBlock) -> Self {
        Self {
            id: entry.id,
            value: entry.value,
            reason: entry.reason,
            by: entry.author,
            created_at: Some(entry.created),
            builtin: false,
        }
    }
}

/// List what is never blocked: people's own entries, then what is built in.
#[utoipa::path(
    get, path = "/never-block", operation_id = "list_never_block", tag = "never-block",
    responses((status = 200, body = Vec<NeverBlock>), (status = "default", body = ProblemBody))
)]
async fn list(_: Viewer, State(app): Shared, headers: HeaderMap) -> Result<Json<Vec<NeverBlock>>, Problem> {
    let language = language(&headers);
    let built_in = respond::never_block::built_in_part();
    let built_in = built_in.map(|(network, reason)| NeverBlock::built_in(network, &reason, language));
    let own = app.store.never_block_list(&app.tenant).await?;
    Ok(Json(
        own.into_iter().map(NeverBlock::from).chain(built_in).collect(),
    ))
}

/// Never block a network, an address or a domain. Blocks on it that are in force are lifted.
#[utoipa::path(
    post, path = "/never-block", operation_id = "create_never_block", tag = "never-block",
    request_body = NewNeverBlock,
    responses((status = 200, body = NeverBlock), (status = "default", body = ProblemBody))
)]
async fn create(
    Responder(caller): Responder,
    State(app): Shared,
    Body(new): Body<NewNeverBlock>,
) -> Result<Json<NeverBlock>, Problem> {
    let (kind, value) = read(&new.value).map_err(|message| invalid("/value", message))?;
    let reason = new.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(invalid(
            "/reason",
            format!("a reason has 1 to {LONGEST_REASON} characters"),
        ));
    }
    let entry = store::NeverBlock {
        id: fresh_id().to_string(),
        kind: kind.to_owned(),
        value,
        reason: reason.to_owned(),
        author: caller.name.clone(),
        created: clock::now(),
    };
    let after = json!({"value": entry.value, "reason": entry.reason});
    let audit = caller.audit("never_block.create", &entry.id, &Value::Null, &after);
    app.store.never_block_insert(&app.tenant, &entry, &audit).await?;
    app.wake.reconcile.notify_one();
    Ok(Json(entry.into()))
}

/// Take something off the never-block list. Blocks that it ended do not come back.
#[utoipa::path(
    delete, path = "/never-block/{id}", operation_id = "delete_never_block", tag = "never-block",
    params(("id" = String, Path, description = "the entry's id")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(
    Responder(caller): Responder,
    State(app): Shared,
    Id(id): Id<String>,
) -> Result<StatusCode, Problem> {
    if id.starts_with(BUILT_IN) {
        return Err(Problem::new(Kind::Conflict, "what is built in cannot be removed"));
    }
    let entries = app.store.never_block_list(&app.tenant).await?;
    let entry = entries
        .into_iter()
        .find(|entry| entry.id == id)
        .ok_or_else(|| Problem::not_found(&id))?;
    let before = json!({"value": entry.value, "reason": entry.reason});
    let audit = caller.audit("never_block.delete", &id, &before, &Value::Null);
    app.store.never_block_delete(&app.tenant, &id, &audit).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn invalid(place: &str, message: String) -> Problem {
    Problem::invalid(
        "nothing was added",
        vec![Place {
            place: place.to_owned(),
            message,
        }],
    )
}

/// The kind and the canonical value of what a person wrote.
fn read(text: &str) -> Result<(&'static str, String), String> {
    let text = text.trim();
    if text.parse::<IpAddr>().is_ok() {
        return Ok((EntityKind::Ip.code(), EntityKey::new(EntityKind::Ip, text).value));
    }
    if let Ok(network) = text.parse::<IpNet>() {
        // A slip of the finger that would lift every block there is.
        if network.prefix_len() == 0 {
            return Err("every address is too much: pause automatic response instead".to_owned());
        }
        return Ok((NETWORK, network.trunc().to_string()));
    }
    let domain = EntityKey::new(EntityKind::Domain, text).value;
    if is_domain(&domain) {
        return Ok((EntityKind::Domain.code(), domain));
    }
    Err(format!("`{text}` is not a network, an address or a domain"))
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A name of digits only is a mistyped address.
    let last_is_a_word = text
        .rsplit('.')
        .next()
        .is_some_and(|last| last.chars().any(char::is_alphabetic));
    text.contains('.') && text.len() <= 253 && text.split('.').all(label) && last_is_a_word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_what_they_are() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let got = read(text).ok();
            assert_eq!(
                got.as_ref().map(|(kind, value)| (*kind, value.as_str())),
                expected,
                "{text}"
            );
        };
        check("203.0.113.7", Some(("ip", "203.0.113.7")));
        check(" ::ffff:203.0.113.7 ", Some(("ip", "203.0.113.7")));
        check("203.0.113.7/24", Some(("cidr", "203.0.113.0/24")));
        check("2001:DB8::/32", Some(("cidr", "2001:db8::/32")));
        check("CDN.example.com.", Some(("domain", "cdn.example.com")));
        for wrong in [
            "",
            "0.0.0.0/0",
            "::/0",
            "203.0.113",
            "203.0.113.256",
            "localhost",
            "a b.example",
            "-.com",
            "/24",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn the_worker_reads_networks_by_their_kind() {
        assert!(EntityKind::parse(NETWORK).is_none());
    }
}
