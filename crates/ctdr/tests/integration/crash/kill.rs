//! The points at which the server is killed.

use super::Play;
use crate::stage::{PATIENCE, is_attacked_by, rules_against, until};
use testkit::{
    FakeCloud,
    fake_cloud::{Fault, FaultKind},
};

/// Long enough that the server is dead before the firewall's answer would come.
const HOLD_MS: u64 = 30_000;

/// A point at which the server is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kill {
    /// A batch was sent and is not acknowledged yet.
    DuringIngest,
    /// A batch has just been acknowledged.
    AfterAcknowledgement,
    /// The first alert about the attacker can be read.
    AtFirstAlert,
    /// The event about the attacker can be read: its triggers are being worked.
    AtEvent,
    /// The firewall was asked for a rule and has not made it; the lease is pending.
    BeforeRule,
    /// The firewall has made the rule and not said so; the lease is still pending.
    AfterRule,
    /// The attacker is refused.
    WhenBlocked,
    /// The firewall was asked to remove a rule and has not.
    BeforeRemoval,
    /// The firewall has removed a rule and not said so.
    AfterRemoval,
    /// Nothing is under way; and once more as soon as it is up again.
    AtRest,
}

const KILLS: [Kill; 10] = [
    Kill::DuringIngest,
    Kill::AfterAcknowledgement,
    Kill::AtFirstAlert,
    Kill::AtEvent,
    Kill::BeforeRule,
    Kill::AfterRule,
    Kill::WhenBlocked,
    Kill::BeforeRemoval,
    Kill::AfterRemoval,
    Kill::AtRest,
];

/// Calls of the firewall before the point was prepared.
pub struct Calls {
    deletes: u64,
    creates: u64,
}

impl Calls {
    fn now(cloud: &FakeCloud) -> Self {
        let calls = cloud.state().calls;
        let count = |api: &str| calls.get(api).copied().unwrap_or_default();
        Self {
            deletes: count("DeleteDefenseRule"),
            creates: count("CreateDefenseRule"),
        }
    }
}

impl Kill {
    /// The point of a round.
    pub fn of(round: u32) -> Self {
        KILLS[round as usize % KILLS.len()]
    }

    /// Makes the firewall slow where the point is one of its calls.
    pub fn prepare(self, cloud: &FakeCloud) -> Calls {
        let (before, after) = (
            FaultKind::TimeoutBefore { hold_ms: HOLD_MS },
            FaultKind::TimeoutAfter { hold_ms: HOLD_MS },
        );
        let fault = match self {
            Self::BeforeRule => Some(("CreateDefenseRule", before)),
            Self::AfterRule => Some(("CreateDefenseRule", after)),
            Self::BeforeRemoval => Some(("DeleteDefenseRule", before)),
            Self::AfterRemoval => Some(("DeleteDefenseRule", after)),
            _ => None,
        };
        if let Some((api, kind)) = fault {
            cloud.inject(Fault::once(api, kind)).unwrap();
        }
        Calls::now(cloud)
    }

    /// Waits until the point is reached. `batches` are to be acknowledged first where the point is about them.
    pub async fn reached(self, play: &Play, address: &str, calls: &Calls, batches: u64) {
        let attacked = |item: &serde_json::Value| is_attacked_by(item, address);
        let cloud = &play.cloud;
        match self {
            Self::DuringIngest => play.pusher.sending_after(batches).await,
            Self::AfterAcknowledgement => play.pusher.acknowledged_more_than(batches).await,
            Self::AtFirstAlert => {
                let path = format!("/alerts?entity={address}");
                play.stage.client.first(&path, PATIENCE, attacked).await.unwrap();
            }
            Self::AtEvent => {
                let path = format!("/events?entity={address}");
                play.stage.client.first(&path, PATIENCE, attacked).await.unwrap();
            }
            Self::BeforeRule => {
                until("a rule is asked for", || {
                    Calls::now(cloud).creates > calls.creates
                })
                .await;
            }
            Self::AfterRule => until("the rule is there", || rules_against(cloud, address) == 1).await,
            Self::BeforeRemoval | Self::AfterRemoval => {
                until("a removal is asked for", || {
                    Calls::now(cloud).deletes > calls.deletes
                })
                .await;
            }
            Self::WhenBlocked | Self::AtRest => {
                let last = &play.attackers.last().unwrap().1;
                last.blocked(PATIENCE).await.expect("the attacker is blocked");
                if self == Self::AtRest {
                    play.pusher.pause().await;
                }
            }
        }
    }
}
