//! The fake cloud's clock: the machine's, or one that a test moves by hand so that throttles, expiries and refused
//! timestamps need no waiting.

use model::Time;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// Where the fake cloud gets the time from; clones share it.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Milliseconds since the epoch, moved with [`Clock::advance`].
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `time`.
    pub fn manual(time: Time) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(time.millis())))
    }

    /// Moves a manual clock; the machine's goes by itself.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(millis) = self {
            millis.fetch_add(by.as_millis() as i64, Ordering::Relaxed);
        }
    }

    /// The time.
    pub fn now(&self) -> Time {
        match self {
            Self::System => Time::from_millis(jiff::Timestamp::now().as_millisecond()),
            Self::Manual(millis) => Time::from_millis(millis.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand_and_for_all_its_clones() {
        let clock = Clock::manual(Time::from_secs(1_000));
        let other = clock.clone();
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(other.now(), Time::from_millis(1_001_500));
    }
}
