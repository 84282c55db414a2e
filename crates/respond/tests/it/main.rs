//! The crate from outside: a simulated device with faults, the failures other products were seen to have, and the
//! playbooks that ship.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod device;
mod faults;
mod playbooks;
mod regressions;
mod world;
