//! Threat intelligence from elsewhere: a file over HTTP(S), a collection of a TAXII server, a file of this machine.
//!
//! Texts come out as they stand there; what they mean is the crate `intel`'s to say.

mod fetch;
mod local;
mod taxii;

pub use fetch::{Auth, FetchError, Fetched, fetch};
pub use local::{LocalError, read_local};
pub use taxii::{Collected, TaxiiError, collect};

use crate::egress::EgressLimits;
use std::time::Duration;

/// Bounds of a request for a feed: feeds are far larger than answers of an API.
pub const LIMITS: EgressLimits = EgressLimits {
    connect: Duration::from_secs(10),
    total: Duration::from_mins(5),
    response_bytes: 256 << 20,
};
