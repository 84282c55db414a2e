//! The hours in which something happened: a ring of 256 bits, the same whatever order the hours are marked in.
//!
//! Rules and entities are judged only by hours that are over for every alert within the allowed lateness, so that a
//! judgement does not depend on the order of arrival either.

use model::Time;
use serde::{Deserialize, Serialize};

/// How far back a judgement looks.
pub(crate) const WINDOW: i64 = 7 * 24;
/// Fewer hours than this are no basis for a judgement.
pub(crate) const HISTORY: i64 = 24;
/// Bits in the ring; more than [`WINDOW`], so that late marks do no harm.
const RING: i64 = 256;

/// The hour of a time, counted from the epoch.
pub(crate) fn hour_of(time: Time) -> i64 {
    time.millis().div_euclid(3_600_000)
}

/// The first hour that does not count when an alert of this time is judged: the one before its own, because that may
/// still change within the allowed lateness. All alerts of an hour are judged alike.
pub(crate) fn open_hour(time: Time) -> i64 {
    hour_of(time) - 1
}

/// The hours a judgement in `hour` may count: the last week, but not before the history starts. Empty without enough history.
pub(crate) fn judged(start: i64, hour: i64) -> std::ops::Range<i64> {
    let from = start.max(hour - WINDOW);
    if hour - from < HISTORY {
        hour..hour
    } else {
        from..hour
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Hours {
    newest: i64,
    bits: [u64; 4],
}

impl Hours {
    pub(crate) fn newest(&self) -> i64 {
        self.newest
    }

    pub(crate) fn mark(&mut self, hour: i64) {
        if hour - self.newest >= RING {
            self.bits = [0; 4];
            self.newest = hour;
        }
        while self.newest < hour {
            self.newest += 1;
            let (word, bit) = place(self.newest);
            self.bits[word] &= !bit;
        }
        if self.newest - hour < RING {
            let (word, bit) = place(hour);
            self.bits[word] |= bit;
        }
    }

    /// How many of these hours are marked.
    pub(crate) fn count(&self, hours: &std::ops::Range<i64>) -> i64 {
        let known = hours.start.max(self.newest - RING + 1)..hours.end.min(self.newest + 1);
        let marked = |hour: &i64| {
            let (word, bit) = place(*hour);
            self.bits[word] & bit != 0
        };
        known.filter(marked).count() as i64
    }
}

fn place(hour: i64) -> (usize, u64) {
    let bit = hour.rem_euclid(RING) as usize;
    (bit / 64, 1 << (bit % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_marks_in_any_order() {
        let check = |marks: &[i64], range: std::ops::Range<i64>, expected| {
            let count = |marks: &mut dyn Iterator<Item = &i64>| {
                let mut hours = Hours::default();
                marks.for_each(|hour| hours.mark(*hour));
                hours.count(&range)
            };
            assert_eq!(count(&mut marks.iter()), expected, "{marks:?}");
            assert_eq!(count(&mut marks.iter().rev()), expected, "{marks:?} backwards");
        };
        let base = 490_000;
        check(&[base, base + 1, base + 1, base + 5], base..base + 5, 2);
        check(&[base, base + 255], base..base + 256, 2);
        check(&[base, base + 256], base..base + 257, 1);
        check(&[base, base + 100_000], base..base + 1, 0);
        check(&[], base..base + 5, 0);
    }

    #[test]
    fn a_judgement_needs_a_day() {
        assert!(judged(100, 123).is_empty());
        assert_eq!(judged(100, 124), 100..124);
        assert_eq!(judged(100, 1000), 832..1000);
    }
}
