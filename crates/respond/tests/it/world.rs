//! The table, the device and the loop between them, as the server will run it.

use crate::device::Device;
use model::{
    EntityKey, EntityKind, LeaseId, PlaybookId, PolicyId, RunId, TenantId, Time,
    lease::{Lease, LeaseState},
    policy::{Policy, PolicySource, ScopeMember, Task, TaskStatus},
};
use respond::{
    Actuator, BlockPlan, BlockRequest, NeverBlock, NeverBlockEntry, block, decide,
    never_block::NeverBlockTarget, plan_block, settle, settle_unlisted, task,
};
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// The time between two rounds.
pub const PERIOD: Duration = Duration::from_secs(30);

/// Everything there is.
pub struct World {
    pub device: Device,
    pub leases: BTreeMap<LeaseId, Lease>,
    pub policies: Vec<Policy>,
    pub tasks: Vec<Task>,
    pub never_block: NeverBlock,
    pub now: Time,
}

impl World {
    pub fn new() -> Self {
        Self {
            device: Device::default(),
            leases: BTreeMap::new(),
            policies: Vec::new(),
            tasks: Vec::new(),
            never_block: NeverBlock::default(),
            now: Time::from_secs(1_000),
        }
    }

    pub fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(Duration::from_secs(seconds));
    }

    /// A playbook run blocks an address; the same run again is the same step again.
    pub fn block(&mut self, run: u128, address: &str, seconds: u64) -> PolicyId {
        let BlockPlan {
            policy,
            tasks,
            leases,
            ..
        } = self.plan(run, address, seconds);
        self.leases
            .extend(leases.into_iter().map(|lease| (lease.id, lease)));
        let id = policy.id;
        // As the store does: a row that is there stays as it is.
        if !self.policies.iter().any(|p| p.id == id) {
            self.policies.push(policy);
            self.tasks.extend(tasks);
        }
        id
    }

    pub fn plan(&self, run: u128, address: &str, seconds: u64) -> BlockPlan {
        let request = BlockRequest {
            tenant: TenantId::default(),
            run: RunId::from_bits(run),
            step: "action--1".into(),
            playbook: PlaybookId("playbook--1".into()),
            system: "alibaba/waf".into(),
            entity: EntityKey::new(EntityKind::Ip, address),
            scope: vec![scope()],
            duration: Duration::from_secs(seconds),
            source: PolicySource::Custom,
            origin_event: None,
        };
        let leases: Vec<Lease> = self.leases.values().cloned().collect();
        plan_block(&request, &self.never_block, &leases, self.now).expect("the request is right")
    }

    pub fn undo(&mut self, policy: PolicyId) -> Vec<PolicyId> {
        let mut kept_by = Vec::new();
        for lease in self
            .leases
            .values_mut()
            .filter(|l| l.reasons.iter().any(|r| r.policy == policy))
        {
            let undone = task::undo(lease, policy, "wei", self.now);
            *lease = undone.lease;
            kept_by.extend(undone.kept_by);
        }
        kept_by
    }

    pub fn never_block(&mut self, address: &str) {
        let mut entries = self.never_block.entries().to_vec();
        entries.push(NeverBlockEntry {
            target: NeverBlockTarget::Entity(EntityKey::new(EntityKind::Ip, address)),
            reason: "ours".into(),
            by: "wei".into(),
        });
        self.never_block = NeverBlock::new(entries);
    }

    /// One round of the reconciler.
    pub fn round(&mut self) {
        self.round_until(usize::MAX);
    }

    /// One round that is killed after `calls` actions were performed, before the last of them was written down.
    pub fn round_until(&mut self, calls: usize) {
        let remote = match now_or_never(self.device.list()) {
            Ok(remote) => remote,
            Err(error) => {
                for lease in self.leases.values_mut() {
                    *lease = settle_unlisted(lease, &error, self.now).unwrap_or_else(|| lease.clone());
                }
                return self.refresh();
            }
        };
        // As the store does: released leases are not read, until a new reason wakes them.
        let live = |lease: &&Lease| lease.state != LeaseState::Released;
        let table: Vec<Lease> = self.leases.values().filter(live).cloned().collect();
        let actions = decide(&table, &remote, &self.never_block, self.now);
        assert_eq!(
            actions,
            decide(&table, &remote, &self.never_block, self.now),
            "deciding is a function"
        );
        for (performed, action) in actions.iter().enumerate() {
            let outcome = now_or_never(action.perform(&self.device));
            if performed + 1 >= calls {
                break;
            }
            if let Some(lease) = action.lease().and_then(|id| self.leases.get_mut(&id)) {
                *lease = settle(lease, action, &outcome, self.now);
            }
        }
        self.refresh();
    }

    /// Rounds, each a period later.
    pub fn rounds(&mut self, count: usize) {
        for _ in 0..count {
            self.now = self.now.plus(PERIOD);
            self.round();
        }
    }

    fn refresh(&mut self) {
        for task in self
            .tasks
            .iter_mut()
            .filter(|t| t.status != TaskStatus::Whitelisted)
        {
            if let Some(lease) = self.leases.get(&task.lease) {
                *task = task::refresh(task, lease, self.now);
            }
        }
    }

    pub fn task(&self, policy: PolicyId) -> &Task {
        self.tasks
            .iter()
            .find(|t| t.policy == policy)
            .expect("the policy has a task")
    }

    pub fn status(&self, policy: PolicyId) -> TaskStatus {
        self.task(policy).status
    }

    /// Whether the step that made the policy is over, and what it came to.
    pub fn step(&self, policy: PolicyId) -> Option<respond::cacao::Outcome> {
        let tasks: Vec<Task> = self
            .tasks
            .iter()
            .filter(|t| t.policy == policy)
            .cloned()
            .collect();
        block::step_outcome(policy, &tasks)
    }

    /// The addresses the table wants blocked.
    pub fn wanted(&self) -> Vec<String> {
        let wanted = |lease: &&Lease| lease.wanted(self.now) && self.never_block.check(&lease.entity).is_ok();
        let mut wanted: Vec<String> = self
            .leases
            .values()
            .filter(wanted)
            .map(|l| l.entity.value.clone())
            .collect();
        wanted.sort();
        wanted
    }
}

pub fn scope() -> ScopeMember {
    ScopeMember {
        connection: "main".into(),
        account: "1000".into(),
        instance: "waf-1".into(),
    }
}

/// Runs a future that never waits: the device answers at once.
pub fn now_or_never<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the device waits for something"),
    }
}
