//! Who visits the fake cloud's web site: an attacker and harmless visitors.
//!
//! Both are workers with an end: bounded in requests and in time, to be paused and stopped, with their progress to be
//! watched while they run. They come from documentation addresses through the header the site's firewall vouches for.

mod attacker;
mod browser;
mod visitors;
mod worker;

pub use attacker::{AttackPlan, AttackProgress, Attacker};
pub use visitors::{VisitPlan, VisitProgress, Visitors};
