//! Who is asking: passwords, sessions, tokens, and the roles that bound what they may do.

mod password;
mod role;
mod secret;
mod throttle;

pub use password::{PasswordError, hash, verify};
pub use role::Role;
pub use secret::{RandomError, digest, random_token};
pub use throttle::Throttle;
