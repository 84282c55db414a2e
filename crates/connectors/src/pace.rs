//! Holding calls to what an API takes: at most N a second, evenly spaced, first come first served.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// A bucket of one token that refills N times a second. No burst: vendors count in windows of their own, and five
/// calls in one moment followed by five in the next can fall into one of them.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    free_at: Mutex<Option<Instant>>,
}

impl Pace {
    /// At most `calls` a second.
    pub fn per_second(calls: u32) -> Self {
        Self {
            interval: Duration::from_secs(1) / calls.max(1),
            free_at: Mutex::new(None),
        }
    }

    /// Waits for its turn.
    pub async fn turn(&self) {
        let at = reserve(&mut *self.free_at.lock().await, Instant::now(), self.interval);
        sleep_until(at).await;
    }
}

/// Takes the next free moment, `now` at the earliest.
fn reserve(free_at: &mut Option<Instant>, now: Instant, interval: Duration) -> Instant {
    let at = free_at.map_or(now, |free| free.max(now));
    *free_at = Some(at + interval);
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_at_one_moment_are_spread_and_idle_time_is_not_saved_up() {
        let start = Instant::now();
        let interval = Duration::from_millis(200);
        let mut free_at = None;
        let mut at = |millis| {
            let now = start + Duration::from_millis(millis);
            reserve(&mut free_at, now, interval)
                .duration_since(start)
                .as_millis()
        };
        assert_eq!([at(0), at(0), at(0), at(50)], [0, 200, 400, 600]);
        assert_eq!([at(5000), at(5000)], [5000, 5200]);
    }
}
