//! What a device must be able to do for us: list, create, delete, and answer whether we may.
//!
//! One actuator stands for one place a policy can act in: a product instance behind one connection. It decides
//! nothing: the lease table says what is wanted, [`crate::reconcile`] says what to call, and an actuator calls it.

use model::EntityKey;
use std::{fmt, time::Duration};

/// What every remote object of ours is named with; the rest of the name is the lease's id.
pub const NAME_PREFIX: &str = "ctdr-";

/// One place where remote objects are kept.
#[async_trait::async_trait]
pub trait Actuator: Send + Sync {
    /// The product acted on, such as `alibaba/waf`.
    fn system(&self) -> &str;

    /// Every object whose name starts with [`NAME_PREFIX`]; all pages of it, or an error.
    async fn list(&self) -> Result<Vec<RemoteObject>, ActuatorError>;

    /// Blocks `entity` by an object called `name`. Looks first: an object of that name that already does so is
    /// success, and is returned as it is.
    async fn create(&self, name: &str, entity: &EntityKey) -> Result<RemoteObject, ActuatorError>;

    /// Removes an object; not found is success.
    async fn delete(&self, object: &RemoteObject) -> Result<(), ActuatorError>;

    /// Whether the connection is valid: reachable, credentials accepted, permissions granted.
    async fn check(&self) -> Result<(), ActuatorError>;
}

/// An object on the device that carries our name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteObject {
    /// The vendor's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it blocks, where that can still be read from it.
    pub entity: Option<EntityKey>,
    /// It is enabled and says what we wrote; `false` once somebody edited it by hand.
    pub intact: bool,
}

/// Why a call failed. What matters of it: whether to try again, and whether it may have taken effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActuatorError {
    /// Too many calls; nothing was done.
    #[error("the device asks to slow down{}", Seconds(retry_after))]
    Throttled {
        /// How long to wait, where the device says so.
        retry_after: Option<Duration>,
    },
    /// No connection; nothing was sent.
    #[error("the device is unreachable: {0}")]
    Unreachable(String),
    /// Sent, but no answer in time: it may have taken effect.
    #[error("the device did not answer in time")]
    Timeout,
    /// The device failed on its side (5xx), or its answer makes no sense: it may have taken effect.
    #[error("the device failed with `{code}`: {message}")]
    Server {
        /// The status or the vendor's code.
        code: String,
        /// The vendor's words.
        message: String,
    },
    /// The device is full: more objects are not allowed until some go.
    #[error("the device's quota is used up: `{code}`: {message}")]
    Quota {
        /// The vendor's code.
        code: String,
        /// The vendor's words.
        message: String,
    },
    /// The credentials or permissions do not suffice.
    #[error("the device denies access with `{code}`: {message}")]
    Denied {
        /// The vendor's code.
        code: String,
        /// The vendor's words.
        message: String,
    },
    /// The device understood and refuses: the same call will be refused again.
    #[error("the device refuses with `{code}`: {message}")]
    Refused {
        /// The vendor's code.
        code: String,
        /// The vendor's words.
        message: String,
    },
}

impl ActuatorError {
    /// Whether the same call may succeed soon, with nobody changing anything.
    pub const fn retriable(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. } | Self::Unreachable(_) | Self::Timeout | Self::Server { .. }
        )
    }

    /// Whether it is certain that nothing was done; if not, only reading back tells.
    pub const fn outcome_known(&self) -> bool {
        !matches!(self, Self::Timeout | Self::Server { .. })
    }

    /// The least time to wait before the next call, where the device named one.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after } => *retry_after,
            _ => None,
        }
    }
}

/// ` for 3 s`, or nothing.
struct Seconds<'a>(&'a Option<Duration>);

impl fmt::Display for Seconds<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(wait) => write!(f, " for {} s", wait.as_secs_f64().ceil()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unanswered_calls_need_reading_back() {
        let check = |error: ActuatorError, retriable, known| {
            assert_eq!(error.retriable(), retriable, "{error}");
            assert_eq!(error.outcome_known(), known, "{error}");
        };
        let text = String::new;
        check(ActuatorError::Throttled { retry_after: None }, true, true);
        check(ActuatorError::Unreachable(text()), true, true);
        check(ActuatorError::Timeout, true, false);
        check(
            ActuatorError::Server {
                code: text(),
                message: text(),
            },
            true,
            false,
        );
        check(
            ActuatorError::Quota {
                code: text(),
                message: text(),
            },
            false,
            true,
        );
        check(
            ActuatorError::Denied {
                code: text(),
                message: text(),
            },
            false,
            true,
        );
        check(
            ActuatorError::Refused {
                code: text(),
                message: text(),
            },
            false,
            true,
        );
    }

    #[test]
    fn a_throttled_call_says_how_long() {
        let error = ActuatorError::Throttled {
            retry_after: Some(Duration::from_millis(2500)),
        };
        assert_eq!(error.to_string(), "the device asks to slow down for 3 s");
    }
}
