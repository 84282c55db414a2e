//! Pass-through: one alert, one event. Also what becomes of a host-side alert whose rule names no method (S3), and of
//! a network-side one that waits for an expert pattern to complete.

use super::{Found, Lane, side::Sides};

pub(super) fn find() -> Found {
    Found {
        lane: Lane::Alone,
        sides: Sides::default(),
    }
}
