//! Graph computing: alerts link when the entities they share weigh enough (see [`crate::weights`]), and when the same
//! rare rule of the network side sweeps over several assets.

use super::{
    Found, Lane,
    edge::{differ, edge, sweep},
    side::Sides,
};
use crate::{
    digest::{Digest, Profile},
    event::EventIx,
    state::State,
    weights,
};
use std::time::Duration;

pub(super) fn find(state: &State, digest: &Digest) -> Found {
    let mut sides = Sides::default();
    let routine = state.is_routine(digest);
    let linking = digest.profile.mentions.iter().filter(|m| !state.is_hub(m));
    for node in state.newest_of(linking) {
        // Whether a shared host is enough depends on what else its event knows.
        let own = state.root(state.nodes[node].event);
        sides.consider(own);
        let Some(edge) = edge(state, digest, node, routine) else {
            continue;
        };
        if !(edge.assets_only && rivals(state, &digest.profile, own)) {
            sides.edge(state, own, edge);
        }
    }
    if digest.profile.may_sweep() {
        for node in state.rules.spread(digest.profile.rule).latest() {
            if let Some(edge) = sweep(state, digest, *node) {
                let own = state.root(state.nodes[*node].event);
                sides.edge(state, own, edge);
            }
        }
    }
    Found {
        lane: Lane::Graph,
        sides,
    }
}

/// Whether the event has attackers, and none of the alert's.
fn rivals(state: &State, profile: &Profile, event: EventIx) -> bool {
    differ(profile, &state.events[event].facts)
}

impl State {
    /// Whether its rule was seen to fire on all hosts at once, and it names nobody who did it.
    pub(crate) fn is_of_all(&self, profile: &Profile) -> bool {
        self.rules.is_of_fleet(profile.rule) && profile.attackers().next().is_none()
    }

    /// Whether somebody or something does this all the time: the rule fires on so many assets at once that it is an
    /// update or a roll-out, or it fired on the same asset at the same time of an earlier day.
    pub(crate) fn is_routine(&self, digest: &Digest) -> bool {
        let profile = &digest.profile;
        if !profile.spreads() {
            return false;
        }
        let mut assets = Vec::new();
        for node in self
            .rules
            .spread(profile.rule)
            .latest()
            .map(|node| &self.nodes[*node])
        {
            let gap = node.period.distance(digest.time);
            if gap <= weights::AT_ONCE {
                assets.extend(node.profile.asset());
            } else if same_time_of_day(gap) && node.profile.asset() == profile.asset() {
                return true;
            }
        }
        assets.sort_unstable();
        assets.dedup();
        assets.len() >= weights::FLEET
    }
}

/// Whether a gap is a number of days, more or less.
fn same_time_of_day(gap: Duration) -> bool {
    const DAY: Duration = Duration::from_hours(24);
    let rest = Duration::from_secs(gap.as_secs() % DAY.as_secs());
    gap + weights::AT_ONCE >= DAY && rest.min(DAY.saturating_sub(rest)) <= weights::AT_ONCE
}
