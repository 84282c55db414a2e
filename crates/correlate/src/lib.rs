//! Alerts → security events: which alerts belong together, and why each of them does.
//!
//! Pure: `(state, alert, now) → changes`. No clock, no randomness, no I/O; the same inputs in the same order give
//! the same bytes, and alerts that arrive up to two minutes late give the same sets in whatever order they come.
//!
//! An alert passes, in this order:
//! 1. [`gate`]: testing, whitelist, vendor capability, side and method; what is stopped here is in no event, with a reason;
//! 2. [`fold`]: a repeat of an alert that is already there only counts;
//! 3. [`method`]: one file for each way of finding the event of an alert;
//! 4. [`apply`]: the decision becomes state, in steps that [`tail`] can take back when an alert comes late;
//! 5. [`ledger`]: what changed becomes [`Changes`]: memberships, and events with [`title`] and [`level`].

mod adopt;
mod apply;
mod arena;
mod arrival;
mod chain;
mod changes;
mod correlator;
mod digest;
mod entity;
mod event;
mod fold;
mod gate;
mod hand;
mod hours;
mod hub;
mod ledger;
mod level;
mod method;
mod newest;
mod noisy;
mod pairs;
pub mod pattern;
mod phrase;
mod reach;
mod score;
mod settings;
mod similar;
mod snapshot;
mod state;
mod sweep;
mod tail;
mod title;
mod weights;

pub use adopt::{Adoption, KeptEvent};
pub use arrival::Arrival;
pub use chain::{Cause, Chain, Edge, EdgeKind, EntryPoint, Lane, Node};
pub use changes::{AlertOutcome, Changes, EventChange, EventChangeKind, Outcome, Refused};
pub use correlator::Correlator;
pub use pattern::{Pattern, Patterns};
pub use settings::{Caps, Settings};
pub use similar::{Likeness, Traits};
pub use snapshot::RestoreError;
pub use state::Counters;
