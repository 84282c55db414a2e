//! What rules are judged against: the sources there are, the rules the product ships, and samples of logs.

use correlate::Patterns;
use detect::{Parsed, RuleSource};
use model::{Origin, ProductId, Tactic};
use normalise::Catalogue;
use std::sync::Arc;

/// What rules are judged against.
#[derive(Clone, Debug)]
pub struct Bench {
    /// The products whose logs can be read, and the dictionary of fields.
    pub catalogue: Arc<Catalogue>,
    /// The rules the product ships; behind them may stand those that somebody wrote before.
    pub predefined: Vec<RuleSource>,
    /// The same, as far as they were read before.
    pub known: Arc<Parsed>,
    /// Raw records of products.
    pub samples: Vec<Sample>,
    /// The ATT&CK tactics in matrix order.
    pub tactics: Vec<Tactic>,
    /// The expert patterns that make events of alerts.
    pub patterns: Patterns,
}

/// A raw record of a product, as its source really writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The product that writes it.
    pub product: ProductId,
    /// What it shows, such as `process`.
    pub name: String,
    /// The record.
    pub raw: String,
}

/// A file of rules that somebody wrote beside those the product ships; its rules are on.
pub fn custom(file: impl Into<String>, text: impl Into<String>) -> RuleSource {
    source(file.into(), text.into(), Origin::Custom)
}

/// A file of rules that are to be shipped with the product; its rules are on.
pub fn predefined(file: impl Into<String>, text: impl Into<String>) -> RuleSource {
    source(file.into(), text.into(), Origin::Predefined)
}

fn source(file: String, text: String, origin: Origin) -> RuleSource {
    RuleSource {
        file,
        text,
        origin,
        enabled: true,
        testing: false,
    }
}

impl Bench {
    /// The rule files given, and behind them those of the product, for rules and filters that name those. Files that
    /// are to be shipped themselves stand for the whole product.
    pub(crate) fn with_predefined(&self, given: &[RuleSource]) -> Vec<RuleSource> {
        let shipped = given.iter().any(|source| source.origin == Origin::Predefined);
        let behind: &[RuleSource] = if shipped { &[] } else { &self.predefined };
        let behind = behind.iter().map(|source| RuleSource {
            file: match source.origin {
                Origin::Custom => source.file.clone(),
                _ => format!("predefined {}", source.file),
            },
            ..source.clone()
        });
        given.iter().cloned().chain(behind).collect()
    }
}
