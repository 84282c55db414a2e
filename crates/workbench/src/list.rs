//! Rules as a list shows them, and what a list can be narrowed by.

use crate::{bench::Bench, compiled::Compiled, finding::Finding, logs};
use detect::{RuleInfo, RuleSource, Status};
use model::{Aggregation, Level, LocalText, LogSource, Origin};
use serde::Serialize;
use std::collections::BTreeSet;

/// A rule in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: LocalText,
    /// Its level.
    pub level: Level,
    /// Who wrote it.
    pub origin: Origin,
    /// Its status, as Sigma calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// The category of the threat.
    pub category: String,
    /// How its alerts become events.
    pub aggregation: Aggregation,
    /// The logs it reads.
    pub logsources: Vec<LogSource>,
    /// The products that write such logs.
    pub products: BTreeSet<String>,
    /// ATT&CK tactics.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// How many tests it carries.
    pub tests: usize,
    /// The file it is in.
    pub file: String,
}

/// What a list is narrowed by: a rule must be all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFilter {
    /// Reads logs of this product: `provider/product`, or a part of it.
    pub product: Option<String>,
    /// Is at least this bad.
    pub level: Option<Level>,
    /// Has this ATT&CK tactic or technique; `T1110` is also `T1110.001`.
    pub attack: Option<String>,
    /// Was written by these.
    pub origin: Option<Origin>,
    /// Has these words, in any order, in id, title, category or file.
    pub words: Vec<String>,
}

impl RuleRow {
    /// Whether a list narrowed like this shows the rule.
    pub fn fits(&self, filter: &RuleFilter) -> bool {
        let product = |wanted: &String| {
            self.products
                .iter()
                .any(|product| product.contains(wanted.as_str()))
        };
        let attack = |wanted: &String| {
            let technique = wanted.to_uppercase();
            let tactic = wanted.to_lowercase().replace([' ', '_'], "-");
            let below = format!("{technique}.");
            self.tactics.contains(&tactic)
                || self
                    .techniques
                    .iter()
                    .any(|t| *t == technique || t.starts_with(&below))
        };
        let text = [
            &self.id,
            &self.title.en,
            &self.title.zh,
            &self.category,
            &self.file,
        ];
        let text = text.map(|part| part.to_lowercase()).join("\n");
        filter.product.as_ref().is_none_or(product)
            && filter
                .level
                .is_none_or(|level| self.level.number() >= level.number())
            && filter.attack.as_ref().is_none_or(attack)
            && filter.origin.is_none_or(|origin| self.origin == origin)
            && filter
                .words
                .iter()
                .all(|word| text.contains(&word.to_lowercase()))
    }
}

/// The rules in some files, in their order, and what does not load.
pub fn list(bench: &Bench, sources: &[RuleSource]) -> (Vec<RuleRow>, Vec<Finding>) {
    let compiled = Compiled::new(bench, sources);
    let all = logs::all(&bench.catalogue);
    let products = |rule: &RuleInfo| {
        let read = |log: &&logs::Log| {
            rule.logsources
                .iter()
                .any(|asked| logs::reads(asked, &log.logsource))
        };
        all.iter().filter(read).map(|log| log.product.clone()).collect()
    };
    let row = |rule: &RuleInfo| RuleRow {
        id: rule.id.clone(),
        title: rule.title.clone(),
        level: rule.level,
        origin: rule.origin,
        status: rule.status.and_then(word),
        category: rule.category.clone(),
        aggregation: rule.aggregation,
        products: products(rule),
        logsources: rule.logsources.clone(),
        tactics: rule
            .tactics
            .iter()
            .map(|tactic| tactic.as_str().to_owned())
            .collect(),
        techniques: rule.techniques.clone(),
        tests: rule.tests.len(),
        file: rule.file.clone(),
    };
    let rows = compiled.own().map(row).collect();
    (rows, compiled.errors)
}

fn word(status: Status) -> Option<&'static str> {
    let known = Status::WORDS.iter().find(|(_, known)| *known == status)?;
    Some(known.0)
}
