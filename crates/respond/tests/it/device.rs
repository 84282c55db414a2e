//! A device in memory that misbehaves on demand: the faults real ones were seen to have.

use model::{EntityKey, LeaseId};
use respond::{Actuator, ActuatorError, RemoteObject};
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// 429, nothing done.
    Throttled,
    /// 500, nothing done.
    Server,
    /// No answer, nothing done.
    TimeoutBefore,
    /// No answer, but done.
    TimeoutAfter,
    /// Refused: full.
    Quota,
    /// A listing, or the look before a create, answers with an old state.
    Stale,
}

#[derive(Debug, Default)]
struct State {
    objects: Vec<RemoteObject>,
    listed_before: Vec<RemoteObject>,
    faults: VecDeque<Fault>,
    next_id: u32,
    calls: Vec<&'static str>,
}

/// The device.
#[derive(Debug, Default)]
pub struct Device(Mutex<State>);

impl Device {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with the next calls.
    pub fn plan(&self, faults: &[Fault]) {
        self.state().faults = faults.iter().copied().collect();
    }

    /// What it holds, in order of ids.
    pub fn objects(&self) -> Vec<RemoteObject> {
        self.state().objects.clone()
    }

    /// The addresses it blocks: only objects nobody edited do.
    pub fn blocked(&self) -> Vec<String> {
        let objects = self.objects();
        let entities = objects
            .iter()
            .filter(|o| o.intact)
            .filter_map(|o| o.entity.as_ref());
        let mut blocked: Vec<String> = entities.map(|e| e.value.clone()).collect();
        blocked.sort();
        blocked
    }

    /// The writing calls it got since the last time somebody asked.
    pub fn writes(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state().calls)
    }

    /// Somebody deletes an object by hand.
    pub fn delete_by_hand(&self, position: usize) {
        let mut state = self.state();
        if position < state.objects.len() {
            state.objects.remove(position);
        }
    }

    /// Somebody edits an object by hand.
    pub fn edit_by_hand(&self, position: usize) {
        if let Some(object) = self.state().objects.get_mut(position) {
            object.intact = false;
        }
    }

    /// Somebody puts an object there that only looks like ours, or is of a lease long forgotten.
    pub fn put_by_hand(&self, name: &str) {
        self.state().insert(name, None);
    }
}

impl State {
    fn insert(&mut self, name: &str, entity: Option<EntityKey>) -> RemoteObject {
        self.next_id += 1;
        let object = RemoteObject {
            id: format!("{:05}", self.next_id),
            name: name.to_owned(),
            entity,
            intact: true,
        };
        self.objects.push(object.clone());
        object
    }

    /// The fault of this call: the error to answer with, and whether it is done nevertheless.
    fn fault(&mut self) -> (Fault, Result<(), ActuatorError>) {
        let fault = self.faults.pop_front().unwrap_or(Fault::None);
        let server = || ActuatorError::Server {
            code: "500".into(),
            message: "internal".into(),
        };
        let answer = match fault {
            Fault::None | Fault::Stale => Ok(()),
            Fault::Throttled => Err(ActuatorError::Throttled {
                retry_after: Some(Duration::from_secs(3)),
            }),
            Fault::Server => Err(server()),
            Fault::TimeoutBefore | Fault::TimeoutAfter => Err(ActuatorError::Timeout),
            Fault::Quota => Err(ActuatorError::Quota {
                code: "RuleCount".into(),
                message: "full".into(),
            }),
        };
        (fault, answer)
    }
}

#[async_trait::async_trait]
impl Actuator for Device {
    fn system(&self) -> &'static str {
        "alibaba/waf"
    }

    async fn list(&self) -> Result<Vec<RemoteObject>, ActuatorError> {
        let mut state = self.state();
        let (fault, answer) = state.fault();
        answer?;
        let current: Vec<RemoteObject> = state
            .objects
            .iter()
            .filter(|o| o.name.starts_with("ctdr-"))
            .cloned()
            .collect();
        let before = std::mem::replace(&mut state.listed_before, current.clone());
        Ok(if fault == Fault::Stale { before } else { current })
    }

    async fn create(&self, name: &str, entity: &EntityKey) -> Result<RemoteObject, ActuatorError> {
        let mut state = self.state();
        state.calls.push("create");
        let (fault, answer) = state.fault();
        if fault != Fault::TimeoutAfter {
            answer.clone()?;
        }
        let existing = state.objects.iter().find(|o| o.name == name && o.intact).cloned();
        let object = match existing {
            Some(object) if fault != Fault::Stale => object,
            _ => state.insert(name, Some(entity.clone())),
        };
        answer.map(|()| object)
    }

    async fn delete(&self, object: &RemoteObject) -> Result<(), ActuatorError> {
        let mut state = self.state();
        state.calls.push("delete");
        let (fault, answer) = state.fault();
        if fault == Fault::TimeoutAfter || answer.is_ok() {
            state.objects.retain(|o| o.id != object.id);
        }
        answer
    }

    async fn check(&self) -> Result<(), ActuatorError> {
        self.state().fault().1
    }
}

/// The lease an object is named after.
pub fn lease_of(object: &RemoteObject) -> Option<LeaseId> {
    object.name.strip_prefix("ctdr-")?.parse().ok()
}
