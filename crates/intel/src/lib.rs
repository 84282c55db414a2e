//! Threat intelligence: what others know to be malicious, as tables that answer in less than a microsecond.
//!
//! Feeds are read ([`stix`], [`misp`], [`list`]) into [`Indicator`]s; those of all feeds together become one immutable
//! [`Snapshot`] that is asked about entities; [`judge`] says which entities of an alert are known to be malicious and by
//! whom. No I/O, no clock: fetching, keeping and refreshing feeds is somebody else's work, and time is a parameter.

mod indicator;
pub mod judge;
pub mod list;
pub mod misp;
mod observable;
mod reading;
mod snapshot;
pub mod stix;
mod url;

pub use indicator::{About, Indicator};
pub use judge::{Verdict, judge};
pub use observable::{FileHash, Kind, Observable, Refusal};
pub use reading::{Problem, Reading};
pub use snapshot::{Builder, Feed, Full, Match, Snapshot};
