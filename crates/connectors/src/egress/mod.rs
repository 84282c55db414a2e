//! The one way out: every HTTP request of the product goes through [`Egress`].
//!
//! A playbook, a webhook or a source takes its address from somebody's input, so the client refuses what an attacker
//! would have it reach: it resolves the name, checks *every* address, and connects to the checked address (a name that
//! changes its answer between check and connect gains nothing). No redirects, no proxy from the environment, bounded
//! time and bounded response size.

mod address;
mod client;
mod error;

pub use address::{AddressKind, EgressPolicy, classify};
pub use client::{Egress, EgressLimits, EgressRequest, EgressResponse};
pub use error::EgressError;
