//! Caps and retention, each named once.

use std::time::Duration;

/// Folded alerts in one event of the graph method (S9).
pub const GRAPH_EVENT_ALERTS: usize = 2_000;
/// Folded alerts in one event of any other method (S9).
pub const OTHER_EVENT_ALERTS: usize = 10_000;
/// How far back the event list reaches, by last activity (S7).
pub const EVENT_LIST_DAYS: u32 = 180;
/// How long alerts are kept.
pub const ALERT_RETENTION_DAYS: u32 = 180;
/// Repeats of one alert fold while they follow each other within this gap.
pub const FOLD_GAP: Duration = Duration::from_mins(1);
/// A fold never spans more than this.
pub const FOLD_SPAN: Duration = Duration::from_hours(24);
/// How late a record may be and still count as in order.
pub const ALLOWED_LATENESS: Duration = Duration::from_mins(2);
/// How long a block lasts when nobody says otherwise.
pub const DEFAULT_BLOCK: Duration = Duration::from_hours(24);
/// Widest range that is blocked without approval: an IPv4 /24.
pub const WIDEST_BLOCK_V4: u8 = 24;
/// Widest range that is blocked without approval: an IPv6 /48.
pub const WIDEST_BLOCK_V6: u8 = 48;
