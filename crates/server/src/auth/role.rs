//! Roles: each may do what the one before may.

use serde::{Deserialize, Serialize};

/// What a user may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Read everything but secrets.
    Viewer,
    /// Handle events: status, blocks, whitelists.
    Responder,
    /// Rules, sources, connections, users, settings.
    Admin,
}

impl Role {
    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Admin => "admin",
        }
    }
}

impl From<store::UserRole> for Role {
    fn from(role: store::UserRole) -> Self {
        match role {
            store::UserRole::Viewer => Self::Viewer,
            store::UserRole::Responder => Self::Responder,
            store::UserRole::Admin => Self::Admin,
        }
    }
}

impl From<Role> for store::UserRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Viewer => Self::Viewer,
            Role::Responder => Self::Responder,
            Role::Admin => Self::Admin,
        }
    }
}
