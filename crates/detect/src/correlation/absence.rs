//! Windows that are asked for what is absent: `login and not logout`.
//!
//! Such a window opens with a match and lasts a timespan (or to the end of its tumbling window). It is looked at
//! once, when the watermark has passed its end: no record can fall into it any more that would have to be counted.

use super::{
    aggregate::Measure,
    entry::Seen,
    window::{Condition, Fired, Group, Outcome},
};
use model::{Evidence, Time};
use sigma::Window;

impl Group {
    /// Keeps a match until its window is over.
    pub fn wait(
        &mut self,
        condition: &Condition,
        seen: Seen,
        sample: impl FnOnce() -> Vec<Evidence>,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        let (time, member) = (seen.time, seen.member);
        if self.insert(condition, seen, &mut outcome).is_some() {
            self.keep(condition, member, time, sample);
        }
        outcome
    }

    /// Looks at the window that opens at `first` and is over now. What no later window needs is forgotten.
    pub fn close(&mut self, condition: &Condition, first: Time) -> Option<Fired> {
        let end = condition.end(first);
        let start = self.entries.partition_point(|entry| entry.time < first);
        let window = start..self.entries.partition_point(|entry| entry.time < end);
        let mut measure = Measure::new(&condition.ask, &condition.comparisons);
        self.entries.range(window.clone()).for_each(|e| measure.add(e));
        let sliding = condition.cut == Window::Sliding;
        let recently = |from: Time| sliding && first.since(from) < condition.timespan;
        let silent = self.fires.iter().any(|(from, _)| recently(*from));
        let value = measure.met().filter(|_| !silent);
        let rules = measure.rules().to_vec();
        let fired = value.map(|value| self.fire(condition, window, value, rules, Vec::new()));
        let done = |time: Time| if sliding { time <= first } else { time < end };
        while self.entries.front().is_some_and(|entry| done(entry.time)) {
            self.entries.pop_front();
        }
        self.fires.retain(|(from, _)| recently(*from));
        fired
    }
}

impl Condition {
    /// When the window opens that a match at this time opens.
    pub fn opening(&self, time: Time) -> Time {
        match self.cut {
            Window::Tumbling => {
                let stretch = self.stretch(time);
                Time::from_millis(stretch.saturating_mul(self.milliseconds()))
            }
            _ => time,
        }
    }

    /// When the window that opens at `first` is over: the first moment that is not in it.
    pub fn end(&self, first: Time) -> Time {
        first.plus(self.timespan)
    }
}
