//! The pipeline dies at every single row it writes, and starts again: in the end the database holds what it holds when
//! nothing ever happens. And a state that cannot be read is made from what was stored.

mod machine;

use super::{action::Action, worker::Worker};
use machine::{Machine, Steps, action, engine, page, rules, start};
use model::{EntityKey, EntityKind, EventStatus, TenantId, Time};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use store::{EventFilter, EventRow, EventSort, PageRequest, PipelineCommit, Store};

/// Batches of all that the pipeline takes in; the last ones need to know the event that the first ones led to.
async fn steps(machine: &Machine) -> Steps {
    let mut steps = Steps::default();
    steps.push(vec![rules()], false);
    let garbage = machine::record(9, 0, "this is no access log");
    let first = vec![page(1, 1), page(1, 2), page(2, 3), garbage];
    steps.push(first, true);
    // One that came before, one that repeats an alert, and one more of each client.
    steps.push(vec![page(1, 2), page(1, 200), page(2, 201), page(1, 202)], false);
    let mut worker = machine.worker(engine()).await;
    steps.run(machine, &mut worker).await;
    let event = events(&machine.store).await[0].event.id;
    let tag = Action::EntityTag {
        entity: EntityKey::new(EntityKind::Ip, "203.0.113.2"),
        malicious: true,
        reason: "seen elsewhere".to_owned(),
        actor: "ann".to_owned(),
    };
    let handled = Action::EventStatus {
        event,
        status: EventStatus::Handled,
        actor: "ann".to_owned(),
    };
    steps.push(
        vec![
            action(&tag, 300),
            action(&handled, 301),
            page(1, 400),
            page(2, 401),
        ],
        true,
    );
    steps.push(vec![page(1, 500)], false);
    steps.run(machine, &mut worker).await;
    steps
}

async fn events(store: &Store) -> Vec<EventRow> {
    let (filter, page) = (EventFilter::default(), PageRequest::default());
    let sort = EventSort::default();
    let tenant = TenantId::default();
    let now = start().plus(Duration::from_hours(24 * 30));
    store
        .event_list(&tenant, &filter, sort, &page, now)
        .await
        .unwrap()
        .items
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_at_any_row_changes_nothing_in_the_end() {
    let undisturbed = Machine::new().await;
    let steps = steps(&undisturbed).await;
    let expected = undisturbed.rows().await;
    for table in [
        "alert",
        "membership",
        "event",
        "event_entity",
        "entity",
        "audit",
        "dead_letter",
        "trigger_outbox",
    ] {
        assert!(
            expected.keys().any(|(name, _)| name == table),
            "nothing was written to {table}"
        );
    }

    let machine = Machine::new().await;
    machine.arm().await;
    let mut deaths = 0;
    let mut worker = machine.worker(engine()).await;
    for step in steps.all() {
        machine.append(&step.entries);
        let before = worker.position;
        for row in 1.. {
            machine.fail_at(row).await;
            worker.snapshot_at = step.snapshot_at();
            if machine.batch(&mut worker).await.is_ok() {
                break;
            }
            deaths += 1;
            worker = machine.restarted(worker).await;
            assert_eq!(worker.position, before, "row {row}: half a batch was committed");
        }
        // It also dies before it knows that the batch was committed.
        machine.fail_at(0).await;
        let committed = worker.position;
        worker = machine.restarted(worker).await;
        assert_eq!(worker.position, committed);
    }
    machine.disarm().await;
    same(&machine.rows().await, &expected);
    assert!(deaths > 100, "only {deaths} rows were written");
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_with_a_batch_in_flight_changes_nothing_in_the_end() {
    let undisturbed = Machine::new().await;
    let steps = steps(&undisturbed).await;
    let mut expected = undisturbed.rows().await;
    // Where it died two batches may have become one, and the other tables tell where batches end.
    let tells = ["alert", "membership", "event", "event_entity", "entity"];
    expected.retain(|(table, _), _| tells.contains(&table.as_str()));
    let machine = Machine::new().await;
    machine.arm().await;
    let mut deaths = 0;
    let mut worker = machine.worker(engine()).await;
    for (step, row) in steps.all().iter().zip(1..) {
        machine.append(&step.entries);
        // Whether this batch or the one before it fails, the next that is taken in meets it.
        machine.fail_at(row).await;
        while machine.step(&mut worker).await.is_err() {
            deaths += 1;
            worker = machine.restarted(worker).await;
            machine.fail_at(0).await;
        }
    }
    machine.fail_at(0).await;
    if machine.batch(&mut worker).await.is_err() {
        worker = machine.restarted(worker).await;
        machine.batch(&mut worker).await.unwrap();
    }
    let mut found = machine.rows().await;
    found.retain(|(table, _), _| tells.contains(&table.as_str()));
    same(&found, &expected);
    assert!(deaths > 1, "only {deaths} deaths");
}

type Rows = BTreeMap<(String, String), usize>;

/// Checks that these rows are there and no others.
fn same(found: &Rows, expected: &Rows) {
    for (row, count) in expected {
        let there = found.keys().filter(|(table, _)| *table == row.0);
        assert_eq!(
            found.get(row),
            Some(count),
            "{row:?}\namong {:?}",
            there.collect::<Vec<_>>()
        );
    }
    assert_eq!(found.len(), expected.len(), "there is more than there should be");
}

/// Stores a snapshot as an earlier version of the program would have left it.
async fn leave(machine: &Machine, worker: &Worker, change: impl Fn(&mut Value)) {
    let mut state: Value = serde_json::from_slice(&worker.engine.snapshot().unwrap()).unwrap();
    change(&mut state);
    let at = worker.position.0;
    let mut commit = PipelineCommit::empty(TenantId::default(), at, at, Time::default());
    commit.snapshot = Some(state.to_string().into_bytes());
    machine.store.pipeline_commit(&commit).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_another_version_is_made_from_what_was_stored() {
    for keeps_rules in [true, false] {
        let machine = Machine::new().await;
        let mut steps = Steps::default();
        steps.push(vec![rules()], false);
        steps.push(vec![page(1, 1), page(1, 200), page(2, 201)], false);
        let mut worker = machine.worker(engine()).await;
        steps.run(&machine, &mut worker).await;
        machine.save_rule().await;
        let before = events(&machine.store).await;
        assert_eq!(before.len(), 2);

        leave(&machine, &worker, |state| {
            state["correlator"]["version"] = Value::from(1);
            if !keeps_rules {
                state["detector"] = Value::from("of another shape");
            }
        })
        .await;
        let mut worker = machine.restarted(worker).await;

        machine.append(&[page(1, 400), page(3, 401)]);
        machine.batch(&mut worker).await.unwrap();
        let after = events(&machine.store).await;
        assert_eq!(after.len(), 3, "one client is new");
        for old in &before {
            let now = after.iter().find(|row| row.event.id == old.event.id).unwrap();
            let client = |row: &EventRow| row.event.entities[0].key.value.clone();
            assert_eq!(client(now), client(old));
            let grown = u64::from(client(old) == "203.0.113.1");
            assert_eq!(now.event.raw_alert_count, old.event.raw_alert_count + grown);
        }
        let audit = machine.audit_actions().await;
        assert_eq!(
            audit
                .iter()
                .filter(|action| *action == "pipeline.rebuild")
                .count(),
            1
        );

        // From now on there is a snapshot again.
        worker.snapshot_at = Time::default();
        machine.append(&[page(1, 402)]);
        machine.batch(&mut worker).await.unwrap();
        machine.restarted(worker).await;
        assert_eq!(machine.audit_actions().await.len(), audit.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_snapshots_the_one_that_can_be_read_is_taken() {
    let machine = Machine::new().await;
    let mut steps = Steps::default();
    steps.push(vec![rules()], false);
    steps.push(vec![page(1, 1), page(2, 2)], true);
    steps.push(vec![page(1, 300)], false);
    steps.push(vec![page(2, 301)], true);
    let mut worker = machine.worker(engine()).await;
    steps.run(&machine, &mut worker).await;
    let whole = worker.engine.snapshot().unwrap();
    let newest = machine
        .store
        .pipeline_snapshot_latest(&TenantId::default())
        .await
        .unwrap()
        .unwrap();
    machine.damage_snapshot(newest.position).await;
    let worker = machine.restarted(worker).await;
    assert!(
        worker.engine.snapshot().unwrap() == whole,
        "the state is another one"
    );
    assert!(
        machine.audit_actions().await.is_empty(),
        "nothing had to be made anew"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_of_an_event_that_correlation_has_forgotten_can_be_changed() {
    let machine = Machine::new().await;
    let mut steps = Steps::default();
    steps.push(vec![rules()], false);
    steps.push(vec![page(1, 1)], false);
    let weeks = 3 * 7 * 24 * 3600;
    steps.push(vec![page(2, weeks), page(2, weeks + 7200)], false);
    let mut worker = machine.worker(engine()).await;
    steps.run(&machine, &mut worker).await;
    let old = events(&machine.store).await;
    let old = old
        .iter()
        .find(|row| row.event.first_time < start().plus(Duration::from_mins(1)))
        .unwrap();
    let handled = Action::EventStatus {
        event: old.event.id,
        status: EventStatus::Handled,
        actor: "ann".to_owned(),
    };
    machine.append(&[action(&handled, weeks + 7300)]);
    machine.batch(&mut worker).await.unwrap();
    let rows = events(&machine.store).await;
    let row = rows.iter().find(|row| row.event.id == old.event.id).unwrap();
    assert_eq!(row.event.status, EventStatus::Handled);
}
