//! How long to wait before trying again. No jitter: one process talks to one account, so there is no herd to break
//! up, and a delay that can be computed can be tested and shown.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const DOUBLINGS: u32 = 5;

/// The delay after the `failures`-th failure in a row, counted from 1: 1 s, 2 s, 4 s … at most 32 s.
pub fn backoff(failures: u32) -> Duration {
    FIRST * 2_u32.pow(failures.saturating_sub(1).min(DOUBLINGS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_a_ceiling() {
        let seconds: Vec<_> = (0..9).map(|failures| backoff(failures).as_secs()).collect();
        assert_eq!(seconds, [1, 1, 2, 4, 8, 16, 32, 32, 32]);
        assert_eq!(backoff(u32::MAX).as_secs(), 32);
    }
}
