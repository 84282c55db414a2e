//! What asking each rule takes: measured for one event in many, so that measuring takes next to nothing.

use std::time::Duration;

/// One event in this many is measured.
const EVERY: u32 = 16;

/// Says how much time has passed since some moment. Detection reads no clock of its own.
pub type Clock = fn() -> Duration;

/// What asking each rule takes.
#[derive(Debug)]
pub struct Watch {
    clock: Clock,
    /// By rule.
    costs: Vec<Cost>,
}

/// What asking one rule took, in the events that were measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often it was asked.
    pub asked: u32,
    /// How long that took altogether.
    pub took: Duration,
}

impl Cost {
    /// How long asking takes on average.
    pub fn mean(self) -> Duration {
        self.took.checked_div(self.asked).unwrap_or_default()
    }

    /// About how long asking took in all events together.
    pub fn estimate(self) -> Duration {
        self.took.saturating_mul(EVERY)
    }
}

impl Watch {
    /// Measures by a clock.
    pub const fn new(clock: Clock) -> Self {
        Self {
            clock,
            costs: Vec::new(),
        }
    }

    /// Whether an event is one of those that are measured.
    pub(super) const fn measures(event: u32) -> bool {
        event.is_multiple_of(EVERY)
    }

    /// Asks a rule, and notes how long that takes.
    pub(super) fn ask(&mut self, rule: u32, ask: impl FnOnce() -> bool) -> bool {
        let start = (self.clock)();
        let answer = ask();
        let took = (self.clock)().saturating_sub(start);
        let rule = rule as usize;
        if self.costs.len() <= rule {
            self.costs.resize(rule + 1, Cost::default());
        }
        let cost = &mut self.costs[rule];
        cost.asked = cost.asked.saturating_add(1);
        cost.took += took;
        answer
    }

    /// What a rule took so far.
    pub fn cost(&self, rule: u32) -> Cost {
        self.costs.get(rule as usize).copied().unwrap_or_default()
    }

    /// Forgets all measurements: the numbers now stand for other rules.
    pub fn forget(&mut self) {
        self.costs.clear();
    }
}
