//! Expert: a pattern of one step, grouped by attacker. All alerts of one attacker, whatever rule or product
//! raised them, are one event while they follow each other within a day. A victim never links two attackers.

use super::{Decision, Lane, Place};
use crate::{
    digest::Digest,
    event::Link,
    state::{State, Target},
};
use std::time::Duration;

/// The longest silence within one event.
const GAP: Duration = Duration::from_hours(24);

pub(super) fn decide(state: &State, digest: &Digest) -> Decision {
    let Some(attacker) = digest.profile.attacker() else {
        return Decision::opens(Lane::Alone);
    };
    let lane = Lane::Attacker(attacker);
    let near = |event: &_| state.events[*event].period.distance(digest.time) <= GAP;
    let Some(event) = state.entities[attacker].attacks.filter(near) else {
        return Decision::opens(lane);
    };
    let (place, target) = match state.resolve(event) {
        Target::Shut(last) => (Place::Continues(last), last),
        Target::Open(target) => {
            let link = Link::SameAttacker(attacker);
            let bridges = Vec::new();
            (
                Place::Joins {
                    event: target,
                    link,
                    bridges,
                },
                target,
            )
        }
    };
    Decision {
        place,
        lane,
        considered: vec![event, target],
    }
}
