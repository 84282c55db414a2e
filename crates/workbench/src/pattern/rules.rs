//! What the alerts of each rule look like: what patterns are judged against.

use crate::{bench::Bench, logs};
use correlate::pattern::Stencil;
use detect::{RuleInfo, RuleSet};
use model::{ProductId, Side};
use std::collections::BTreeSet;

/// The rules the product ships, by the looks of their alerts.
#[derive(Debug)]
pub struct Rules(Vec<(String, Stencil)>);

impl Rules {
    /// Those of a bench.
    pub fn of(bench: &Bench) -> Self {
        let (set, _) = RuleSet::compile_knowing(&bench.known, bench.catalogue.schema(), &bench.predefined);
        let stencil = |rule: &RuleInfo| (reference(&rule.file).to_owned(), stencil(bench, &set, rule));
        Self(set.rules().map(stencil).collect())
    }

    /// What the alerts of a rule look like; it is named by its file, such as `linux/reverse_shell`, or by its id.
    pub fn stencil(&self, name: &str) -> Option<Stencil> {
        let found = self
            .0
            .iter()
            .find(|(file, stencil)| file == name || stencil.rule == name);
        found.map(|(_, stencil)| stencil.clone())
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Stencil> {
        self.0.iter().map(|(_, stencil)| stencil)
    }
}

/// `rules/linux/reverse_shell.yml` is called `linux/reverse_shell`.
fn reference(file: &str) -> &str {
    let file = file.strip_prefix("rules/").unwrap_or(file);
    file.strip_suffix(".yml").unwrap_or(file)
}

fn stencil(bench: &Bench, set: &RuleSet, rule: &RuleInfo) -> Stencil {
    let (mut products, mut side) = (BTreeSet::<ProductId>::new(), Side::Network);
    for product in bench.catalogue.products() {
        let reads = |log: &normalise::LogInfo| {
            let log = &log.kind.logsource;
            rule.logsources.iter().any(|wanted| logs::reads(wanted, log))
        };
        if product.logs().iter().any(reads) {
            products.insert(product.id().clone());
            side = side.max(product.side());
        }
    }
    Stencil {
        rule: rule.id.clone(),
        category: rule.category.clone(),
        tactics: rule.tactics.clone(),
        techniques: rule.techniques.clone(),
        products,
        side,
        level: rule.level,
        origin: rule.origin,
        entities: set.entities(&rule.id),
    }
}
