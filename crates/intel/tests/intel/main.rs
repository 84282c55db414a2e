//! Threat intelligence from the outside: snapshots answer as a plain search would, and no input panics.
#![allow(clippy::unwrap_used)]

mod naive;
mod robust;
