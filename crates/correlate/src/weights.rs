//! What a shared entity weighs, and how that fades with time.
//!
//! The weights and half-lives are start values: they are to be tuned against labelled data, in this one table.

use model::{EntityKind, Role};
use std::time::Duration;

/// Alerts link when what they share adds up to this.
pub(crate) const THRESHOLD: f64 = 1.0;
/// A bridge this strong merges events by a single edge.
pub(crate) const BRIDGE: f64 = 1.5 * THRESHOLD;
/// A shared host is enough by itself within this time: its half-life. Attackers pause for lunch, so less breaks
/// intrusions apart; more draws in what has nothing to do with them.
pub(crate) const HOST_ALONE: Duration = Duration::from_hours(1);
/// Within this time a shared host is as good as a strong bridge: what else happens to a server in the same minute?
pub(crate) const HOST_AT_ONCE: Duration = Duration::from_mins(1);
/// The same rare rule of the network side on two assets is one sweep within this time.
pub(crate) const SWEEP: Duration = Duration::from_mins(1);
/// Where an agent saw an intruder, a shared host is enough by itself until the event was silent for so long: it is in
/// other hands.
pub(crate) const BREACHED: Duration = Duration::from_hours(24);
/// The same rule on the same account of a host is the same thing again within this time.
pub(crate) const AGAIN: Duration = Duration::from_hours(72);
/// A rule that fires on this many assets within [`AT_ONCE`], or did so within an hour of the last week, is about all of
/// them.
pub(crate) const FLEET: usize = 6;
/// See [`FLEET`].
pub(crate) const AT_ONCE: Duration = Duration::from_mins(30);
/// Alerts of one rule on one account of one host are one campaign within this time, whoever they come from.
pub(crate) const ONE_TARGET: Duration = Duration::from_mins(10);
/// What comes to one asset from an address behind which there are many is one visit within this time.
pub(crate) const VISIT: Duration = Duration::from_mins(30);
/// No alert links over a longer gap: the window of the longest hard link.
pub(crate) const HORIZON: Duration = Duration::from_hours(7 * DAY);

const HOUR: u64 = 1;
const DAY: u64 = 24 * HOUR;

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weight {
    pub base: f64,
    pub half_life: Duration,
    /// Links by itself within its half-life, however common.
    pub hard: bool,
}

/// The weight of a shared entity of this kind.
pub(crate) const fn weight(kind: EntityKind, malicious: bool) -> Weight {
    let (base, half_life, hard) = match kind {
        EntityKind::File | EntityKind::Process => (1.0, 7 * DAY, true),
        EntityKind::AccessKey => (0.9, 12 * HOUR, false),
        EntityKind::Ip if malicious => (0.9, 3 * DAY, false),
        EntityKind::Container => (0.8, 6 * HOUR, false),
        EntityKind::Host => (0.7, HOUR, false),
        EntityKind::Domain | EntityKind::Registry | EntityKind::Oss => (0.6, DAY, false),
        EntityKind::HostAccount => (0.6, 6 * HOUR, false),
        EntityKind::CloudAccount | EntityKind::Cluster => (0.5, HOUR, false),
        EntityKind::Url => (0.4, DAY, false),
        EntityKind::Ip => (0.4, HOUR, false),
    };
    Weight {
        base,
        half_life: Duration::from_hours(half_life),
        hard,
    }
}

/// How much of a weight is left after a gap.
pub(crate) fn decay(gap: Duration, half_life: Duration) -> f64 {
    0.5_f64.powf(gap.as_secs_f64() / half_life.as_secs_f64())
}

/// An attacker met twice says more than the average entity; so does a victim that turns attacker.
pub(crate) fn role_factor(one: Role, other: Role) -> f64 {
    match (one, other) {
        (Role::Attacker, Role::Attacker | Role::Victim) | (Role::Victim, Role::Attacker) => 1.5,
        _ => 1.0,
    }
}

/// What one shared entity adds to the score of a link.
pub(crate) fn contribution(weight: Weight, rarity: f64, roles: (Role, Role), gap: Duration) -> f64 {
    if weight.hard && gap <= weight.half_life {
        return THRESHOLD;
    }
    round(weight.base * rarity * role_factor(roles.0, roles.1) * decay(gap, weight.half_life))
}

/// Four decimals: enough for people, and exactly what a snapshot gives back.
pub(crate) fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contributions() {
        let check = |kind, malicious, rarity, roles, hours: f64, expected: f64| {
            let gap = Duration::from_secs_f64(hours * 3600.0);
            let got = contribution(weight(kind, malicious), rarity, roles, gap);
            assert!(
                (got - expected).abs() < 1e-9,
                "{kind} after {hours} h: {got}, expected {expected}"
            );
        };
        let artefacts = (Role::Artefact, Role::Artefact);
        check(EntityKind::File, false, 0.5, artefacts, 7.0 * 24.0, 1.0);
        check(EntityKind::File, false, 1.0, artefacts, 14.0 * 24.0, 0.25);
        check(EntityKind::Process, false, 1.0, artefacts, 7.0 * 24.0, 1.0);
        check(
            EntityKind::Host,
            false,
            1.0,
            (Role::Victim, Role::Victim),
            1.0,
            0.35,
        );
        check(
            EntityKind::Ip,
            false,
            1.0,
            (Role::Attacker, Role::Attacker),
            0.0,
            0.6,
        );
        check(
            EntityKind::Ip,
            true,
            1.0,
            (Role::Attacker, Role::Victim),
            0.0,
            1.35,
        );
        check(EntityKind::AccessKey, false, 2.0, artefacts, 12.0, 0.9);
    }
}
