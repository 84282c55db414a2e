//! Similar items: the same rule on the same attacker or asset, within a window. The method of custom rules, and the
//! lane of noisy ones.

use super::{Found, Lane, side::Sides};
use crate::{
    digest::Digest,
    event::{EventIx, Tie},
    state::State,
    weights::HORIZON,
};
use model::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The newest event of a rule and an entity.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Similar {
    pub event: EventIx,
    pub last: Time,
}

pub(super) fn find(state: &State, digest: &Digest, window: Duration) -> Found {
    let profile = &digest.profile;
    // What is older than the state reaches back cannot be found.
    let window = window.min(HORIZON);
    let gap = |last: Time| digest.time.since(last).max(last.since(digest.time));
    let known = profile.similar_by().find_map(|entity| {
        let similar = state.similar.get(&(profile.rule, entity))?;
        let same_method = state.events[similar.event].method == profile.method;
        (same_method && gap(similar.last) <= window).then_some((entity, similar.event))
    });
    let mut sides = Sides::default();
    if let Some((entity, event)) = known {
        let seconds = window.as_secs();
        sides.home(state, event, Tie::Similar { entity, seconds });
    }
    Found {
        lane: Lane::Similar,
        sides,
    }
}
