//! Changing one rule of thousands, against reading them all.

use crate::{
    content::Content,
    measure::{Subject, Table, time},
};
use detect::{Parsed, RuleSet, RuleSource};
use std::{convert::Infallible, hint::black_box};

/// How often the predefined rules are taken again, under ids of their own.
const COPIES: usize = 10;

/// One row.
pub fn run(table: &mut Table, content: &Content) {
    let mut sources = many(content);
    let schema = content.catalogue.schema();
    let known = Parsed::default();
    let (set, errors) = RuleSet::compile_knowing(&known, schema, &sources);
    assert!(errors.is_empty(), "{}", errors[0]);
    let subject = Subject {
        name: "rules: one changed",
        floor: "reading the YAML of all",
        unit: "rules",
        items: set.rules().count(),
    };
    let files = sources.clone();
    let floor = || {
        time(|| {
            for source in &files {
                drop(black_box(sigma::parse(&source.text, &source.file)));
            }
        })
    };
    let mut ours = || {
        sources[0].text.push_str("#\n");
        time(|| drop(black_box(RuleSet::compile_knowing(&known, schema, &sources))))
    };
    let Ok(()) = table.row::<Infallible>(&subject, || Ok(floor()), || Ok(ours()));
}

/// The predefined rules, and more like them. Rules that others refer to by name are there once.
fn many(content: &Content) -> Vec<RuleSource> {
    let alone =
        |source: &&RuleSource| !source.text.contains("\nname: ") && !source.text.contains("\ncorrelation:");
    let copy = |source: &RuleSource, number: usize| RuleSource {
        file: format!("{number}/{}", source.file),
        text: source.text.replace("\nid: ", &format!("\nid: {number}")),
        ..source.clone()
    };
    let copies = (0..COPIES).flat_map(|number| {
        let alone = content.sources.iter().filter(alone);
        alone.map(move |source| copy(source, number))
    });
    content.sources.iter().cloned().chain(copies).collect()
}
