//! Ingest tokens: what programs send logs with. A token is shown once; what is kept of it lets nobody in.

use super::{
    Shared,
    caller::Admin,
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    problem::{Kind, Place, Problem, ProblemBody},
};
use crate::{
    app::App,
    auth::{digest, random_token},
    clock,
};
use axum::{Json, extract::State, http::StatusCode};
use model::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use store::AuditEntry;
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The setting that holds the tokens.
const SETTING: &str = "ingest_tokens";
/// What tokens start with, so that secret scanners know them.
const PREFIX: &str = "ctdr_";
/// Most tokens: every request with one is compared with all.
const MOST: usize = 100;
/// Most characters of a name.
const LONGEST_NAME: usize = 100;
/// Held from reading the list to saving it.
static CHANGE: Mutex<()> = Mutex::const_new(());

/// The routes of ingest tokens.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(delete))
}

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredToken {
    /// Its id, a ULID.
    id: String,
    /// What it is for.
    pub name: String,
    /// The digest of the token.
    digest: String,
    /// Who made it.
    created_by: String,
    /// When.
    created_at: Time,
}

/// An ingest token.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct IngestToken {
    /// Its id.
    id: String,
    /// What it is for.
    name: String,
    /// Who made it.
    created_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// The token itself, in the answer that made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A new token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// What it is for.
    name: String,
}

impl IngestToken {
    fn new(stored: StoredToken, token: Option<String>) -> Self {
        Self {
            id: stored.id,
            name: stored.name,
            created_by: stored.created_by,
            created_at: stored.created_at,
            token,
        }
    }
}

/// List ingest tokens, without the tokens themselves.
#[utoipa::path(
    get, path = "/tokens", operation_id = "list_tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<IngestToken>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Admin,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<IngestToken>>, Problem> {
    let tokens = all(&app)
        .await?
        .into_iter()
        .map(|stored| IngestToken::new(stored, None))
        .collect();
    Page::cut(tokens, page, |token: &IngestToken| token.id.clone()).map(Json)
}

/// Make an ingest token. It is shown in this answer and never again.
#[utoipa::path(
    post, path = "/tokens", operation_id = "create_token", tag = "tokens", request_body = NewToken,
    responses((status = 200, body = IngestToken), (status = "default", body = ProblemBody))
)]
async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(new): Body<NewToken>,
) -> Result<Json<IngestToken>, Problem> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let message = format!("a name has 1 to {LONGEST_NAME} characters");
        return Err(Problem::invalid(
            message.clone(),
            vec![Place {
                place: "/name".to_owned(),
                message,
            }],
        ));
    }
    let token = random_token(PREFIX).map_err(|error| Problem::new(Kind::Unavailable, error.to_string()))?;
    let stored = StoredToken {
        id: fresh_id().to_string(),
        name: name.to_owned(),
        digest: digest(&token),
        created_by: caller.name.clone(),
        created_at: clock::now(),
    };
    let _one_at_a_time = CHANGE.lock().await;
    let mut tokens = all(&app).await?;
    if tokens.len() >= MOST {
        return Err(Problem::new(
            Kind::Conflict,
            format!("there are {MOST} tokens already: delete one first"),
        ));
    }
    tokens.push(stored.clone());
    let audit = caller.audit(
        "token.create",
        &stored.id,
        &Value::Null,
        &json!({"name": stored.name}),
    );
    save(&app, &tokens, &audit).await?;
    Ok(Json(IngestToken::new(stored, Some(token))))
}

/// Delete an ingest token; whoever sends logs with it is refused from now on.
#[utoipa::path(
    delete, path = "/tokens/{id}", operation_id = "delete_token", tag = "tokens",
    params(("id" = String, Path, description = "the token's id, not the token")),
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(Admin(caller): Admin, State(app): Shared, Id(id): Id<String>) -> Result<StatusCode, Problem> {
    let _one_at_a_time = CHANGE.lock().await;
    let mut tokens = all(&app).await?;
    let place = tokens
        .iter()
        .position(|token| token.id == id)
        .ok_or_else(|| Problem::not_found(&id))?;
    let gone = tokens.remove(place);
    let audit = caller.audit("token.delete", &id, &json!({"name": gone.name}), &Value::Null);
    save(&app, &tokens, &audit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The stored token that `token` is.
pub async fn find(app: &App, token: &str) -> Result<Option<StoredToken>, store::Error> {
    Ok(matching(all(app).await?, token))
}

fn matching(tokens: Vec<StoredToken>, token: &str) -> Option<StoredToken> {
    let digest = digest(token);
    tokens
        .into_iter()
        .find(|stored| bool::from(stored.digest.as_bytes().ct_eq(digest.as_bytes())))
}

async fn all(app: &App) -> Result<Vec<StoredToken>, store::Error> {
    Ok(app
        .store
        .setting_fetch(&app.tenant, SETTING)
        .await?
        .unwrap_or_default())
}

async fn save(app: &App, tokens: &[StoredToken], audit: &AuditEntry) -> Result<(), store::Error> {
    app.store
        .setting_set(&app.tenant, SETTING, &tokens, clock::now(), audit)
        .await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_matches() {
        let token = random_token(PREFIX).unwrap();
        let stored = |name: &str, token: &str| StoredToken {
            id: name.to_owned(),
            name: name.to_owned(),
            digest: digest(token),
            created_by: "ada".to_owned(),
            created_at: Time::from_secs(0),
        };
        let tokens = vec![stored("other", "ctdr_other"), stored("mine", &token)];
        let found = |text: &str| matching(tokens.clone(), text).map(|stored| stored.name);
        assert_eq!(found(&token).as_deref(), Some("mine"));
        for wrong in ["", "ctdr_", &token[1..], &format!("{token} "), &digest(&token)] {
            assert_eq!(found(wrong), None, "{wrong}");
        }
        assert!(!serde_json::to_string(&tokens).unwrap().contains(&token));
    }
}
