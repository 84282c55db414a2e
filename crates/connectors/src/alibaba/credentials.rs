//! Who calls: an access key, long-lived or issued for a session.

use serde::Deserialize;

use crate::Secret;

/// An access key of Alibaba Cloud.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The key's public id.
    pub access_key_id: String,
    /// Its secret.
    pub access_key_secret: Secret,
    /// The token that belongs to a key issued by `AssumeRole`.
    #[serde(default)]
    pub security_token: Option<Secret>,
}
