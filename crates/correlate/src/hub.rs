//! Hubs: entities that everything touches (NAT, load balancer, scanner, golden image) are context, never an edge.
//!
//! A host, or another asset by its kind, may be busy all day without being shared: only an address, a domain or an
//! artefact is a hub by its hours.
//!
//! The same record of activity says how rare an entity is: 2 for one never seen before, 1 when it is active in an
//! eighth of all hours, ½ at the limit beyond which it is a hub.

use crate::{
    entity::EntityIx,
    hours::{Hours, WINDOW, judged},
    weights,
};
use model::EntityKind;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// An entity tied to more assets than this is a hub.
const ASSETS: usize = 50;
/// An address that in more of the hours of a day than this attacks assets it had not met before is one behind which
/// there are many: a scan meets all of them within an hour, and an intruder does not move on every other hour.
const VISITS: usize = 4;
/// Assets remembered; more are not needed to say "more than fifty".
const ASSETS_KEPT: usize = 64;

/// What an entity counts for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Context only.
    pub hub: bool,
    /// That because of its hours or its visits: an address behind which there are many.
    pub crowd: bool,
    /// ½ … 2.
    pub rarity: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tie {
    asset: EntityIx,
    first: i64,
    last: i64,
    /// Whether it was the attacker once.
    attacked: bool,
}

/// When an entity was active, and with which assets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub hours: Hours,
    ties: Vec<Tie>,
}

impl Activity {
    /// Notes that an alert of `hour` named the entity together with `asset`, perhaps as its attacker.
    pub(crate) fn tie(&mut self, asset: EntityIx, hour: i64, attacked: bool) {
        if let Some(tie) = self.ties.iter_mut().find(|tie| tie.asset == asset) {
            tie.first = tie.first.min(hour);
            tie.last = tie.last.max(hour);
            tie.attacked |= attacked;
        } else if self.ties.len() < ASSETS_KEPT {
            self.ties.push(Tie {
                asset,
                first: hour,
                last: hour,
                attacked,
            });
        }
    }

    /// Forgets assets not seen for a week.
    pub(crate) fn forget(&mut self, hour: i64) {
        self.ties.retain(|tie| tie.last >= hour - WINDOW);
    }

    /// The most hours of a day in which it attacked assets that it had not met before.
    fn visits(&self, range: &Range<i64>) -> usize {
        const DAY: i64 = 24;
        let first = |tie: &Tie| (tie.attacked && range.contains(&tie.first)).then_some(tie.first);
        let mut hours: Vec<i64> = self.ties.iter().filter_map(first).collect();
        hours.sort_unstable();
        hours.dedup();
        let within_a_day = |(at, hour): (usize, &i64)| hours[at..].partition_point(|h| *h < hour + DAY);
        hours.iter().enumerate().map(within_a_day).max().unwrap_or(0)
    }

    /// What an entity of this kind counts for as of `hour`, for a history that starts at `start`.
    pub(crate) fn standing(&self, kind: EntityKind, start: i64, hour: i64) -> Standing {
        let range = judged(start, hour);
        if range.is_empty() {
            return Standing {
                hub: false,
                crowd: false,
                rarity: 1.0,
            };
        }
        let active = self.hours.count(&range) as f64 / (range.end - range.start) as f64;
        let assets = self
            .ties
            .iter()
            .filter(|tie| tie.first < hour && tie.last >= range.start)
            .count();
        // Both as a share of what makes a hub.
        let (by_hours, by_assets) = (active * 4.0, assets as f64 / ASSETS as f64);
        let share = by_hours.max(by_assets);
        let crowd = !is_asset_by_kind(kind) && (by_hours > 1.0 || self.visits(&range) > VISITS);
        Standing {
            hub: by_assets > 1.0 || crowd,
            crowd,
            rarity: rarity(share),
        }
    }
}

/// How much more than the average something says that happens this often, as a share of what is too often.
pub(crate) fn rarity(share: f64) -> f64 {
    weights::round((2.0 * 0.25_f64.powf(share)).clamp(0.5, 2.0))
}

/// Whether what is of this kind is ours whatever part it plays. An address or a domain is so by its role only, and
/// an access key is what one acts with, whoever holds it.
pub(crate) fn is_asset_by_kind(kind: EntityKind) -> bool {
    let by_role = matches!(kind, EntityKind::Ip | EntityKind::Domain | EntityKind::AccessKey);
    kind.is_asset() && !by_role
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Handle;

    #[test]
    fn standing_follows_hours_and_assets() {
        let check = |hours: i64, assets: u32, history: i64, hub: bool, rarity: f64| {
            let mut activity = Activity::default();
            (0..hours).for_each(|i| activity.hours.mark(1000 + i));
            (0..assets).for_each(|asset| activity.tie(EntityIx::from_slot(asset), 1000, false));
            let crowd = hub && hours > 6;
            let expected = Standing { hub, crowd, rarity };
            assert_eq!(
                activity.standing(EntityKind::Ip, 1000, 1000 + history),
                expected,
                "{hours} h, {assets} assets"
            );
        };
        check(0, 0, 23, false, 1.0);
        check(0, 0, 24, false, 2.0);
        check(3, 1, 24, false, 1.0);
        check(6, 1, 24, false, 0.5);
        check(7, 1, 24, true, 0.5);
        check(1, 50, 100, false, 0.5);
        check(1, 51, 100, true, 0.5);
        check(23, 60, 23, false, 1.0);
    }

    #[test]
    fn who_visits_others_hour_after_hour_is_many() {
        let check = |kind: EntityKind, hours: &[i64], attacked: bool, expected: bool| {
            let mut activity = Activity::default();
            for (asset, hour) in hours.iter().enumerate() {
                activity.tie(EntityIx::from_slot(asset as u32), 1000 + hour, attacked);
            }
            let crowd = activity.standing(kind, 1000, 1100).crowd;
            assert_eq!(crowd, expected, "{kind:?} at {hours:?}, attacked: {attacked}");
        };
        check(EntityKind::Ip, &[0, 2, 4, 6], true, false);
        check(EntityKind::Ip, &[0, 2, 4, 6, 8], true, true);
        check(EntityKind::Ip, &[0, 2, 4, 6, 8], false, false);
        check(EntityKind::Host, &[0, 2, 4, 6, 8], true, false);
        // A scan: all of them at once. Or over days.
        check(EntityKind::Ip, &[5; 20], true, false);
        check(EntityKind::Ip, &[0, 7, 14, 21, 28, 35], true, false);
    }

    #[test]
    fn a_busy_host_is_no_hub() {
        let mut activity = Activity::default();
        (0..24).for_each(|i| activity.hours.mark(1000 + i));
        assert!(activity.standing(EntityKind::Ip, 1000, 1024).hub);
        assert!(!activity.standing(EntityKind::Host, 1000, 1024).hub);
        (0..51).for_each(|asset| activity.tie(EntityIx::from_slot(asset), 1000, false));
        assert!(activity.standing(EntityKind::Host, 1000, 1024).hub);
    }
}
