//! The one place that asks what time it is. Everything else gets the time as a parameter.

use model::Time;
use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

/// Now, by the system's clock.
#[allow(clippy::disallowed_methods, reason = "this is the one clock")]
pub fn now() -> Time {
    let since_epoch = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Time::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// How long the process runs, to the nanosecond: for measuring how long something takes.
pub fn running() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
