//! Rule files compiled together with those of the product, and which of the rules are the author's.

use crate::{
    about::About,
    bench::Bench,
    finding::{Finding, Severity},
};
use detect::{RuleInfo, RuleSet, RuleSource};
use sigma::{Body, Document, Filtered};
use std::collections::BTreeSet;

/// Rule files, compiled.
pub struct Compiled {
    /// All rules; only those of the files given are on.
    pub set: RuleSet,
    /// What does not load in the files given.
    pub errors: Vec<Finding>,
    given: BTreeSet<String>,
}

impl Compiled {
    /// Compiles the files given; those of the product stand behind them, for rules and filters that name theirs.
    pub fn new(bench: &Bench, given: &[RuleSource]) -> Self {
        let files: BTreeSet<String> = given.iter().map(|source| source.file.clone()).collect();
        let all = if names_others(given) {
            &bench.with_predefined(given)
        } else {
            given
        };
        let (mut set, errors) = RuleSet::compile_knowing(&bench.known, bench.catalogue.schema(), all);
        let own: BTreeSet<String> = set
            .rules()
            .filter(|rule| files.contains(&rule.file))
            .map(|rule| rule.id.clone())
            .collect();
        set.select(|id| own.contains(id), |_| false);
        let errors = errors.into_iter().filter(|error| files.contains(&error.file));
        Self {
            errors: errors.map(does_not_load).collect(),
            set,
            given: files,
        }
    }

    /// The rules of the files given.
    pub fn own(&self) -> impl Iterator<Item = &RuleInfo> {
        self.set.rules().filter(|rule| self.given.contains(&rule.file))
    }
}

/// Whether a correlation or filter names a rule that is in none of the files.
fn names_others(given: &[RuleSource]) -> bool {
    let documents = given
        .iter()
        .map(|source| sigma::parse(&source.text, &source.file));
    let documents: Vec<Document> = documents.flat_map(Result::unwrap_or_default).collect();
    let named = documents.iter().flat_map(|document| match &document.body {
        Body::Correlation(correlation) => correlation.rules.as_slice(),
        Body::Filter {
            rules: Filtered::Named(names),
            ..
        } => names,
        Body::Rule { .. } | Body::Filter { .. } => &[],
    });
    named
        .map(|name| name.text.as_str())
        .any(|name| !documents.iter().any(|document| document.metadata.is_called(name)))
}

/// A finding at the place of what keeps a file from loading.
pub fn does_not_load(error: sigma::Error) -> Finding {
    let about = About::DoesNotLoad(error.kind.clone());
    Finding::of(error, Severity::Error, about)
}
