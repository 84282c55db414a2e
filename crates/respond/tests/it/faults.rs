//! Whatever goes wrong, in whatever order: once it stops, the device holds exactly the wanted leases.

use crate::{
    device::{Fault, lease_of},
    world::World,
};
use model::{lease::LeaseState, policy::TaskStatus};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Something that happens.
#[derive(Clone, Debug)]
enum Happening {
    Block { run: u128, last: u8, seconds: u64 },
    Undo(usize),
    NeverBlock(u8),
    DeleteByHand(usize),
    EditByHand(usize),
    Wait(u64),
    Round(Vec<Fault>),
    Killed(Vec<Fault>, usize),
}

fn address(last: u8) -> String {
    format!("203.0.113.{last}")
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![
        6 => Just(Fault::None),
        1 => Just(Fault::Throttled),
        1 => Just(Fault::Server),
        1 => Just(Fault::TimeoutBefore),
        2 => Just(Fault::TimeoutAfter),
        1 => Just(Fault::Quota),
        2 => Just(Fault::Stale),
    ];
    prop::collection::vec(fault, 0..8)
}

fn happening(faulty: bool) -> BoxedStrategy<Happening> {
    let calm = prop_oneof![
        4 => (1u128..6, 1u8..5, 1u64..300)
            .prop_map(|(run, last, seconds)| Happening::Block { run, last, seconds }),
        1 => (0usize..8).prop_map(Happening::Undo),
        1 => (3u8..5).prop_map(Happening::NeverBlock),
        3 => (1u64..90).prop_map(Happening::Wait),
    ];
    if !faulty {
        return calm.boxed();
    }
    prop_oneof![
        4 => calm,
        1 => (0usize..4).prop_map(Happening::DeleteByHand),
        1 => (0usize..4).prop_map(Happening::EditByHand),
        4 => faults().prop_map(Happening::Round),
        1 => (faults(), 1usize..4).prop_map(|(faults, calls)| Happening::Killed(faults, calls)),
    ]
    .boxed()
}

impl World {
    fn happen(&mut self, happening: &Happening) {
        match happening {
            // The same run may come again: a retry after a crash.
            Happening::Block { run, last, seconds } => {
                self.block(*run, &address(*last), *seconds);
            }
            Happening::Undo(position) => {
                if let Some(policy) = self.policies.get(*position).map(|p| p.id) {
                    self.undo(policy);
                }
            }
            Happening::NeverBlock(last) => self.never_block(&address(*last)),
            Happening::DeleteByHand(position) => self.device.delete_by_hand(*position),
            Happening::EditByHand(position) => self.device.edit_by_hand(*position),
            Happening::Wait(seconds) => self.wait(*seconds),
            Happening::Round(faults) => {
                self.device.plan(faults);
                self.round();
            }
            Happening::Killed(faults, calls) => {
                self.device.plan(faults);
                self.round_until(*calls);
            }
        }
    }

    fn is_settled(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.device.blocked(), self.wanted());
        let objects = self.device.objects();
        let leases: BTreeSet<_> = objects.iter().filter_map(lease_of).collect();
        prop_assert_eq!(leases.len(), objects.len(), "exactly one object per lease");
        for lease in self.leases.values() {
            let expected = if lease.wanted(self.now) {
                LeaseState::Active
            } else {
                LeaseState::Released
            };
            prop_assert_eq!(lease.state, expected);
        }
        for task in &self.tasks {
            prop_assert!(
                matches!(
                    task.status,
                    TaskStatus::Blocked | TaskStatus::Ended | TaskStatus::Whitelisted
                ),
                "{:?} is left behind",
                task
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_device_ends_as_the_table_wants_it(happenings in prop::collection::vec(happening(true), 1..60)) {
        let mut world = World::new();
        world.never_block(&address(4));
        for happening in &happenings {
            world.happen(happening);
            prop_assert!(!world.device.blocked().contains(&address(4)), "never blocked at any moment");
        }
        world.device.plan(&[]);
        // The longest wait, and a period to repair what the last faults left.
        world.rounds(8);
        world.is_settled()?;
        world.device.writes();
        let before = world.leases.clone();
        world.round();
        world.is_settled()?;
        prop_assert!(world.device.writes().is_empty(), "what is settled needs no calls");
        prop_assert_eq!(before.len(), world.leases.len());
    }

    #[test]
    fn without_faults_nothing_is_blocked_past_its_end_and_one_period(
        happenings in prop::collection::vec(happening(false), 1..40),
    ) {
        let mut world = World::new();
        for happening in &happenings {
            world.happen(happening);
            world.round();
            // One round is enough for whatever was wanted at its beginning.
            prop_assert_eq!(world.device.blocked(), world.wanted());
            world.is_settled()?;
        }
    }
}
