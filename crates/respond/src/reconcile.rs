//! What to do so that a device holds exactly the wanted leases: the lease table and what the device lists, compared.
//!
//! Level-triggered: nothing is remembered between two rounds but the table, so a crash, a lost answer, an object
//! deleted or edited by hand, a doubled object and an expiry during an outage all heal the same way, by looking
//! again. A round is: list the device, [`decide`], and for each action in order [`LeaseAction::perform`] then
//! [`settle`](crate::settle::settle). Deciding twice on the same input gives the same actions; doing an action twice
//! changes nothing.

use crate::{
    actuator::{Actuator, ActuatorError, NAME_PREFIX, RemoteObject},
    never_block::{NeverBlock, Refusal},
};
use model::{
    EntityKey, LeaseId, Time,
    lease::{Lease, LeaseState},
};
use std::{collections::BTreeMap, time::Duration};

/// How long a device may go on listing what was true before our last call.
pub const READ_LAG: Duration = Duration::from_secs(5);

/// One thing to do about a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseAction {
    /// Row only: the wanted object is in place.
    Adopt {
        /// The lease.
        lease: LeaseId,
        /// The object.
        object: RemoteObject,
    },
    /// Row only: somebody removed or edited the object by hand; it is about to be repaired.
    MarkDrift {
        /// The lease.
        lease: LeaseId,
    },
    /// Row only: no longer wanted, and gone.
    Release {
        /// The lease.
        lease: LeaseId,
    },
    /// Row only: the never-block list ends every reason of the lease.
    Refuse {
        /// The lease.
        lease: LeaseId,
        /// Why.
        refusal: Refusal,
    },
    /// Create the object.
    Create {
        /// The lease.
        lease: LeaseId,
        /// The object's name.
        name: String,
        /// What it blocks.
        entity: EntityKey,
    },
    /// Delete objects.
    Delete {
        /// The lease they are named after, if the table has it.
        lease: Option<LeaseId>,
        /// The objects, at least one.
        objects: Vec<RemoteObject>,
        /// Why.
        why: DeleteReason,
    },
}

/// Why an object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeleteReason {
    /// No reason for it lives.
    Unwanted,
    /// It is not the one object that should be: edited by hand, or one too many.
    Surplus,
    /// It carries our name, and no lease of the table is called so.
    Orphan,
}

/// What performing an action came to: the object that is in place now, if one is.
pub type ActionOutcome = Result<Option<RemoteObject>, ActuatorError>;

impl LeaseAction {
    /// The lease it is about.
    pub const fn lease(&self) -> Option<LeaseId> {
        match self {
            Self::Adopt { lease, .. }
            | Self::MarkDrift { lease }
            | Self::Release { lease }
            | Self::Refuse { lease, .. }
            | Self::Create { lease, .. } => Some(*lease),
            Self::Delete { lease, .. } => *lease,
        }
    }

    /// Calls the device if the action needs it.
    pub async fn perform(&self, actuator: &dyn Actuator) -> ActionOutcome {
        match self {
            Self::Adopt { object, .. } => Ok(Some(object.clone())),
            Self::MarkDrift { .. } | Self::Release { .. } | Self::Refuse { .. } => Ok(None),
            Self::Create { name, entity, .. } => actuator.create(name, entity).await.map(Some),
            Self::Delete { objects, .. } => {
                for object in objects {
                    actuator.delete(object).await?;
                }
                Ok(None)
            }
        }
    }
}

/// Compares the table with the device. `leases` are all leases of one system and scope that are not `Released`
/// (released ones do no harm); `remote` is a complete listing of it, read at `now`.
pub fn decide(
    leases: &[Lease],
    remote: &[RemoteObject],
    never_block: &NeverBlock,
    now: Time,
) -> Vec<LeaseAction> {
    let mut found: BTreeMap<LeaseId, Vec<&RemoteObject>> = BTreeMap::new();
    for object in remote {
        if let Some(id) = lease_named(&object.name) {
            found.entry(id).or_default().push(object);
        }
    }
    let mut actions = Vec::new();
    for lease in leases {
        let mut objects = found.remove(&lease.id).unwrap_or_default();
        objects.sort_by(|a, b| a.id.cmp(&b.id));
        let refusal = never_block.check(&lease.entity).err();
        match refusal {
            Some(refusal) if lease.wanted(now) => {
                actions.push(LeaseAction::Refuse {
                    lease: lease.id,
                    refusal,
                });
                let_go(lease, &objects, now, &mut actions);
            }
            None if lease.wanted(now) => keep(lease, &objects, now, &mut actions),
            _ => let_go(lease, &objects, now, &mut actions),
        }
    }
    actions.extend(found.into_values().map(|objects| LeaseAction::Delete {
        lease: None,
        objects: objects.into_iter().cloned().collect(),
        why: DeleteReason::Orphan,
    }));
    actions
}

/// The lease an object is named after. Other names are not ours, even with our prefix.
fn lease_named(name: &str) -> Option<LeaseId> {
    name.strip_prefix(NAME_PREFIX)?.parse().ok()
}

/// Whether the object does what the lease wants.
pub(crate) fn fits(lease: &Lease, object: &RemoteObject) -> bool {
    object.intact
        && object
            .entity
            .as_ref()
            .is_none_or(|entity| *entity == lease.entity)
}

/// Exactly one fitting object must remain.
fn keep(lease: &Lease, objects: &[&RemoteObject], now: Time, actions: &mut Vec<LeaseAction>) {
    // A wait that was set while letting go says nothing about creating.
    let due = lease.state == LeaseState::Releasing || is_due(lease, now);
    let ours = |object: &&&RemoteObject| lease.remote_id.as_deref() == Some(&object.id);
    let fitting = || objects.iter().filter(|object| fits(lease, object));
    let kept = fitting().find(ours).or_else(|| fitting().next()).copied();
    if let Some(object) = kept {
        actions.push(LeaseAction::Adopt {
            lease: lease.id,
            object: object.clone(),
        });
    } else if objects.is_empty() && recently_seen(lease, now) {
        return;
    } else if lease.state == LeaseState::Active {
        actions.push(LeaseAction::MarkDrift { lease: lease.id });
    }
    if !due {
        return;
    }
    let surplus = objects
        .iter()
        .filter(|object| kept.is_none_or(|kept| kept.id != object.id));
    push_delete(lease, surplus, DeleteReason::Surplus, actions);
    if kept.is_none() {
        actions.push(LeaseAction::Create {
            lease: lease.id,
            name: lease.remote_name(),
            entity: lease.entity.clone(),
        });
    }
}

/// No object may remain.
fn let_go(lease: &Lease, objects: &[&RemoteObject], now: Time, actions: &mut Vec<LeaseAction>) {
    if !objects.is_empty() {
        // A wait that was set while creating must not make a block outlive its end.
        if lease.state != LeaseState::Releasing || is_due(lease, now) {
            push_delete(lease, objects.iter(), DeleteReason::Unwanted, actions);
        }
    } else if lease.state != LeaseState::Released && !recently_seen(lease, now) {
        actions.push(LeaseAction::Release { lease: lease.id });
    }
}

fn push_delete<'a>(
    lease: &Lease,
    objects: impl Iterator<Item = &'a &'a RemoteObject>,
    why: DeleteReason,
    actions: &mut Vec<LeaseAction>,
) {
    let objects: Vec<RemoteObject> = objects.map(|object| (*object).clone()).collect();
    if !objects.is_empty() {
        actions.push(LeaseAction::Delete {
            lease: Some(lease.id),
            objects,
            why,
        });
    }
}

fn is_due(lease: &Lease, now: Time) -> bool {
    lease.retry_at.is_none_or(|at| at <= now)
}

/// The object was there a moment ago: a listing without it may be an old one.
fn recently_seen(lease: &Lease, now: Time) -> bool {
    lease.remote_id.is_some() && lease.last_verified.is_some_and(|seen| now < seen.plus(READ_LAG))
}
