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

/// An entity tied to more assets than this is a hub.
const ASSETS: usize = 50;
/// Assets remembered; more are not needed to say "more than fifty".
const ASSETS_KEPT: usize = 64;

/// What an entity counts for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    /// Context only.
    pub hub: bool,
    /// That because of its hours: an address behind which there are many.
    pub crowd: bool,
    /// ½ … 2.
    pub rarity: f64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tie {
    asset: EntityIx,
    first: i64,
    last: i64,
}

/// When an entity was active, and with which assets.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Activity {
    pub hours: Hours,
    ties: Vec<Tie>,
}

impl Activity {
    /// Notes that an alert of `hour` named the entity together with `asset`.
    pub(crate) fn tie(&mut self, asset: EntityIx, hour: i64) {
        if let Some(tie) = self.ties.iter_mut().find(|tie| tie.asset == asset) {
            tie.first = tie.first.min(hour);
            tie.last = tie.last.max(hour);
        } else if self.ties.len() < ASSETS_KEPT {
            self.ties.push(Tie {
                asset,
                first: hour,
                last: hour,
            });
        }
    }

    /// Forgets assets not seen for a week.
    pub(crate) fn forget(&mut self, hour: i64) {
        self.ties.retain(|tie| tie.last >= hour - WINDOW);
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
        let crowd = by_hours > 1.0 && !is_asset_by_kind(kind);
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
            (0..assets).for_each(|asset| activity.tie(EntityIx::from_slot(asset), 1000));
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
    fn a_busy_host_is_no_hub() {
        let mut activity = Activity::default();
        (0..24).for_each(|i| activity.hours.mark(1000 + i));
        assert!(activity.standing(EntityKind::Ip, 1000, 1024).hub);
        assert!(!activity.standing(EntityKind::Host, 1000, 1024).hub);
        (0..51).for_each(|asset| activity.tie(EntityIx::from_slot(asset), 1000));
        assert!(activity.standing(EntityKind::Host, 1000, 1024).hub);
    }
}
