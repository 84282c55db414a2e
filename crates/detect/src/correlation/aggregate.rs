//! What is asked of the matches in a window, kept up to date while matches come and go.
//!
//! Matches come and leave in the order of their times. Sums are kept as whole numbers, since adding floats in another
//! order gives another sum.

use super::{chain::Chains, sorted::Sorted};
use sigma::{Comparison, Correlation, CorrelationKind, Number, condition::Expression};
use std::collections::HashMap;

/// Sums are kept in parts of this size.
const PARTS: f64 = (1u64 << 32) as f64;
/// Greatest value that is added up; so many of them as a group remembers still fit.
const GREATEST: f64 = 1e27;

/// What is asked of a window.
#[derive(Clone, Debug)]
pub enum Ask {
    /// How many records there are.
    Events,
    /// How many distinct values.
    Distinct,
    /// The sum of the values.
    Sum,
    /// Their mean.
    Average,
    /// The smallest value that this many per cent do not exceed.
    Percentile(f64),
    /// The one in the middle.
    Median,
    /// Which rules have matches: as the expression says, or so many as are compared.
    Rules {
        /// How many rules there are.
        rules: usize,
        /// One match each can be chosen so that they follow one another in the order of the rules.
        ordered: bool,
        /// Over the rules, by their number.
        wanted: Option<Expression>,
    },
}

impl From<&Correlation> for Ask {
    fn from(correlation: &Correlation) -> Self {
        let rules = correlation.rules.len();
        match &correlation.kind {
            CorrelationKind::EventCount => Self::Events,
            CorrelationKind::ValueCount(_) => Self::Distinct,
            CorrelationKind::ValueSum(_) => Self::Sum,
            CorrelationKind::ValueAvg(_) => Self::Average,
            CorrelationKind::ValueMedian(_) => Self::Median,
            CorrelationKind::ValuePercentile { percentile, .. } => Self::Percentile(percentile.as_f64()),
            CorrelationKind::Temporal(wanted) => Self::Rules {
                rules,
                ordered: false,
                wanted: wanted.clone(),
            },
            CorrelationKind::TemporalOrdered(wanted) => Self::Rules {
                rules,
                ordered: true,
                wanted: wanted.clone(),
            },
        }
    }
}

impl Ask {
    /// Whether the values are numbers.
    pub const fn is_numeric(&self) -> bool {
        matches!(
            self,
            Self::Sum | Self::Average | Self::Percentile(_) | Self::Median
        )
    }

    /// Whether it matters which rule matched.
    pub const fn tells_rules_apart(&self) -> bool {
        matches!(self, Self::Rules { .. })
    }
}

/// A match, as far as it is counted.
pub trait Counted {
    /// Which of the rules matched; 0 where that does not matter.
    fn member(&self) -> u16;
    /// Hashes of the values that are counted, or the bits of numbers.
    fn values(&self) -> &[u64];
}

/// The matches of one window, summed up.
pub struct Measure<'a> {
    ask: &'a Ask,
    comparisons: &'a [(Comparison, Number)],
    events: usize,
    distinct: HashMap<u64, u32>,
    sum: i128,
    /// How many numbers were added.
    numbers: usize,
    sorted: Sorted,
    rules: Vec<usize>,
    chains: Chains,
}

impl<'a> Measure<'a> {
    /// An empty window.
    pub fn new(ask: &'a Ask, comparisons: &'a [(Comparison, Number)]) -> Self {
        let rules = match ask {
            Ask::Rules { rules, .. } => *rules,
            _ => 0,
        };
        Self {
            ask,
            comparisons,
            events: 0,
            distinct: HashMap::new(),
            sum: 0,
            numbers: 0,
            sorted: Sorted::default(),
            rules: vec![0; rules],
            chains: Chains::new(rules),
        }
    }

    /// A match comes to the end of the window.
    pub fn add(&mut self, entry: &impl Counted) {
        self.events += 1;
        match self.ask {
            Ask::Events => {}
            Ask::Distinct => {
                for value in entry.values() {
                    *self.distinct.entry(*value).or_default() += 1;
                }
            }
            Ask::Sum | Ask::Average => {
                self.numbers += entry.values().len();
                self.sum += entry.values().iter().map(|value| parts(*value)).sum::<i128>();
            }
            Ask::Percentile(_) | Ask::Median => {
                for number in entry.values().iter().map(|value| f64::from_bits(*value)) {
                    self.sorted.add(number);
                }
            }
            Ask::Rules { ordered, .. } => {
                if let Some(matches) = self.rules.get_mut(usize::from(entry.member())) {
                    *matches += 1;
                }
                if *ordered {
                    self.chains.add(usize::from(entry.member()));
                }
            }
        }
    }

    /// The first match of the window leaves it.
    pub fn remove(&mut self, entry: &impl Counted) {
        self.events -= 1;
        match self.ask {
            Ask::Events => {}
            Ask::Distinct => {
                for value in entry.values() {
                    if let Some(times) = self.distinct.get_mut(value) {
                        *times -= 1;
                        if *times == 0 {
                            self.distinct.remove(value);
                        }
                    }
                }
            }
            Ask::Sum | Ask::Average => {
                self.numbers -= entry.values().len();
                self.sum -= entry.values().iter().map(|value| parts(*value)).sum::<i128>();
            }
            Ask::Percentile(_) | Ask::Median => {
                for number in entry.values().iter().map(|value| f64::from_bits(*value)) {
                    self.sorted.remove(number);
                }
            }
            Ask::Rules { ordered, .. } => {
                if let Some(matches) = self.rules.get_mut(usize::from(entry.member())) {
                    *matches -= 1;
                }
                if *ordered {
                    self.chains.remove();
                }
            }
        }
    }

    /// How many matches each rule has.
    pub fn rules(&self) -> &[usize] {
        &self.rules
    }

    /// The value, if it is what is asked for.
    pub fn met(&self) -> Option<f64> {
        let present = self.rules.iter().filter(|matches| **matches > 0).count();
        let value = match self.ask {
            Ask::Rules {
                ordered,
                wanted: Some(wanted),
                ..
            } => {
                let holds = wanted.holds(&mut |rule| self.rules.get(rule).is_some_and(|n| *n > 0));
                let holds = holds && (!ordered || self.chains.longest() == present);
                return holds.then_some(present as f64);
            }
            Ask::Rules { ordered: true, .. } => Number::Int(self.chains.longest() as i64),
            Ask::Rules { .. } => Number::Int(present as i64),
            Ask::Events => Number::Int(self.events as i64),
            Ask::Distinct => Number::Int(self.distinct.len() as i64),
            Ask::Sum => self.summed(1.0)?,
            Ask::Average => self.summed(self.numbers as f64)?,
            Ask::Percentile(percent) => Number::from_f64(self.sorted.get(self.rank(*percent)?)?)?,
            Ask::Median => {
                let last = self.sorted.count().checked_sub(1)?;
                let middle = [last / 2, self.sorted.count() / 2].map(|rank| self.sorted.get(rank));
                Number::from_f64(f64::midpoint(middle[0]?, middle[1]?))?
            }
        };
        let mut comparisons = self.comparisons.iter();
        comparisons
            .all(|(comparison, number)| comparison.holds(value, *number))
            .then(|| value.as_f64())
    }

    fn summed(&self, over: f64) -> Option<Number> {
        (self.numbers > 0)
            .then(|| Number::from_f64(self.sum as f64 / PARTS / over))
            .flatten()
    }

    /// The place of the smallest number that so many per cent do not exceed.
    fn rank(&self, percent: f64) -> Option<usize> {
        let length = self.sorted.count();
        let reaches = |rank: usize| rank as f64 * 100.0 >= percent * length as f64;
        let guess = (percent * length as f64 / 100.0) as usize;
        // Rounding may be off by one either way.
        (guess.saturating_sub(1).max(1)..=length)
            .find(|rank| reaches(*rank))
            .map(|rank| rank - 1)
    }
}

fn parts(bits: u64) -> i128 {
    (f64::from_bits(bits).clamp(-GREATEST, GREATEST) * PARTS).round() as i128
}
