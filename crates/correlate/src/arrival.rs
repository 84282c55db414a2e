//! An alert on its way in. A replay of a million alerts has few that differ in more than id and time, so these stand
//! beside the rest.

use model::{Alert, AlertId, Time, limits};

/// An alert, and when it was received.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// What it says. Its own id and times do not matter.
    pub alert: &'a Alert,
    /// Its id.
    pub id: AlertId,
    /// When the last of its records happened.
    pub time: Time,
    /// When the first of its records happened.
    pub first_time: Time,
    /// When it was received.
    pub now: Time,
}

impl<'a> Arrival<'a> {
    /// An alert with its own id and times.
    pub fn new(alert: &'a Alert, now: Time) -> Self {
        Self {
            alert,
            id: alert.id,
            time: alert.time,
            first_time: alert.first_time,
            now,
        }
    }

    /// The event time that counts: no later than the receipt allows.
    pub(crate) fn event_time(&self) -> Time {
        self.time.min(self.now.plus(limits::ALLOWED_LATENESS))
    }
}
