//! Users and their roles.

use super::{
    Shared,
    caller::Admin,
    extract::{Body, Id, Query},
    finish::fresh_id,
    page::{Page, PageQuery},
    problem::{Kind, Place, Problem, ProblemBody},
    sessions,
};
use crate::{app::App, auth::Role, clock};
use axum::{Json, extract::State};
use model::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Most characters of a name.
const LONGEST_NAME: usize = 64;
/// Held from counting the administrators to saving a change, so that two changes cannot remove the last two.
static CHANGE: Mutex<()> = Mutex::const_new(());

/// The routes of users.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(update))
}

/// A user.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct User {
    /// Their id.
    id: String,
    /// The name they log in with.
    name: String,
    /// What they may do.
    role: Role,
    /// They may not log in.
    disabled: bool,
    /// Since when there is the account.
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

impl From<store::User> for User {
    fn from(user: store::User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            role: user.role.into(),
            disabled: user.disabled,
            created_at: user.created,
        }
    }
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// The name to log in with; upper and lower case are the same.
    name: String,
    /// What they may do.
    role: Role,
    /// Their password, at least 12 characters.
    password: String,
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserUpdate {
    /// What they may do from now on.
    role: Option<Role>,
    /// Whether they may not log in; their sessions end.
    disabled: Option<bool>,
    /// A new password; their sessions end.
    password: Option<String>,
}

/// List users, by name.
#[utoipa::path(
    get, path = "/users", operation_id = "list_users", tag = "users", params(PageQuery),
    responses((status = 200, body = Page<User>), (status = "default", body = ProblemBody))
)]
async fn list(
    _: Admin,
    State(app): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<User>>, Problem> {
    let users = app
        .store
        .user_list(&app.tenant)
        .await?
        .into_iter()
        .map(User::from)
        .collect();
    Page::cut(users, page, |user: &User| user.id.clone()).map(Json)
}

/// Create a user.
#[utoipa::path(
    post, path = "/users", operation_id = "create_user", tag = "users", request_body = NewUser,
    responses((status = 200, body = User), (status = "default", body = ProblemBody))
)]
async fn create(
    Admin(caller): Admin,
    State(app): Shared,
    Body(new): Body<NewUser>,
) -> Result<Json<User>, Problem> {
    let name = check_name("/name", &new.name)?;
    let password_hash = sessions::hash(&name, new.password).await?;
    let user = store::User {
        id: fresh_id().to_string(),
        name,
        password_hash,
        role: new.role.into(),
        disabled: false,
        created: clock::now(),
    };
    let after = json!({"name": user.name, "role": new.role});
    let audit = caller.audit("user.create", &user.id, &Value::Null, &after);
    app.store.user_save(&app.tenant, &user, &audit).await?;
    Ok(Json(user.into()))
}

/// Change the role or password of a user, or whether they may log in.
#[utoipa::path(
    patch, path = "/users/{id}", operation_id = "update_user", tag = "users",
    params(("id" = String, Path, description = "the user's id")), request_body = UserUpdate,
    responses((status = 200, body = User), (status = "default", body = ProblemBody))
)]
async fn update(
    Admin(caller): Admin,
    State(app): Shared,
    Id(id): Id<String>,
    Body(update): Body<UserUpdate>,
) -> Result<Json<User>, Problem> {
    let before = app
        .store
        .user_fetch(&app.tenant, &id)
        .await?
        .ok_or_else(|| Problem::not_found(&id))?;
    let password_hash = match update.password {
        Some(password) => Some(sessions::hash(&before.name, password).await?),
        None => None,
    };
    let _one_at_a_time = CHANGE.lock().await;
    let users = app.store.user_list(&app.tenant).await?;
    let before = users
        .iter()
        .find(|user| user.id == id)
        .cloned()
        .ok_or_else(|| Problem::not_found(&id))?;
    let mut user = before.clone();
    user.role = update.role.map_or(user.role, Into::into);
    user.disabled = update.disabled.unwrap_or(user.disabled);
    let changes_password = password_hash.is_some();
    user.password_hash = password_hash.unwrap_or(user.password_hash);
    if !is_admin(&user) && !users.iter().any(|other| other.id != id && is_admin(other)) {
        return Err(Problem::new(
            Kind::Conflict,
            format!("`{}` is the only administrator", user.name),
        ));
    }
    let shown = |user: &store::User| json!({"role": Role::from(user.role), "disabled": user.disabled});
    let mut after = shown(&user);
    after["password_changed"] = json!(changes_password);
    let audit = caller.audit("user.update", &id, &shown(&before), &after);
    app.store.user_save(&app.tenant, &user, &audit).await?;
    Ok(Json(user.into()))
}

fn is_admin(user: &store::User) -> bool {
    user.role == store::UserRole::Admin && !user.disabled
}

/// A new user's name, trimmed; `place` is where in the request it stands.
pub fn check_name(place: &str, name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let length = name.chars().count();
    // Names stand in logs and in the audit log: nothing that breaks a line or turns its direction.
    if (1..=LONGEST_NAME).contains(&length)
        && name.chars().all(|c| c.is_alphanumeric() || "._-@+ ".contains(c))
    {
        return Ok(name.to_owned());
    }
    let message = format!("a name has 1 to {LONGEST_NAME} letters, digits, spaces and `._-@+`");
    Err(Problem::invalid(
        message.clone(),
        vec![Place {
            place: place.to_owned(),
            message,
        }],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_text() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(check_name("/name", name).ok().as_deref(), expected, "{name:?}");
        };
        check(" ada ", Some("ada"));
        check("李 雷", Some("李 雷"));
        check("ada.l@example.com", Some("ada.l@example.com"));
        for wrong in [
            "",
            "  ",
            "a\nb",
            "a\u{202e}b",
            "a\u{1b}[31m",
            "<b>",
            &"x".repeat(65),
        ] {
            check(wrong, None);
        }
    }
}
