//! Who calls, and whether they may.
//!
//! A cookie names a session; every request that changes something also carries the session's CSRF token. The three
//! extractors are the roles: a handler that takes [`Responder`] cannot run for a viewer.

use super::problem::{Kind, Problem};
use crate::{
    app::App,
    auth::{Role, digest},
    clock,
};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, Method, header, request::Parts},
};
use serde_json::Value as Json;
use std::sync::Arc;
use store::AuditEntry;
use subtle::ConstantTimeEq as _;

/// The cookie of a session.
pub const COOKIE: &str = "ctdr_session";
/// The header of the CSRF token.
pub const CSRF: &str = "x-csrf-token";

/// A logged-in user.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The digest of their session.
    pub session: String,
    /// The token that requests which change something carry.
    pub csrf: String,
}

/// Any logged-in user.
#[derive(Clone, Debug)]
pub struct Viewer(pub Caller);

/// A user who may handle events.
#[derive(Clone, Debug)]
pub struct Responder(pub Caller);

/// A user who may change rules, sources, connections, users and settings.
#[derive(Clone, Debug)]
pub struct Admin(pub Caller);

impl Caller {
    /// An audit entry of something this caller did.
    #[allow(clippy::needless_pass_by_value, reason = "ids are passed as they are at hand")]
    pub fn audit(&self, action: &str, object: impl ToString, before: &Json, after: &Json) -> AuditEntry {
        AuditEntry {
            at: clock::now(),
            actor: self.name.clone(),
            action: action.to_owned(),
            object: object.to_string(),
            before: before.clone(),
            after: after.clone(),
        }
    }

    async fn of(parts: &Parts, app: &App) -> Result<Self, Problem> {
        let unauthenticated = || Problem::new(Kind::Unauthenticated, "no valid session");
        let token = cookie(&parts.headers).ok_or_else(unauthenticated)?;
        let session = digest(token);
        let known = app
            .store
            .session_find(session.as_bytes(), clock::now())
            .await?
            .ok_or_else(unauthenticated)?;
        let caller = Self {
            id: known.user.id,
            name: known.user.name,
            role: known.user.role.into(),
            session,
            csrf: csrf_token(token),
        };
        let reads = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !reads && !caller.csrf_matches(&parts.headers) {
            return Err(Problem::new(
                Kind::Forbidden,
                format!("the header `{CSRF}` is missing or wrong"),
            ));
        }
        Ok(caller)
    }

    fn csrf_matches(&self, headers: &HeaderMap) -> bool {
        let sent = headers
            .get(CSRF)
            .map(http::HeaderValue::as_bytes)
            .unwrap_or_default();
        bool::from(sent.ct_eq(self.csrf.as_bytes()))
    }

    fn at_least(self, role: Role) -> Result<Self, Problem> {
        if self.role >= role {
            return Ok(self);
        }
        let detail = format!(
            "this needs the role `{}`, yours is `{}`",
            role.as_str(),
            self.role.as_str()
        );
        Err(Problem::new(Kind::Forbidden, detail))
    }
}

/// The CSRF token of a session: derived from its token, so that only who has the cookie can know it, and a page of
/// another origin, which cannot read the cookie, cannot.
pub fn csrf_token(session_token: &str) -> String {
    digest(&format!("csrf {session_token}"))
}

/// The session token of a request's cookies.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

macro_rules! role_extractor {
    ($extractor:ident, $role:expr) => {
        impl<S> FromRequestParts<S> for $extractor
        where
            S: Send + Sync,
            Arc<App>: FromRef<S>,
        {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
                let app = Arc::<App>::from_ref(state);
                Caller::of(parts, &app).await?.at_least($role).map(Self)
            }
        }
    };
}

role_extractor!(Viewer, Role::Viewer);
role_extractor!(Responder, Role::Responder);
role_extractor!(Admin, Role::Admin);
