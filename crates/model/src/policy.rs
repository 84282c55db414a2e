//! Handling policies and tasks: what the Disposal Center shows.
//!
//! A policy is what (entity) × how (playbook, operation) × where (scope) × until when. It makes one task for
//! each member of its scope.

use crate::{
    entity::EntityKey,
    id::{EventId, LeaseId, PlaybookId, PolicyId, RunId, TaskId, TenantId},
    text::LocalText,
    time::Time,
};
use serde::{Deserialize, Serialize};

/// Who asked for a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicySource {
    /// `system`: a person, from an event's recommended policies.
    System,
    /// `custom`: an automatic response rule, by event.
    Custom,
    /// `custom_alert`: an automatic response rule, by alert.
    CustomAlert,
    /// `soar_manual`: a person, by running a playbook.
    SoarManual,
}

/// Where a policy stands, with the product's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyStatus {
    /// 0.
    Initial,
    /// 5: at least one task failed.
    Failed,
    /// 10.
    Deleted,
    /// 200: every task succeeded.
    Succeeded,
}

/// Where a task stands, with the product's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// 11.
    Handling,
    /// 20.
    Succeeded,
    /// 21: the block is in force.
    Blocked,
    /// 22.
    Isolated,
    /// 23: expired or undone.
    Ended,
    /// 24: refused by the never-block list.
    Whitelisted,
    /// 90.
    Failed,
    /// 91.
    UnblockFailed,
    /// 92.
    UnisolateFailed,
}

impl PolicyStatus {
    /// The product's code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Initial => 0,
            Self::Failed => 5,
            Self::Deleted => 10,
            Self::Succeeded => 200,
        }
    }
}

impl TaskStatus {
    /// The product's code.
    pub const fn number(self) -> u8 {
        match self {
            Self::Handling => 11,
            Self::Succeeded => 20,
            Self::Blocked => 21,
            Self::Isolated => 22,
            Self::Ended => 23,
            Self::Whitelisted => 24,
            Self::Failed => 90,
            Self::UnblockFailed => 91,
            Self::UnisolateFailed => 92,
        }
    }
}

/// What is to be done to an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Refuse traffic from an address.
    BlockIp,
}

/// One place a policy acts in: a product instance of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeMember {
    /// The connection (credentials, endpoint) to act through.
    pub connection: String,
    /// The cloud account.
    pub account: String,
    /// The instance, such as a WAF instance id.
    pub instance: String,
}

/// What (entity) × how (playbook) × where (scope) × until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Derived from run, step and target.
    pub id: PolicyId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The run that made it.
    pub run: RunId,
    /// The playbook of that run.
    pub playbook: PlaybookId,
    /// What is handled.
    pub entity: EntityKey,
    /// What is done to it.
    pub operation: Operation,
    /// Where.
    pub scope: Vec<ScopeMember>,
    /// From when.
    pub valid_from: Time,
    /// Until when.
    pub valid_until: Time,
    /// Who asked.
    pub source: PolicySource,
    /// Where it stands.
    pub status: PolicyStatus,
    /// The event it came from; kept through merges, so that a split restores it.
    pub origin_event: Option<EventId>,
}

/// One scope member's share of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Derived from the policy and the scope member.
    pub id: TaskId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The policy.
    pub policy: PolicyId,
    /// Where.
    pub scope_member: ScopeMember,
    /// The lease that keeps the remote object alive.
    pub lease: LeaseId,
    /// What is done.
    pub operation: Operation,
    /// Where it stands.
    pub status: TaskStatus,
    /// More than the status says: the error, what keeps a block after an undo.
    pub detail: LocalText,
    /// The vendor's id of the remote object, once it exists.
    pub remote_id: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When the remote object was last seen in place.
    pub last_verified: Option<Time>,
}

impl Task {
    /// The id of the task of `policy` in `member`.
    pub fn derive_id(policy: PolicyId, member: &ScopeMember) -> TaskId {
        TaskId::from_parts([
            &policy.bits().to_be_bytes()[..],
            member.connection.as_bytes(),
            member.account.as_bytes(),
            member.instance.as_bytes(),
        ])
    }
}
