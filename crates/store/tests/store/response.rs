//! Runs, policies, tasks and leases survive what happens to their workers.

use crate::fixture::{Fixture, at, audit, event};
use model::{
    EntityKey, EntityKind, EventId, Level, LocalText, PlaybookId, PolicyId, RunId, TenantId, Time,
    lease::{Lease, LeaseReason, LeaseState},
    playbook::{PlaybookState, Run, RunState, StepAttempt, StepState},
    policy::{Operation, Policy, PolicySource, PolicyStatus, ScopeMember, Task, TaskStatus},
};
use serde_json::json;
use std::slice::from_ref;
use store::{
    Approval, Decision, Error, LeaseFilter, NeverBlock, PageRequest, PlaybookVersion, PolicyFilter,
    RunFilter, TaskFilter, Trigger, TriggerOutcome,
};

fn run(number: u128, started: i64) -> Run {
    Run {
        id: RunId::from_bits(number),
        tenant: TenantId::default(),
        playbook: PlaybookId("playbook--1".into()),
        playbook_version: 1,
        trigger: PolicySource::Custom,
        rule: Some("rule".into()),
        event: Some(EventId::from_bits(1)),
        entity: Some(EntityKey::new(EntityKind::Ip, "203.0.113.7")),
        state: RunState::Running,
        next_step: Some("start--1".into()),
        variables: json!({"__ip__": {"type": "ipv4-addr", "value": "203.0.113.7"}})
            .as_object()
            .unwrap()
            .clone(),
        started: at(started),
        deadline: at(started + 600),
        finished: None,
        error: None,
        leased_by: None,
        leased_until: None,
    }
}

fn attempt(number: u32, state: StepState) -> StepAttempt {
    StepAttempt {
        run: RunId::from_bits(1),
        step: "action--1".into(),
        branch: 0,
        attempt: number,
        state,
        input: json!({"ip": "203.0.113.7"}),
        output: json!(null),
        error: None,
        idempotency_key: "k".into(),
        started: at(1),
        finished: None,
    }
}

fn scope() -> ScopeMember {
    ScopeMember {
        connection: "c".into(),
        account: "1001".into(),
        instance: "waf-1".into(),
    }
}

fn policy(number: u128, until: i64) -> Policy {
    Policy {
        id: PolicyId::from_bits(number),
        tenant: TenantId::default(),
        run: RunId::from_bits(1),
        playbook: PlaybookId("playbook--1".into()),
        entity: EntityKey::new(EntityKind::Ip, "203.0.113.7"),
        operation: Operation::BlockIp,
        scope: vec![scope()],
        valid_from: at(0),
        valid_until: at(until),
        source: PolicySource::Custom,
        status: PolicyStatus::Initial,
        origin_event: Some(EventId::from_bits(1)),
    }
}

fn lease(policies: &[&Policy]) -> Lease {
    let tenant = TenantId::default();
    let entity = EntityKey::new(EntityKind::Ip, "203.0.113.7");
    let reason = |policy: &&Policy| LeaseReason {
        policy: policy.id,
        expires_at: policy.valid_until,
        ended_at: None,
        ended_by: None,
    };
    Lease {
        id: Lease::derive_id(&tenant, "alibaba/waf", &scope(), &entity),
        tenant,
        system: "alibaba/waf".into(),
        scope: scope(),
        entity,
        remote_id: None,
        state: LeaseState::Pending,
        drift: false,
        last_verified: None,
        attempts: 0,
        retry_at: None,
        last_error: None,
        reasons: policies.iter().map(reason).collect(),
    }
}

fn task(policy: &Policy) -> Task {
    Task {
        id: Task::derive_id(policy.id, &scope()),
        tenant: TenantId::default(),
        policy: policy.id,
        scope_member: scope(),
        lease: lease(&[]).id,
        operation: Operation::BlockIp,
        status: TaskStatus::Handling,
        detail: LocalText::default(),
        remote_id: None,
        attempts: 0,
        last_verified: None,
    }
}

fn settled(lease: &Lease, state: LeaseState, retry_at: Option<Time>) -> Lease {
    Lease {
        state,
        retry_at,
        remote_id: Some("rule-9".into()),
        ..lease.clone()
    }
}

#[tokio::test]
async fn a_lease_is_made_and_settled() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let policy = policy(1, 100);
    let lease = lease(&[&policy]);
    store
        .block_plan_save(&policy, &[task(&policy)], from_ref(&lease))
        .await
        .unwrap();
    let status = async || {
        store
            .policy_fetch(tenant, policy.id)
            .await
            .unwrap()
            .unwrap()
            .status
    };
    let due = async |seconds| store.lease_list_due(tenant, at(seconds)).await.unwrap();
    assert_eq!(due(0).await, from_ref(&lease));
    assert_eq!(
        store.policy_fetch(tenant, policy.id).await.unwrap(),
        Some(policy.clone())
    );

    store
        .lease_settle(&settled(&lease, LeaseState::Pending, Some(at(5))), &[])
        .await
        .unwrap();
    assert!(due(4).await.is_empty(), "it waits for its retry");
    assert_eq!(due(5).await.len(), 1);
    let blocked = Task {
        status: TaskStatus::Blocked,
        remote_id: Some("rule-9".into()),
        ..task(&policy)
    };
    store
        .lease_settle(&settled(&lease, LeaseState::Active, None), from_ref(&blocked))
        .await
        .unwrap();
    assert!(due(99).await.is_empty(), "in force and wanted");
    let row = store.task_fetch(tenant, blocked.id).await.unwrap().unwrap();
    assert_eq!(
        (row.task, row.entity, row.valid_until),
        (blocked.clone(), policy.entity.clone(), at(100))
    );
    assert_eq!(status().await, PolicyStatus::Succeeded);
    assert_eq!(
        store.lease_next_expiry(tenant, at(0)).await.unwrap(),
        Some(at(100))
    );
}

#[tokio::test]
async fn an_expired_lease_is_due_until_it_is_released() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let policy = policy(1, 100);
    let lease = lease(&[&policy]);
    store
        .block_plan_save(&policy, &[task(&policy)], from_ref(&lease))
        .await
        .unwrap();
    store
        .lease_settle(&settled(&lease, LeaseState::Active, None), &[])
        .await
        .unwrap();
    let due = async |seconds| store.lease_list_due(tenant, at(seconds)).await.unwrap();
    let status = async || {
        store
            .policy_fetch(tenant, policy.id)
            .await
            .unwrap()
            .unwrap()
            .status
    };
    assert_eq!(status().await, PolicyStatus::Initial);

    // Also if nobody looked for a long time.
    assert_eq!(due(100_000).await[0].state, LeaseState::Active);
    let failed = Task {
        status: TaskStatus::UnblockFailed,
        ..task(&policy)
    };
    store
        .lease_settle(&settled(&lease, LeaseState::Releasing, None), &[failed])
        .await
        .unwrap();
    assert_eq!(status().await, PolicyStatus::Failed);
    let ended = Task {
        status: TaskStatus::Ended,
        ..task(&policy)
    };
    store
        .lease_settle(&settled(&lease, LeaseState::Released, None), &[ended])
        .await
        .unwrap();
    assert!(due(100_000).await.is_empty());
    assert_eq!(status().await, PolicyStatus::Succeeded);
}

#[tokio::test]
async fn saving_a_plan_again_changes_nothing() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let policy = policy(1, 100);
    let (plan_task, plan_lease) = (task(&policy), lease(&[&policy]));
    let save = async || {
        store
            .block_plan_save(&policy, from_ref(&plan_task), from_ref(&plan_lease))
            .await
            .unwrap();
    };
    save().await;
    let blocked = Task {
        status: TaskStatus::Blocked,
        ..plan_task.clone()
    };
    store
        .lease_settle(&settled(&plan_lease, LeaseState::Active, None), &[blocked])
        .await
        .unwrap();
    store
        .lease_reason_end(
            tenant,
            (plan_lease.id, policy.id),
            (at(9), "ann"),
            &[],
            &audit("block.undo"),
        )
        .await
        .unwrap();
    store
        .lease_settle(&settled(&plan_lease, LeaseState::Released, None), &[])
        .await
        .unwrap();
    let before = store.lease_fetch(tenant, plan_lease.id).await.unwrap().unwrap();
    save().await;
    let after = store.lease_fetch(tenant, plan_lease.id).await.unwrap().unwrap();
    assert_eq!(after, before, "an undone block does not come back by itself");
    assert_eq!(
        store
            .task_fetch(tenant, plan_task.id)
            .await
            .unwrap()
            .unwrap()
            .task
            .status,
        TaskStatus::Blocked
    );
}

#[tokio::test]
async fn a_second_reason_keeps_or_revives_the_block() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let (first, second, third) = (policy(1, 100), policy(2, 200), policy(3, 900));
    let save = async |policy: &Policy| {
        store
            .block_plan_save(policy, &[task(policy)], &[lease(&[policy])])
            .await
            .unwrap();
        store.lease_fetch(tenant, lease(&[]).id).await.unwrap().unwrap()
    };
    save(&first).await;
    store
        .lease_settle(&settled(&lease(&[]), LeaseState::Active, None), &[])
        .await
        .unwrap();
    let both = save(&second).await;
    assert_eq!((both.state, both.reasons.len()), (LeaseState::Active, 2));
    assert_eq!(both.expires_at(at(0)), Some(at(200)));
    assert!(
        store.lease_list_due(tenant, at(150)).await.unwrap().is_empty(),
        "the first expired, the second lives"
    );

    let undone = store
        .lease_reason_end(
            tenant,
            (both.id, second.id),
            (at(10), "ann"),
            &[],
            &audit("block.undo"),
        )
        .await
        .unwrap();
    assert_eq!(undone.expires_at(at(10)), Some(at(100)));
    let reason = undone.reasons.iter().find(|r| r.policy == second.id).unwrap();
    assert_eq!(
        (reason.ended_at, reason.ended_by.as_deref()),
        (Some(at(10)), Some("ann"))
    );
    let extended = store
        .lease_reason_extend(tenant, (both.id, first.id), at(300), &audit("block.extend"))
        .await
        .unwrap();
    assert_eq!(extended.expires_at(at(10)), Some(at(300)));
    assert_eq!(
        store
            .policy_fetch(tenant, first.id)
            .await
            .unwrap()
            .unwrap()
            .valid_until,
        at(300)
    );

    // A new reason that comes while the block is being lifted is not lost.
    let releasing = settled(&both, LeaseState::Releasing, None);
    store.lease_settle(&releasing, &[]).await.unwrap();
    assert_eq!(save(&third).await.state, LeaseState::Pending);
    store
        .lease_settle(&settled(&both, LeaseState::Released, None), &[])
        .await
        .unwrap();
    let due = store.lease_list_due(tenant, at(400)).await.unwrap();
    assert_eq!(due.len(), 1, "released by the one, wanted by the other");
    assert!(due[0].wanted(at(400)));
}

#[tokio::test]
async fn blocks_are_found_by_what_and_where() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let policy = policy(1, 100);
    store
        .block_plan_save(&policy, &[task(&policy)], &[lease(&[&policy])])
        .await
        .unwrap();
    assert_eq!(
        store
            .lease_find_by_entity(tenant, &policy.entity)
            .await
            .unwrap()
            .len(),
        1
    );
    let other = EntityKey::new(EntityKind::Ip, "203.0.113.8");
    assert!(
        store
            .lease_find_by_entity(tenant, &other)
            .await
            .unwrap()
            .is_empty()
    );
    let here = LeaseFilter {
        system: Some("alibaba/waf".into()),
        scope: Some(scope()),
        states: vec![LeaseState::Pending],
    };
    assert_eq!(store.lease_list(tenant, &here).await.unwrap().len(), 1);
    let elsewhere = ScopeMember {
        instance: "waf-2".into(),
        ..scope()
    };
    let elsewhere = LeaseFilter {
        scope: Some(elsewhere),
        ..here
    };
    assert!(store.lease_list(tenant, &elsewhere).await.unwrap().is_empty());

    assert_eq!(
        store.task_list_by_lease(tenant, lease(&[]).id).await.unwrap(),
        [task(&policy)]
    );
}

#[tokio::test]
async fn tasks_and_policies_are_found() {
    async fn check_tasks(fixture: &Fixture, set: impl FnOnce(&mut TaskFilter), expected: u64) {
        let mut filter = TaskFilter::default();
        set(&mut filter);
        let page = PageRequest::default();
        let got = fixture
            .store
            .task_list(&fixture.tenant, &filter, &page)
            .await
            .unwrap();
        assert_eq!(got.total.value, expected, "{filter:?}");
    }
    async fn check_policies(fixture: &Fixture, set: impl FnOnce(&mut PolicyFilter), expected: u64) {
        let mut filter = PolicyFilter::default();
        set(&mut filter);
        let page = PageRequest::default();
        let got = fixture
            .store
            .policy_list(&fixture.tenant, &filter, &page)
            .await
            .unwrap();
        assert_eq!(got.total.value, expected, "{filter:?}");
    }
    let f = &Fixture::new().await;
    let made = policy(1, 100);
    f.store
        .block_plan_save(&made, &[task(&made)], &[lease(&[&made])])
        .await
        .unwrap();
    check_tasks(f, |_| (), 1).await;
    check_tasks(f, |f| f.event = made.origin_event, 1).await;
    check_tasks(f, |f| f.account = Some("1002".into()), 0).await;
    check_tasks(f, |f| f.statuses = vec![TaskStatus::Failed], 0).await;
    check_tasks(f, |f| f.entity = Some("113.7".into()), 1).await;
    check_tasks(f, |f| f.policy = Some(PolicyId::from_bits(2)), 0).await;
    check_tasks(f, |f| f.lease = Some(lease(&[]).id), 1).await;
    check_policies(f, |_| (), 1).await;
    check_policies(f, |f| f.sources = vec![PolicySource::Custom], 1).await;
    check_policies(f, |f| f.statuses = vec![PolicyStatus::Succeeded], 0).await;
    check_policies(f, |f| f.run = Some(RunId::from_bits(2)), 0).await;
    check_policies(f, |f| f.event = Some(EventId::from_bits(2)), 0).await;
    check_policies(f, |f| f.entity = Some("113.7".into()), 1).await;
}

#[tokio::test]
async fn a_run_is_held_by_one_worker_and_outlives_it() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    assert!(store.run_insert_if_absent(&run(1, 0)).await.unwrap());
    assert!(!store.run_insert_if_absent(&run(1, 5)).await.unwrap());
    let take = async |worker, now| {
        store
            .run_lease(tenant, worker, at(now), at(now + 30))
            .await
            .unwrap()
    };
    let mut held = take("a", 0).await.unwrap();
    assert_eq!(
        held,
        Run {
            leased_by: Some("a".into()),
            leased_until: Some(at(30)),
            ..run(1, 0)
        }
    );
    assert_eq!(take("b", 10).await, None, "it is held");

    held.next_step = Some("end--1".into());
    store
        .run_save(&held, "a", &[attempt(1, StepState::Running)])
        .await
        .unwrap();
    store
        .run_save(
            &held,
            "a",
            &[attempt(1, StepState::Failed), attempt(2, StepState::Running)],
        )
        .await
        .unwrap();
    let resumed = take("b", 31).await.unwrap();
    assert_eq!(resumed.next_step.as_deref(), Some("end--1"));
    let late = store
        .run_save(&held, "a", &[attempt(3, StepState::Running)])
        .await;
    assert!(matches!(late, Err(Error::LeaseLost(_))));
    let late = store.run_renew(tenant, held.id, "a", at(99)).await;
    assert!(matches!(late, Err(Error::LeaseLost(_))));
    let attempts = store.run_step_list(tenant, held.id).await.unwrap();
    assert_eq!(
        attempts,
        [attempt(1, StepState::Failed), attempt(2, StepState::Running)],
        "nothing of the late one"
    );

    // Let go until later.
    let waiting = Run {
        leased_by: None,
        leased_until: Some(at(60)),
        ..resumed
    };
    store.run_save(&waiting, "b", &[]).await.unwrap();
    assert_eq!(take("a", 59).await, None);
    let held = take("a", 60).await.unwrap();
    let done = Run {
        state: RunState::Succeeded,
        finished: Some(at(61)),
        leased_by: None,
        leased_until: None,
        ..held
    };
    store.run_save(&done, "a", &[]).await.unwrap();
    assert_eq!(take("a", 999).await, None);
    assert_eq!(store.run_fetch(tenant, done.id).await.unwrap(), Some(done));
}

#[tokio::test]
async fn runs_of_a_server_that_died_are_free_at_once() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    store.run_insert_if_absent(&run(1, 0)).await.unwrap();
    let take = async |worker, now| {
        store
            .run_lease(tenant, worker, at(now), at(now + 30))
            .await
            .unwrap()
    };
    let held = take("a", 0).await.unwrap();
    assert_eq!(take("b", 1).await, None);
    assert_eq!(store.run_release_all(tenant).await.unwrap(), 1);
    assert_eq!(take("b", 1).await.map(|run| run.id), Some(held.id));

    let waits = Run {
        leased_by: None,
        leased_until: Some(at(60)),
        ..held
    };
    store.run_save(&waits, "b", &[]).await.unwrap();
    assert_eq!(store.run_release_all(tenant).await.unwrap(), 0);
    assert_eq!(take("c", 2).await, None, "a retry waits for its time");
}

#[tokio::test]
async fn a_cancelled_run_is_taken_from_its_worker() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    store.run_insert(&run(1, 0), &audit("run.start")).await.unwrap();
    store.run_insert_if_absent(&run(2, 1)).await.unwrap();
    let held = store
        .run_lease(tenant, "a", at(0), at(30))
        .await
        .unwrap()
        .unwrap();
    assert!(
        store
            .run_cancel(tenant, held.id, at(1), &audit("run.cancel"))
            .await
            .unwrap()
    );
    assert!(
        !store
            .run_cancel(tenant, held.id, at(2), &audit("run.cancel"))
            .await
            .unwrap()
    );
    assert!(matches!(
        store.run_save(&held, "a", &[]).await,
        Err(Error::LeaseLost(_))
    ));
    let list = async |states| {
        let filter = RunFilter {
            states,
            event: Some(EventId::from_bits(1)),
            ..RunFilter::default()
        };
        let page = store
            .run_list(tenant, &filter, &PageRequest::default())
            .await
            .unwrap();
        page.items.iter().map(|run| run.id.bits()).collect::<Vec<_>>()
    };
    assert_eq!(list(vec![]).await, [2, 1]);
    assert_eq!(list(vec![RunState::Cancelled]).await, [1]);
    assert_eq!(store.audit_verify(tenant).await.unwrap().entries, 2);
}

#[tokio::test]
async fn a_trigger_stays_until_what_it_led_to_is_stored() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let id = EventId::from_bits(1);
    let mut batch = fixture.batch(0, 1);
    batch.now = at(0);
    batch.triggers = vec![Trigger::EventOccurrence(id), Trigger::EventUpdate(id)];
    store.pipeline_commit(&batch).await.unwrap();
    let take = async |now| store.trigger_take(tenant, 10, at(now)).await.unwrap();
    let taken = take(0).await;
    assert_eq!(
        taken.iter().map(|t| t.trigger).collect::<Vec<_>>(),
        batch.triggers
    );
    assert_eq!(take(0).await, taken, "taking is not finishing");

    // The event changes again while its update is being worked: that is not lost.
    let mut again = fixture.batch(1, 2);
    again.now = at(0);
    again.triggers = vec![Trigger::EventUpdate(id)];
    store.pipeline_commit(&again).await.unwrap();
    let outcome = TriggerOutcome {
        runs: vec![run(1, 0)],
        targets: vec![("rule".to_owned(), "203.0.113.7".to_owned())],
        activities: Vec::new(),
    };
    for trigger in &taken {
        store
            .trigger_done(tenant, trigger.id, &outcome, at(1))
            .await
            .unwrap();
    }
    let rest = take(0).await;
    assert_eq!((rest.len(), rest[0].trigger), (1, Trigger::EventUpdate(id)));
    assert_eq!(
        store
            .run_list(tenant, &RunFilter::default(), &PageRequest::default())
            .await
            .unwrap()
            .total
            .value,
        1
    );
    assert_eq!(
        store.breaker_count(tenant, "rule", at(0)).await.unwrap(),
        1,
        "one target, aimed at twice"
    );
    assert_eq!(store.breaker_count(tenant, "rule", at(2)).await.unwrap(), 0);
    assert_eq!(
        store.breaker_last(tenant, "rule", "203.0.113.7").await.unwrap(),
        Some(at(1))
    );

    store
        .trigger_retry(tenant, rest[0].id, at(50), "the store was busy")
        .await
        .unwrap();
    assert!(take(49).await.is_empty());
    assert_eq!(take(50).await[0].attempts, 1);
    assert_eq!(store.trigger_count(tenant).await.unwrap(), 1);
}

#[tokio::test]
async fn playbooks_have_one_draft_and_one_published_version() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    let version = |text: &str| PlaybookVersion {
        id: PlaybookId("playbook--1".into()),
        version: 0,
        state: PlaybookState::Draft,
        name: "Block an address".into(),
        text: text.into(),
        digest: format!("digest of {text}"),
        author: "ann".into(),
        changed: at(0),
    };
    let id = &version("").id;
    assert!(store.playbook_install(tenant, &version("shipped")).await.unwrap());
    assert!(!store.playbook_install(tenant, &version("shipped")).await.unwrap());
    assert_eq!(
        store
            .playbook_draft_save(tenant, &version("a"), &audit("playbook.save"))
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        store
            .playbook_draft_save(tenant, &version("b"), &audit("playbook.save"))
            .await
            .unwrap(),
        2
    );
    let running = async || {
        store
            .playbook_fetch(tenant, id, None)
            .await
            .unwrap()
            .unwrap()
            .text
    };
    assert_eq!(running().await, "shipped");
    store
        .playbook_publish(tenant, id, &audit("playbook.publish"))
        .await
        .unwrap();
    assert_eq!(running().await, "b");
    assert!(
        !store.playbook_install(tenant, &version("shipped")).await.unwrap(),
        "people replaced it"
    );
    let nothing = store
        .playbook_publish(tenant, id, &audit("playbook.publish"))
        .await;
    assert!(matches!(nothing, Err(Error::NotFound { .. })));
    assert_eq!(running().await, "b", "a refused publication changes nothing");
    let states: Vec<_> = store
        .playbook_history(tenant, id)
        .await
        .unwrap()
        .iter()
        .map(|v| (v.version, v.state))
        .collect();
    assert_eq!(
        states,
        [(2, PlaybookState::Published), (1, PlaybookState::History)]
    );
    assert_eq!(
        store
            .playbook_list(tenant, PlaybookState::Published)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        store
            .playbook_fetch(tenant, id, Some(1))
            .await
            .unwrap()
            .unwrap()
            .text,
        "shipped"
    );
}

#[tokio::test]
async fn approvals_are_answered_once_and_in_time() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    store.run_insert_if_absent(&run(1, 0)).await.unwrap();
    let asked = Approval {
        run: RunId::from_bits(1),
        step: "s".into(),
        asked: at(0),
        expires_at: at(60),
        decided: None,
    };
    store.approval_insert_if_absent(tenant, &asked).await.unwrap();
    store.approval_insert_if_absent(tenant, &asked).await.unwrap();
    assert_eq!(
        store.approval_list_open(tenant, at(59)).await.unwrap(),
        from_ref(&asked)
    );
    assert!(store.approval_list_open(tenant, at(60)).await.unwrap().is_empty());
    let decide = async |now, decision| {
        store
            .approval_decide(
                tenant,
                (asked.run, "s"),
                (at(now), "bob", decision),
                &audit("approval"),
            )
            .await
    };
    assert!(decide(60, Decision::Approved).await.is_err(), "too late");
    decide(30, Decision::Denied).await.unwrap();
    assert!(decide(31, Decision::Approved).await.is_err(), "decided already");
    let answered = store
        .approval_fetch(tenant, asked.run, "s")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answered.decided, Some((at(30), "bob".into(), Decision::Denied)));
}

#[tokio::test]
async fn the_never_block_list_has_each_range_once() {
    let fixture = Fixture::new().await;
    let Fixture { store, tenant, .. } = &fixture;
    fixture.open_events(vec![event(1, 0, Level::Low)]).await;
    let entry = |id: &str| NeverBlock {
        id: id.into(),
        kind: "cidr".into(),
        value: "198.51.100.0/24".into(),
        reason: "our egress".into(),
        author: "ann".into(),
        created: at(0),
    };
    store
        .never_block_insert(tenant, &entry("1"), &audit("never_block.add"))
        .await
        .unwrap();
    let twice = store
        .never_block_insert(tenant, &entry("2"), &audit("never_block.add"))
        .await;
    assert!(matches!(twice, Err(Error::Exists { .. })));
    assert_eq!(store.never_block_list(tenant).await.unwrap(), [entry("1")]);
    store
        .never_block_delete(tenant, "1", &audit("never_block.remove"))
        .await
        .unwrap();
    assert!(store.never_block_list(tenant).await.unwrap().is_empty());
}
