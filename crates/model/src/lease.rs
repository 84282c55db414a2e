//! Leases: a remote block exists while at least one reason for it lives.

use crate::{
    entity::EntityKey,
    id::{LeaseId, PolicyId, TenantId},
    policy::ScopeMember,
    time::Time,
};
use serde::{Deserialize, Serialize};

/// What the device holds, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseState {
    /// Wanted, not confirmed on the device.
    Pending,
    /// Confirmed on the device.
    Active,
    /// No longer wanted, not confirmed as gone.
    Releasing,
    /// Confirmed as gone.
    Released,
}

/// One remote object and why it exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Derived from tenant, system, scope and entity.
    pub id: LeaseId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The product acted on, such as `alibaba/waf`.
    pub system: String,
    /// Where.
    pub scope: ScopeMember,
    /// What is blocked.
    pub entity: EntityKey,
    /// The vendor's id of the remote object.
    pub remote_id: Option<String>,
    /// What the device holds.
    pub state: LeaseState,
    /// The device was found to differ: someone removed or changed the object by hand.
    pub drift: bool,
    /// When the device was last looked at.
    pub last_verified: Option<Time>,
    /// How often the pending change was tried since it last succeeded.
    pub attempts: u32,
    /// Not before this time the change is tried again.
    pub retry_at: Option<Time>,
    /// Why the pending change failed last, in the device's words.
    pub last_error: Option<String>,
    /// Why it exists.
    pub reasons: Vec<LeaseReason>,
}

/// One reason for a lease, with its own expiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseReason {
    /// The policy that wants it.
    pub policy: PolicyId,
    /// Until when.
    pub expires_at: Time,
    /// When it was ended early.
    pub ended_at: Option<Time>,
    /// Who ended it.
    pub ended_by: Option<String>,
}

impl LeaseReason {
    /// Whether the reason still wants the block at `now`.
    pub fn lives(&self, now: Time) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

impl Lease {
    /// The id of the lease on `entity` in `scope` of `system`.
    pub fn derive_id(tenant: &TenantId, system: &str, scope: &ScopeMember, entity: &EntityKey) -> LeaseId {
        LeaseId::from_parts([
            tenant.as_str().as_bytes(),
            system.as_bytes(),
            scope.connection.as_bytes(),
            scope.instance.as_bytes(),
            entity.kind.code().as_bytes(),
            entity.value.as_bytes(),
        ])
    }

    /// The name of the remote object: deterministic, so that a crash between call and record heals by reading back.
    pub fn remote_name(&self) -> String {
        format!("ctdr-{}", self.id)
    }

    /// Whether any reason wants the block at `now`.
    pub fn wanted(&self, now: Time) -> bool {
        self.reasons.iter().any(|r| r.lives(now))
    }

    /// When the last living reason ends.
    pub fn expires_at(&self, now: Time) -> Option<Time> {
        self.reasons
            .iter()
            .filter(|r| r.lives(now))
            .map(|r| r.expires_at)
            .max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityKind;

    fn lease(reasons: &[(i64, Option<i64>)]) -> Lease {
        let tenant = TenantId::default();
        let scope = ScopeMember {
            connection: "c".into(),
            account: "1".into(),
            instance: "waf-1".into(),
        };
        let entity = EntityKey::new(EntityKind::Ip, "203.0.113.7");
        let reason = |(expires, ended): &(i64, Option<i64>)| LeaseReason {
            policy: PolicyId::from_bits(*expires as u128),
            expires_at: Time::from_secs(*expires),
            ended_at: ended.map(Time::from_secs),
            ended_by: None,
        };
        Lease {
            id: Lease::derive_id(&tenant, "alibaba/waf", &scope, &entity),
            tenant,
            system: "alibaba/waf".into(),
            scope,
            entity,
            remote_id: None,
            state: LeaseState::Active,
            drift: false,
            last_verified: None,
            attempts: 0,
            retry_at: None,
            last_error: None,
            reasons: reasons.iter().map(reason).collect(),
        }
    }

    #[test]
    fn a_block_outlives_its_first_reason() {
        let lease = lease(&[(10, None), (20, None)]);
        assert!(lease.wanted(Time::from_secs(15)));
        assert_eq!(lease.expires_at(Time::from_secs(15)), Some(Time::from_secs(20)));
        assert!(!lease.wanted(Time::from_secs(20)));
    }

    #[test]
    fn ending_one_reason_leaves_the_other() {
        let lease = lease(&[(100, Some(5)), (50, None)]);
        assert_eq!(lease.expires_at(Time::from_secs(6)), Some(Time::from_secs(50)));
    }
}
