//! Logging in and out, and the first administrator.
//!
//! A login is slowed down by user name and by client address, hashes at most a few passwords at once, and never says
//! which part of it was wrong.

use super::{
    Shared,
    caller::{COOKIE, Viewer, csrf_token},
    extract::Body,
    finish::fresh_id,
    problem::{Kind, Place, Problem, ProblemBody},
    users,
};
use crate::{
    app::App,
    auth::{PasswordError, Role, digest, random_token},
    clock, setup,
};
use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use store::{AuditEntry, User, UserRole};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long a session lasts.
const SESSION: Duration = Duration::from_hours(12);
/// Passwords hashed at once: each takes 19 MiB, and anybody may ask for it.
static HASHING: Semaphore = Semaphore::const_new(4);

/// The routes of sessions.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(setup_state, complete_setup))
        .routes(routes!(fetch, create, delete))
}

/// Whether the first account is still to be made.
#[derive(Serialize, ToSchema)]
struct SetupState {
    /// It is.
    needed: bool,
}

/// What makes the first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetupRequest {
    /// The one-time token that the server wrote into its data folder.
    token: String,
    /// The administrator's name.
    username: String,
    /// Their password.
    password: String,
}

/// What starts a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// The user's name.
    username: String,
    /// Their password.
    password: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
struct Session {
    /// The user.
    user: SessionUser,
    /// What every request that changes something carries in the header `x-csrf-token`.
    csrf_token: String,
    /// The version of this server.
    product_version: &'static str,
}

/// The user of a session.
#[derive(Serialize, ToSchema)]
struct SessionUser {
    /// Their id.
    id: String,
    /// Their name.
    name: String,
    /// What they may do.
    role: Role,
}

impl Session {
    fn new(id: String, name: String, role: Role, csrf_token: String) -> Self {
        Self {
            user: SessionUser { id, name, role },
            csrf_token,
            product_version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Say whether the first account is still to be made.
#[utoipa::path(
    get, path = "/setup", operation_id = "fetch_setup", tag = "sessions", security(()),
    responses((status = 200, body = SetupState), (status = "default", body = ProblemBody))
)]
async fn setup_state(State(app): Shared) -> Result<Json<SetupState>, Problem> {
    Ok(Json(SetupState {
        needed: app.store.setup_needed(&app.tenant).await?,
    }))
}

/// Make the first administrator with the one-time token, and log them in.
#[utoipa::path(
    post, path = "/setup", operation_id = "complete_setup", tag = "sessions", security(()),
    request_body = SetupRequest,
    responses((status = 200, body = Session), (status = "default", body = ProblemBody))
)]
async fn complete_setup(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(request): Body<SetupRequest>,
) -> Result<impl IntoResponse, Problem> {
    let address = format!("address {}", client(peer.ip(), &headers, app.config.server.https));
    if !app.store.setup_needed(&app.tenant).await? {
        return Err(Problem::new(
            Kind::Conflict,
            "this server has its first account already",
        ));
    }
    wait(&app, &[&address])?;
    let name = users::check_name("/username", &request.username)?;
    let password_hash = hash(&name, request.password).await?;
    let user = User {
        id: fresh_id().to_string(),
        name,
        password_hash,
        role: UserRole::Admin,
        disabled: false,
        created: clock::now(),
    };
    let audit = entry(
        &user.name,
        "setup.complete",
        &user.id,
        &json!({"name": user.name, "role": Role::Admin}),
    );
    // Compared as a digest, so how long it takes says nothing of the token; used and user made in one transaction.
    let done = app
        .store
        .setup_complete(&app.tenant, digest(&request.token).as_bytes(), &user, &audit)
        .await;
    match done {
        Ok(()) => {}
        Err(store::Error::NotFound { .. }) => {
            app.throttle.failed(&address, clock::now());
            return Err(Problem::new(
                Kind::Unauthenticated,
                "the token is wrong or was used",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    setup::token_used(&app.config);
    begin(&app, user).await
}

/// Say who is logged in.
#[utoipa::path(
    get, path = "/session", operation_id = "fetch_session", tag = "sessions",
    responses((status = 200, body = Session), (status = "default", body = ProblemBody))
)]
async fn fetch(Viewer(caller): Viewer) -> Json<Session> {
    Json(Session::new(caller.id, caller.name, caller.role, caller.csrf))
}

/// Log in.
#[utoipa::path(
    post, path = "/session", operation_id = "create_session", tag = "sessions", security(()), request_body = Login,
    responses((status = 200, body = Session), (status = "default", body = ProblemBody))
)]
async fn create(
    State(app): Shared,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<impl IntoResponse, Problem> {
    let address = client(peer.ip(), &headers, app.config.server.https);
    let keys = [
        format!("user {}", login.username.to_lowercase()),
        format!("address {address}"),
    ];
    let keys = [keys[0].as_str(), keys[1].as_str()];
    let user = app
        .store
        .user_find(&app.tenant, &login.username)
        .await?
        .filter(|user| !user.disabled);
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let permit = HASHING.acquire().await.map_err(|_| unavailable())?;
    // Asked when it is this login's turn: those that were sent at the same time have failed by now.
    wait(&app, &keys)?;
    let verified = blocking(move || crate::auth::verify(hash.as_deref(), &login.password)).await?;
    let Some(user) = user.filter(|_| verified) else {
        for key in keys {
            app.throttle.failed(key, clock::now());
        }
        drop(permit);
        // Not in the audit log, which strangers could fill this way.
        tracing::warn!(client.address = %address, user.name = ?login.username, "a login was refused");
        return Err(Problem::new(
            Kind::Unauthenticated,
            "the user name or the password is wrong",
        ));
    };
    for key in keys {
        app.throttle.succeeded(key);
    }
    let audit = entry(
        &user.name,
        "session.create",
        &user.id,
        &json!({"address": address}),
    );
    app.store.audit_append(&app.tenant, &audit).await?;
    begin(&app, user).await
}

/// Log out.
#[utoipa::path(
    delete, path = "/session", operation_id = "delete_session", tag = "sessions",
    responses((status = 204), (status = "default", body = ProblemBody))
)]
async fn delete(Viewer(caller): Viewer, State(app): Shared) -> Result<impl IntoResponse, Problem> {
    let audit = caller.audit("session.delete", &caller.id, &Value::Null, &Value::Null);
    app.store.session_delete(caller.session.as_bytes()).await?;
    app.store.audit_append(&app.tenant, &audit).await?;
    let gone = cookie("", Duration::ZERO, app.config.server.https);
    Ok((
        StatusCode::NO_CONTENT,
        AppendHeaders([(header::SET_COOKIE, gone)]),
    ))
}

/// Begins a session of `user`.
async fn begin(app: &App, user: User) -> Result<impl IntoResponse + use<>, Problem> {
    let token = random_token("").map_err(|error| Problem::new(Kind::Unavailable, error.to_string()))?;
    let now = clock::now();
    let lasts = (now, now.plus(SESSION));
    app.store
        .session_insert(&app.tenant, digest(&token).as_bytes(), &user.id, lasts)
        .await?;
    let session = Session::new(user.id, user.name, user.role.into(), csrf_token(&token));
    let cookie = cookie(&token, SESSION, app.config.server.https);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Json(session)))
}

fn cookie(token: &str, lasts: Duration, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!(
        "{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
        lasts.as_secs()
    )
}

/// The address a request comes from. Behind a proxy every request comes from the proxy, which then says in the last
/// entry of `X-Forwarded-For` from where it got it; the entries before are whatever the client wrote.
fn client(peer: IpAddr, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let last = headers.get_all("x-forwarded-for").into_iter().next_back();
    let last = last.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.filter(|_| behind_proxy).unwrap_or(peer)
}

/// Refuses who failed too often lately.
fn wait(app: &App, keys: &[&str]) -> Result<(), Problem> {
    let now = clock::now();
    match keys.iter().filter_map(|key| app.throttle.wait(key, now)).max() {
        None => Ok(()),
        Some(pause) => {
            let pause = Duration::from_secs(pause.as_millis().div_ceil(1000) as u64);
            let detail = format!("too many failed logins; try again in {} s", pause.as_secs());
            Err(Problem::new(Kind::TooMany, detail).retry_after(pause))
        }
    }
}

/// Checks a new password and hashes it.
pub async fn hash(user: &str, password: String) -> Result<String, Problem> {
    let user = user.to_owned();
    let _permit = HASHING.acquire().await.map_err(|_| unavailable())?;
    blocking(move || crate::auth::hash(&user, &password))
        .await?
        .map_err(|error| {
            let message = error.to_string();
            if error == PasswordError::Hash {
                return Problem::new(Kind::Internal, message);
            }
            let place = "/password".to_owned();
            Problem::invalid(message.clone(), vec![Place { place, message }])
        })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| unavailable())
}

fn unavailable() -> Problem {
    Problem::new(Kind::Unavailable, "the server is stopping")
}

/// An audit entry of someone who is only just logging in.
fn entry(actor: &str, action: &str, object: &str, after: &Value) -> AuditEntry {
    AuditEntry {
        at: clock::now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        object: object.to_owned(),
        before: Value::Null,
        after: after.clone(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_what_the_proxy_wrote_names_the_client() {
        let check = |forwarded: &[&'static str], behind_proxy, expected: &str| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            let client = client("192.0.2.1".parse().unwrap(), &headers, behind_proxy);
            assert_eq!(client.to_string(), expected, "{forwarded:?}");
        };
        check(&[], true, "192.0.2.1");
        check(&["203.0.113.9"], false, "192.0.2.1");
        check(&["198.51.100.1, 203.0.113.9"], true, "203.0.113.9");
        check(&["198.51.100.1", "203.0.113.9"], true, "203.0.113.9");
        check(&["unknown"], true, "192.0.2.1");
    }

    #[test]
    fn cookies_are_for_the_browser_alone() {
        let check = |https, expected: &str| assert_eq!(cookie("t", SESSION, https), expected);
        check(
            false,
            "ctdr_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200",
        );
        check(
            true,
            "ctdr_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200; Secure",
        );
    }
}
