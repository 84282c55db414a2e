//! Pass-through: one alert, one event. Also what becomes of a host-side alert whose rule names no method (S3).

use super::{Decision, Lane};

pub(super) fn decide() -> Decision {
    Decision::opens(Lane::Alone)
}
