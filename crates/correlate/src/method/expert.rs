//! Expert: by default a pattern of one step, grouped by attacker. All alerts of one attacker, whatever rule or
//! product raised them, are one event while they follow each other within a day. A victim never links two attackers.
//! Patterns of more steps are found for alerts of every method: see [`super::pattern`].

use super::{Found, Lane, side::Sides};
use crate::{digest::Digest, event::Tie, state::State};
use std::time::Duration;

/// The longest silence within one event.
const GAP: Duration = Duration::from_hours(24);

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    let Some(attacker) = digest.profile.attacker() else {
        return Found {
            lane: Lane::Alone,
            sides,
        };
    };
    let near = |event: &_| state.events[*event].period.distance(digest.time) <= GAP;
    if let Some(event) = state.entities[attacker].attacks.filter(near) {
        sides.home(state, event, Tie::SameAttacker(attacker));
    }
    Found {
        lane: Lane::Attacker(attacker),
        sides,
    }
}
