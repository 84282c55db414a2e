//! The one condition grammar: numbered conditions `{left, operator, right, not}` and a formula over them.
//!
//! Whitelists, automatic response rules and expert step filters all use it. What a name on the left means
//! is up to the caller, through [`Facts`]; the catalogue of names is served by the API so that forms are
//! generated from it.

mod formula;
mod predicate;

pub use formula::{Formula, FormulaError};
pub use predicate::{Operator, Predicate, PredicateError};

use serde::{Deserialize, Serialize};

/// What conditions are asked about: the values behind a name. An unknown or absent name has none.
pub trait Facts {
    /// The values of `name`, as text.
    fn values(&self, name: &str) -> Vec<String>;
}

/// A whole condition: predicates, and the formula that combines them by number (`(1&2)|(3&4)`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The predicates, numbered from 1.
    pub conditions: Vec<Predicate>,
    /// How they combine; all of them (`1&2&…`) if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
}

/// Why a condition is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// The formula is wrong.
    #[error(transparent)]
    Formula(#[from] FormulaError),
    /// A predicate is wrong.
    #[error("condition {number}")]
    Predicate {
        /// Its number, from 1.
        number: usize,
        /// What is wrong.
        source: PredicateError,
    },
}

impl Condition {
    /// Checks the condition once, when it is saved, so that evaluating it cannot fail.
    pub fn compile(&self) -> Result<Compiled, ConditionError> {
        let count = self.conditions.len();
        let formula = match &self.formula {
            Some(text) => Formula::parse(text, count)?,
            None => Formula::all(count),
        };
        let predicates = self
            .conditions
            .iter()
            .enumerate()
            .map(|(i, p)| {
                p.compile().map_err(|source| ConditionError::Predicate {
                    number: i + 1,
                    source,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Compiled { predicates, formula })
    }
}

/// A condition ready to be evaluated.
#[derive(Clone, Debug)]
pub struct Compiled {
    predicates: Vec<predicate::Compiled>,
    formula: Formula,
}

impl Compiled {
    /// Whether the facts meet the condition. No predicates: always.
    pub fn holds(&self, facts: &impl Facts) -> bool {
        self.formula.holds(&|number| {
            self.predicates
                .get(number - 1)
                .is_some_and(|predicate| predicate.holds(&facts.values(predicate.name())))
        })
    }
}
