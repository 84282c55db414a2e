//! Noisy rules: one that fires in more than a quarter of all hours says little about who belongs together, so
//! its alerts go to the similar-item lane. The event keeps its rule's method and cap.

use crate::{
    arena::{Arena, handle},
    hours::{Hours, judged},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

handle!(
    /// A rule that has fired.
    RuleIx
);

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    hours: Hours,
    /// The hour of the last judgement, and the judgement.
    judged: i64,
    noisy: bool,
}

/// The rules that have fired; their number is bounded by the rules there are.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Rules {
    #[serde(with = "crate::pairs")]
    by_id: HashMap<String, RuleIx>,
    rows: Arena<RuleIx, Row>,
}

impl Rules {
    pub(crate) fn intern(&mut self, id: &str) -> RuleIx {
        if let Some(rule) = self.by_id.get(id) {
            return *rule;
        }
        let rule = self.rows.insert(Row {
            hours: Hours::default(),
            judged: i64::MIN,
            noisy: false,
        });
        self.by_id.insert(id.to_owned(), rule);
        rule
    }

    pub(crate) fn fired(&mut self, rule: RuleIx, hour: i64) {
        self.rows[rule].hours.mark(hour);
    }

    /// Judges the rule as of `hour`, for a history that starts at `start`.
    pub(crate) fn judge(&mut self, rule: RuleIx, start: i64, hour: i64) {
        let row = &mut self.rows[rule];
        if row.judged != hour {
            row.judged = hour;
            row.noisy = is_noisy(&row.hours, start, hour);
        }
    }

    /// The last judgement.
    pub(crate) fn is_noisy(&self, rule: RuleIx) -> bool {
        self.rows[rule].noisy
    }
}

fn is_noisy(hours: &Hours, start: i64, hour: i64) -> bool {
    let range = judged(start, hour);
    hours.count(&range) * 4 > range.end - range.start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_quarter_of_the_hours() {
        let check = |fired: i64, history: i64, expected: bool| {
            let mut hours = Hours::default();
            (0..fired).for_each(|i| hours.mark(1000 + i));
            assert_eq!(
                is_noisy(&hours, 1000, 1000 + history),
                expected,
                "{fired} of {history} h"
            );
        };
        check(6, 24, false);
        check(7, 24, true);
        check(23, 23, false);
        check(0, 24, false);
        check(42, 168, false);
        check(43, 168, true);
    }
}
