//! Suppression: repeats of one alert that are equal in some fields are left out for a while, and counted.

use model::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The last alert of one key, and what was left out since.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Last {
    /// None until there is one.
    time: Option<Time>,
    suppressed: u64,
}

impl Last {
    /// No alert yet.
    pub const fn never() -> Self {
        Self {
            time: None,
            suppressed: 0,
        }
    }

    /// When the alert was raised.
    pub const fn time(&self) -> Option<Time> {
        self.time
    }

    /// Whether an alert at `time` may be raised: how many were left out before it, or nothing if it is left
    /// out itself. `already` were left out for another reason, and count with it either way.
    pub fn admit(&mut self, time: Time, span: Duration, already: u64) -> Option<u64> {
        if let Some(last) = self.time {
            if time.since(last).max(last.since(time)) < span {
                self.suppressed += 1 + already;
                return None;
            }
            if time < last {
                // A record of long ago has its alert, but opens no new quiet time in the past.
                return Some(already);
            }
        }
        self.time = Some(time);
        Some(already + std::mem::take(&mut self.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_left_out_and_counted() {
        let mut last = Last::never();
        let mut check = |secs: i64, expected: Option<u64>| {
            let got = last.admit(Time::from_secs(secs), Duration::from_mins(1), 0);
            assert_eq!(got, expected, "at {secs}");
        };
        check(1000, Some(0));
        check(1010, None);
        check(995, None);
        check(1059, None);
        check(1060, Some(3));
        check(1061, None);
        check(100, Some(0));
        check(1120, Some(1));
    }
}
