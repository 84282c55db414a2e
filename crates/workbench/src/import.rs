//! Rules of others: whether they load here, which of their fields our dictionary knows, and their text as custom rules.
//!
//! The text stays as its author wrote it: names of fields are resolved when it is compiled, and authors, references and
//! licences must not get lost.

use crate::{
    about::About,
    bench::Bench,
    compiled::Compiled,
    finding::{Finding, Severity},
    lint::lint,
    logs::{self, Log},
};
use detect::RuleSource;
use model::Schema;
use serde::Serialize;
use sigma::{Body, Document, Test};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// How rules address keys that no mapping knows.
const UNMAPPED: &str = "unmapped.";

/// What became of files of rules of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Each file, in the order given.
    pub files: Vec<Imported>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The file.
    pub file: String,
    /// The titles of its rules.
    pub titles: Vec<String>,
    /// The ids of its rules.
    pub ids: Vec<String>,
    /// It loads here, some source provides its logs, and no rule here has its ids.
    pub accepted: bool,
    /// Why not; of an accepted one, what is worth a look.
    pub findings: Vec<Finding>,
    /// The fields it asks for.
    pub fields: Vec<FieldUse>,
    /// The logs here that it would read, as `provider/product log`.
    pub logs: Vec<String>,
    /// Its text as a custom rule, if it is accepted.
    #[serde(skip)]
    pub text: Option<String>,
}

/// A field a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldUse {
    /// Its name in the rule.
    pub name: String,
    /// Its name in our dictionary; none if it is not there.
    pub mapped: Option<String>,
    /// Whether a log the rule would read ever fills it.
    pub filled: bool,
}

/// Looks at rules of others. `taken` are the ids of custom rules there are, `licence` is what their collection is under,
/// for files that do not say it themselves.
pub fn import(
    bench: &Bench,
    sources: &[RuleSource],
    taken: &BTreeSet<String>,
    licence: Option<&str>,
) -> ImportReport {
    let mut findings: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in lint(bench, sources).findings {
        // Rules of others carry no tests in our form.
        if finding.code != "no-tests" {
            findings.entry(finding.file.clone()).or_default().push(finding);
        }
    }
    let all = logs::all(&bench.catalogue);
    let each = sources.iter().map(|source| {
        let found = findings.remove(&source.file).unwrap_or_default();
        one(bench, &all, source, found, taken, licence)
    });
    ImportReport {
        files: each.collect(),
    }
}

/// The ids of the rules in some files: what is taken.
pub fn ids(bench: &Bench, sources: &[RuleSource]) -> BTreeSet<String> {
    let compiled = Compiled::new(bench, sources);
    compiled.own().map(|rule| rule.id.clone()).collect()
}

fn one(
    bench: &Bench,
    all: &[Log],
    source: &RuleSource,
    mut findings: Vec<Finding>,
    taken: &BTreeSet<String>,
    licence: Option<&str>,
) -> Imported {
    let documents = sigma::parse(&source.text, &source.file).unwrap_or_default();
    let about = || documents.iter().map(|document| &document.metadata);
    let read: Vec<&Log> = all
        .iter()
        .filter(|log| documents.iter().any(|document| reads(document, log)))
        .collect();
    for document in &documents {
        if let Some(id) = document.metadata.id.as_ref().filter(|id| taken.contains(*id)) {
            let id = sigma::error::shown(id);
            let message = format!("id `{id}` was imported before");
            let about = About::DuplicateId { id, file: None };
            findings.push(Finding {
                file: source.file.clone(),
                line: document.position.line,
                column: document.position.column,
                severity: Severity::Error,
                code: about.code(),
                message,
                expected: None,
                about,
            });
        }
    }
    let vain = documents
        .iter()
        .any(|document| matches!(document.body, Body::Rule { .. }))
        && read.is_empty();
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    let accepted = !documents.is_empty() && !vain && !wrong;
    Imported {
        file: source.file.clone(),
        titles: about().map(|about| about.title.clone()).collect(),
        ids: about().filter_map(|about| about.id.clone()).collect(),
        accepted,
        findings,
        fields: fields(&documents, bench.catalogue.schema(), &read),
        logs: read
            .iter()
            .map(|log| format!("{} {}", log.product, log.name))
            .collect(),
        text: accepted.then(|| with_head(source, &documents, licence)),
    }
}

fn reads(document: &Document, log: &Log) -> bool {
    match &document.body {
        Body::Rule { logsource, .. } => logs::reads(&logs::of_rule(logsource), &log.logsource),
        Body::Correlation(_) | Body::Filter { .. } => false,
    }
}

/// The fields that documents ask for, each once, in their order.
fn fields(documents: &[Document], schema: &Schema, read: &[&Log]) -> Vec<FieldUse> {
    let mut names: Vec<&str> = Vec::new();
    for document in documents {
        let (detection, correlation) = match &document.body {
            Body::Rule { detection, .. } | Body::Filter { detection, .. } => (Some(detection), None),
            Body::Correlation(correlation) => (None, Some(correlation)),
        };
        let items = detection.into_iter().flat_map(|d| &d.selections);
        for item in items.flat_map(|selection| selection.alternatives.iter().flatten()) {
            names.extend(item.field.as_deref());
            names.extend(item.tests.iter().filter_map(|test| match test {
                Test::Field(other) => Some(other.field.as_str()),
                _ => None,
            }));
        }
        if let Some(correlation) = correlation {
            let fields = correlation.group_by.iter().chain(correlation.kind.fields());
            let aliases = correlation.aliases.iter();
            let alias = |name: &str| correlation.aliases.iter().any(|alias| alias.name.text == name);
            names.extend(fields.map(|name| name.text.as_str()).filter(|name| !alias(name)));
            names.extend(aliases.flat_map(|alias| alias.fields.iter().map(|(_, field)| field.text.as_str())));
        }
    }
    let mut told = BTreeSet::new();
    names.retain(|name| told.insert(*name));
    let each = names.into_iter().map(|name| {
        let slot = schema.slot(name);
        let unmapped = name.starts_with(UNMAPPED);
        FieldUse {
            name: name.to_owned(),
            mapped: slot
                .map(|slot| schema.name(slot).to_owned())
                .or_else(|| unmapped.then(|| name.to_owned())),
            filled: unmapped || slot.is_some_and(|slot| read.iter().any(|log| log.fields.contains(&slot))),
        }
    });
    each.collect()
}

/// The text with a head that says where it is from and what it is under.
fn with_head(source: &RuleSource, documents: &[Document], licence: Option<&str>) -> String {
    let own = documents
        .iter()
        .find_map(|document| document.metadata.license.as_deref());
    let author = documents
        .iter()
        .find_map(|document| document.metadata.author.as_deref());
    let mut head = format!("# Imported from {}.\n", one_line(&source.file));
    if let Some(author) = author {
        let _ = writeln!(head, "# Author: {}.", one_line(author));
    }
    let licence = own.or(licence).map(one_line);
    let licence =
        licence.unwrap_or_else(|| "that of the collection it is from; its author must stay named".into());
    let _ = writeln!(head, "# Licence: {licence}.");
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    format!("{head}{text}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
