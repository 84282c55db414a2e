//! What fails and must not hurt: each test is named after a failure seen in another product.

use crate::{
    device::{Fault, lease_of},
    world::World,
};
use model::{
    lease::LeaseState,
    policy::{PolicyStatus, TaskStatus},
};
use respond::{
    NeverBlock,
    cacao::Outcome,
    settle::{ENDED_BY_NEVER_BLOCK, GIVE_UP},
    task,
};
use serde_json::json;

const ATTACKER: &str = "203.0.113.7";
const OTHER: &str = "203.0.113.8";

#[test]
fn the_first_of_two_reasons_expires_and_the_block_stays() {
    let mut world = World::new();
    let short = world.block(1, ATTACKER, 20);
    let long = world.block(2, ATTACKER, 100);
    world.round();
    assert_eq!(world.device.writes(), ["create"], "two reasons, one object");
    world.wait(20);
    world.round();
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert_eq!(world.status(short), TaskStatus::Ended);
    assert!(
        world.task(short).detail.en.contains(&long.to_string()),
        "it says what keeps the block"
    );
    assert_eq!(world.status(long), TaskStatus::Blocked);
    world.wait(80);
    world.round();
    assert!(world.device.blocked().is_empty());
    assert_eq!(world.status(long), TaskStatus::Ended);
}

#[test]
fn a_delete_that_the_device_did_not_see_is_repeated() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 20);
    world.round();
    world.wait(20);
    world.device.plan(&[Fault::None, Fault::TimeoutBefore]);
    world.round();
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert_eq!(
        world.status(policy),
        TaskStatus::Blocked,
        "a block that is still there is not called ended"
    );
    world.rounds(1);
    assert!(world.device.blocked().is_empty());
    assert_eq!(world.status(policy), TaskStatus::Ended);
}

#[test]
fn all_expired_blocks_go_in_one_round() {
    let mut world = World::new();
    for last in 1..=50 {
        world.block(last, &format!("203.0.113.{last}"), 20);
    }
    world.round();
    assert_eq!(world.device.blocked().len(), 50);
    world.wait(20);
    world.round();
    assert!(world.device.blocked().is_empty());
}

#[test]
fn one_failing_delete_does_not_keep_the_others() {
    let mut world = World::new();
    world.block(1, ATTACKER, 20);
    world.block(2, OTHER, 20);
    world.round();
    world.wait(20);
    world.device.plan(&[Fault::None, Fault::Server]);
    world.round();
    assert_eq!(world.device.blocked().len(), 1);
}

#[test]
fn a_restart_does_not_make_a_block_permanent() {
    let mut world = World::new();
    world.block(1, ATTACKER, 20);
    world.round();
    // Killed; up again after the expiry, with the table and nothing else.
    let mut restarted = World {
        leases: world.leases.clone(),
        device: world.device,
        ..World::new()
    };
    restarted.wait(500);
    restarted.round();
    assert!(restarted.device.blocked().is_empty());
}

#[test]
fn killed_between_call_and_row_leaves_one_object() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 100);
    world.round_until(1);
    assert_eq!(
        world.device.blocked(),
        [ATTACKER],
        "the device has it, the table does not know"
    );
    assert_eq!(world.status(policy), TaskStatus::Handling);
    world.round();
    assert_eq!(world.device.objects().len(), 1);
    assert_eq!(world.status(policy), TaskStatus::Blocked);
    world.wait(100);
    world.round_until(1);
    world.round();
    assert!(world.device.objects().is_empty());
    assert_eq!(world.status(policy), TaskStatus::Ended);
}

#[test]
fn a_second_attacker_of_the_same_rule_does_not_overwrite_the_first_ones_timer() {
    let mut world = World::new();
    let first = world.block(1, ATTACKER, 20);
    world.wait(15);
    let second = world.block(2, OTHER, 20);
    world.round();
    world.wait(5);
    world.round();
    assert_eq!(world.device.blocked(), [OTHER]);
    assert_eq!(
        (world.status(first), world.status(second)),
        (TaskStatus::Ended, TaskStatus::Blocked)
    );
}

#[test]
fn the_executor_honours_the_never_block_list() {
    let mut world = World::new();
    world.never_block(ATTACKER);
    for (run, address) in [(1, ATTACKER), (2, "127.0.0.1"), (3, "10.0.0.0/8")] {
        let policy = world.block(run, address, 20);
        assert_eq!(world.status(policy), TaskStatus::Whitelisted, "{address}");
        let output = json!({"blocked": false, "policy": policy.to_string()});
        assert_eq!(
            world.step(policy),
            output.as_object().cloned().map(Outcome::Succeeded)
        );
        let made = world.policies.iter().find(|p| p.id == policy).map(|p| p.status);
        assert_eq!(made, Some(PolicyStatus::Succeeded), "the policy has not failed");
    }
    world.round();
    assert!(world.device.writes().is_empty());
}

#[test]
fn a_lease_that_reached_the_table_is_still_checked_before_the_call() {
    let mut world = World::new();
    world.block(1, ATTACKER, 100);
    world.never_block(ATTACKER);
    world.round();
    assert!(world.device.writes().is_empty());
}

#[test]
fn adding_to_the_never_block_list_lifts_the_block_for_good() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 1_000);
    world.round();
    world.never_block(ATTACKER);
    world.rounds(1);
    assert!(world.device.blocked().is_empty());
    assert_eq!(world.status(policy), TaskStatus::Whitelisted);
    let ended_by = world
        .leases
        .values()
        .next()
        .and_then(|l| l.reasons[0].ended_by.clone());
    assert_eq!(ended_by.as_deref(), Some(ENDED_BY_NEVER_BLOCK));
    world.never_block = NeverBlock::default();
    world.rounds(1);
    assert!(
        world.device.blocked().is_empty(),
        "taking the entry off again blocks nobody"
    );
}

#[test]
fn a_step_done_twice_is_done_once() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 20);
    world.round();
    world.wait(10);
    assert_eq!(world.block(1, ATTACKER, 20), policy);
    let again = world.plan(1, ATTACKER, 20);
    assert!(again.leases.is_empty(), "nothing to write");
    assert_eq!(
        again.policy.valid_until, world.policies[0].valid_until,
        "nor a later end"
    );
    assert_eq!(world.tasks.len(), 1);
    world.wait(10);
    world.round();
    assert!(world.device.blocked().is_empty(), "the first end holds");
    assert_eq!(world.device.writes(), ["create", "delete"]);
}

#[test]
fn a_second_policy_on_a_live_block_needs_no_call() {
    let mut world = World::new();
    world.block(1, ATTACKER, 100);
    world.round();
    world.device.writes();
    let second = world.block(2, ATTACKER, 50);
    assert_eq!(world.status(second), TaskStatus::Blocked, "before any round");
    world.round();
    assert!(world.device.writes().is_empty());
}

#[test]
fn undoing_one_policy_keeps_the_block_for_the_other() {
    let mut world = World::new();
    let first = world.block(1, ATTACKER, 100);
    let second = world.block(2, ATTACKER, 100);
    world.round();
    assert_eq!(world.undo(first), [second]);
    world.round();
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert!(world.undo(second).is_empty());
    world.round();
    assert!(world.device.blocked().is_empty());
}

#[test]
fn a_block_asked_for_again_while_it_is_being_lifted_comes_back() {
    let mut world = World::new();
    let first = world.block(1, ATTACKER, 100);
    world.round();
    world.undo(first);
    world.device.plan(&[Fault::None, Fault::TimeoutAfter]);
    world.round();
    let again = world.block(2, ATTACKER, 1_000);
    assert_eq!(world.status(again), TaskStatus::Handling);
    world.rounds(1);
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert_eq!(world.status(again), TaskStatus::Blocked);
}

#[test]
fn a_create_that_timed_out_after_applying_is_found_by_reading_back() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 1_000);
    world.device.plan(&[Fault::None, Fault::TimeoutAfter]);
    world.round();
    assert_eq!(
        world.status(policy),
        TaskStatus::Handling,
        "the outcome is unknown"
    );
    world.wait(1);
    world.round();
    assert_eq!(world.status(policy), TaskStatus::Blocked);
    assert_eq!(world.device.writes(), ["create"]);
}

#[test]
fn nothing_stays_in_handling_while_the_device_is_away() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 100_000);
    world.device.plan(&[Fault::TimeoutBefore; 40]);
    world.rounds(40);
    assert_eq!(world.status(policy), TaskStatus::Failed);
    assert!(
        matches!(world.step(policy), Some(Outcome::Failed(_))),
        "the run goes on"
    );
    world.rounds(5);
    assert_eq!(
        world.status(policy),
        TaskStatus::Blocked,
        "and the block comes when the device does"
    );
}

#[test]
fn a_full_device_fails_at_once_and_is_asked_rarely() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 10_000);
    world.device.plan(&[Fault::None, Fault::Quota]);
    world.round();
    assert_eq!(world.status(policy), TaskStatus::Failed);
    world.wait(5);
    world.round();
    assert_eq!(world.device.writes(), ["create"], "not asked again so soon");
    world.rounds(5);
    assert_eq!(world.status(policy), TaskStatus::Blocked);
}

#[test]
fn an_unblock_that_keeps_failing_is_said_and_tried_on() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 20);
    world.round();
    world.wait(20);
    for _ in 0..40 {
        world.device.plan(&[Fault::None, Fault::Server]);
        world.rounds(1);
    }
    assert_eq!(world.status(policy), TaskStatus::UnblockFailed);
    assert_eq!(task::policy_status(&world.tasks), PolicyStatus::Failed);
    assert!(world.leases.values().all(|l| l.attempts >= GIVE_UP));
    world.device.plan(&[]);
    world.rounds(5);
    assert_eq!(world.status(policy), TaskStatus::Ended);
}

#[test]
fn a_block_that_failed_to_come_does_not_outlive_its_end() {
    let mut world = World::new();
    world.block(1, ATTACKER, 30);
    world.device.plan(&[Fault::None, Fault::TimeoutAfter]);
    world.round();
    let lease = world.leases.values_mut().next().expect("there is one lease");
    lease.retry_at = Some(lease.reasons[0].expires_at.plus(crate::world::PERIOD * 100));
    world.rounds(1);
    assert!(
        world.device.blocked().is_empty(),
        "the wait for the next create does not hold the delete"
    );
}

#[test]
fn a_rule_deleted_by_hand_is_restored_and_marked() {
    let mut world = World::new();
    let policy = world.block(1, ATTACKER, 1_000);
    world.round();
    world.device.delete_by_hand(0);
    world.rounds(1);
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert_eq!(world.status(policy), TaskStatus::Blocked);
    assert!(world.leases.values().all(|l| l.drift));
    assert!(!world.task(policy).detail.en.is_empty());
    world.rounds(1);
    assert!(world.leases.values().all(|l| !l.drift), "seen in place again");
}

#[test]
fn a_rule_edited_by_hand_is_replaced_and_marked() {
    let mut world = World::new();
    world.block(1, ATTACKER, 1_000);
    world.round();
    world.device.edit_by_hand(0);
    world.rounds(1);
    assert_eq!(world.device.blocked(), [ATTACKER]);
    assert_eq!(world.device.objects().len(), 1);
    assert!(world.leases.values().all(|l| l.drift));
}

#[test]
fn a_listing_from_before_the_create_is_not_taken_for_a_deletion() {
    let mut world = World::new();
    world.block(1, ATTACKER, 1_000);
    world.round();
    world.device.writes();
    world.device.plan(&[Fault::Stale]);
    world.wait(1);
    world.round();
    assert!(world.device.writes().is_empty());
    assert!(
        world
            .leases
            .values()
            .all(|l| l.state == LeaseState::Active && !l.drift)
    );
}

#[test]
fn doubled_objects_are_reduced_to_one() {
    let mut world = World::new();
    world.block(1, ATTACKER, 1_000);
    world
        .device
        .plan(&[Fault::None, Fault::TimeoutAfter, Fault::Stale, Fault::Stale]);
    world.round();
    world.rounds(1);
    assert_eq!(
        world.device.objects().len(),
        2,
        "the look before the second create saw an old state"
    );
    world.rounds(2);
    assert_eq!(world.device.objects().len(), 1);
    assert_eq!(world.device.blocked(), [ATTACKER]);
}

#[test]
fn orphans_go_and_what_is_not_ours_stays() {
    let mut world = World::new();
    world.block(1, ATTACKER, 1_000);
    let forgotten = model::LeaseId::from_bits(7);
    world.device.put_by_hand(&format!("ctdr-{forgotten}"));
    world.device.put_by_hand("ctdr-template");
    world.device.put_by_hand("customer-rule");
    world.round();
    let objects = world.device.objects();
    assert_eq!(objects.iter().filter(|o| lease_of(o).is_some()).count(), 1);
    assert!(objects.iter().any(|o| o.name == "ctdr-template"));
    assert!(objects.iter().any(|o| o.name == "customer-rule"));
}
