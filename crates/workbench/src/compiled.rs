//! Rule files compiled together with those of the product, and which of the rules are asked about: the author's.

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
    /// All rules; only those asked about are on.
    pub set: RuleSet,
    /// What does not load in the files given.
    pub errors: Vec<Finding>,
    /// The rules asked about.
    own: BTreeSet<String>,
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
            own,
        }
    }

    /// Compiles the rules of these ids as they stand among all others: those of the product, and the `custom` ones that
    /// are stored. Whoever asks knows by [`Self::own`] which of them there are.
    pub fn stored(bench: &Bench, custom: &[RuleSource], ids: &BTreeSet<String>) -> Self {
        let all: Vec<RuleSource> = bench.predefined.iter().chain(custom).cloned().collect();
        let (mut set, _) = RuleSet::compile_knowing(&bench.known, bench.catalogue.schema(), &all);
        let known = set.rules().map(|rule| &rule.id);
        let own: BTreeSet<String> = known.filter(|id| ids.contains(*id)).cloned().collect();
        set.select(|id| own.contains(id), |_| false);
        Self {
            set,
            errors: Vec::new(),
            own,
        }
    }

    /// The rules asked about.
    pub fn own(&self) -> impl Iterator<Item = &RuleInfo> {
        self.set.rules().filter(|rule| self.own.contains(&rule.id))
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
