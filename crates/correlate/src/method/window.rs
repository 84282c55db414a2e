//! Similar items: the same rule on the same attacker or asset, within a window. The method of custom rules, and the
//! lane of noisy ones.

use super::{Decision, Lane, Place};
use crate::{
    digest::Digest,
    event::{EventIx, Link},
    state::{State, Target},
    weights::HORIZON,
};
use model::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The window of noisy rules.
pub(super) const NOISY: Duration = Duration::from_hours(1);

/// The newest event of a rule and an entity.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Similar {
    pub event: EventIx,
    pub last: Time,
}

pub(super) fn decide(state: &State, digest: &Digest, window: Duration) -> Decision {
    let profile = &digest.profile;
    // What is older than the state reaches back cannot be found.
    let window = window.min(HORIZON);
    let gap = |last: Time| digest.time.since(last).max(last.since(digest.time));
    let known = profile.similar_by().find_map(|entity| {
        let similar = state.similar.get(&(profile.rule, entity))?;
        let same_method = state.events[similar.event].method == profile.method;
        (same_method && gap(similar.last) <= window).then_some((entity, similar.event))
    });
    let Some((entity, event)) = known else {
        return Decision::opens(Lane::Similar);
    };
    let (place, target) = match state.resolve(event) {
        Target::Shut(last) => (Place::Continues(last), last),
        Target::Open(target) => {
            let seconds = window.as_secs();
            let link = Link::Similar { entity, seconds };
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
        lane: Lane::Similar,
        considered: vec![event, target],
    }
}
