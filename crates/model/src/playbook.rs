//! Playbook versions, runs and step attempts: the rows that make an execution durable.

use crate::{
    entity::EntityKey,
    id::{EventId, PlaybookId, RunId, TenantId},
    policy::PolicySource,
    time::Time,
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Which of a playbook's texts this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaybookState {
    /// Being written.
    Draft,
    /// The one that runs.
    Published,
    /// An earlier one.
    History,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Not finished.
    Running,
    /// Reached its end.
    Succeeded,
    /// Gave up.
    Failed,
    /// Was stopped.
    Cancelled,
}

/// Where one attempt at a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Written down, about to be done or being done.
    Running,
    /// Done.
    Succeeded,
    /// Failed.
    Failed,
}

/// One execution of a playbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Derived from what triggered it, or a ULID when a person did.
    pub id: RunId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The playbook.
    pub playbook: PlaybookId,
    /// Which text of it.
    pub playbook_version: u32,
    /// Who asked.
    pub trigger: PolicySource,
    /// The response rule that asked, if one did.
    pub rule: Option<String>,
    /// The event it is about.
    pub event: Option<EventId>,
    /// The entity it is about.
    pub entity: Option<EntityKey>,
    /// Where it stands.
    pub state: RunState,
    /// The step to do next.
    pub next_step: Option<String>,
    /// CACAO variables by name, as they are now.
    pub variables: serde_json::Map<String, Json>,
    /// When it started.
    pub started: Time,
    /// When it gives up.
    pub deadline: Time,
    /// When it ended.
    pub finished: Option<Time>,
    /// Why it failed.
    pub error: Option<String>,
    /// The worker that holds it.
    pub leased_by: Option<String>,
    /// Until when.
    pub leased_until: Option<Time>,
}

/// One attempt at one step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepAttempt {
    /// The run.
    pub run: RunId,
    /// The step's CACAO id.
    pub step: String,
    /// The branch of a parallel step; 0 outside one.
    pub branch: u32,
    /// Counts from 1.
    pub attempt: u32,
    /// Where it stands.
    pub state: StepState,
    /// What went in; secrets masked.
    pub input: Json,
    /// What came out; secrets masked.
    pub output: Json,
    /// Why it failed.
    pub error: Option<String>,
    /// Hash of run, step, target and arguments.
    pub idempotency_key: String,
    /// When it started.
    pub started: Time,
    /// When it ended.
    pub finished: Option<Time>,
}
