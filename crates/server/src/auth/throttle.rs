//! Slows down guessing: a few failures in a row for one key (a user name, an address), then a pause.

use model::Time;
use std::{collections::HashMap, sync::Mutex, time::Duration};

/// Failures that are free.
const FREE: u32 = 5;
/// The pause after the first failure that is not; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// Keys remembered at once; beyond them the oldest go.
const KEYS: usize = 10_000;

/// Counts failures per key.
#[derive(Debug, Default)]
pub struct Throttle {
    keys: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Time,
}

impl Throttle {
    /// How long `key` has to wait before it may try again; none if it may try now.
    pub fn wait(&self, key: &str, now: Time) -> Option<Duration> {
        let keys = self
            .keys
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let failures = keys.get(key)?;
        let pause = pause(failures.count)?;
        let waited = now.since(failures.last);
        (waited < pause).then(|| pause.saturating_sub(waited))
    }

    /// Remembers that `key` failed.
    pub fn failed(&self, key: &str, now: Time) {
        let mut keys = self
            .keys
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if keys.len() >= KEYS && !keys.contains_key(key) {
            let oldest = keys
                .iter()
                .min_by_key(|(_, failures)| failures.last)
                .map(|(key, _)| key.clone());
            oldest.map(|oldest| keys.remove(&oldest));
        }
        let failures = keys
            .entry(key.to_owned())
            .or_insert(Failures { count: 0, last: now });
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    /// Forgets the failures of `key`.
    pub fn succeeded(&self, key: &str) {
        self.keys
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .remove(key);
    }
}

fn pause(count: u32) -> Option<Duration> {
    let over = count.checked_sub(FREE)?;
    Some(
        FIRST_PAUSE
            .saturating_mul(1u32.checked_shl(over).unwrap_or(u32::MAX))
            .min(LONGEST_PAUSE),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_gets_slower_and_success_forgives() {
        let throttle = Throttle::default();
        let now = Time::from_secs(1_000);
        for _ in 0..FREE - 1 {
            throttle.failed("ada", now);
        }
        assert_eq!(throttle.wait("ada", now), None);
        throttle.failed("ada", now);
        assert_eq!(throttle.wait("ada", now), Some(FIRST_PAUSE));
        assert_eq!(throttle.wait("ada", now.plus(FIRST_PAUSE)), None);
        for _ in 0..40 {
            throttle.failed("ada", now);
        }
        assert_eq!(throttle.wait("ada", now), Some(LONGEST_PAUSE));
        assert_eq!(throttle.wait("bob", now), None);
        throttle.succeeded("ada");
        assert_eq!(throttle.wait("ada", now), None);
    }
}
