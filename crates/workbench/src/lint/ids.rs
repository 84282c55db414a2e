//! Ids that are used twice: an alert names its rule by its id, so two rules of one id cannot be told apart.

use super::{File, finding};
use crate::{
    about::About,
    bench::Bench,
    finding::{Finding, Severity},
};
use sigma::{Body, Document, ErrorKind, Position};
use std::collections::HashMap;

/// Reports every document whose id an earlier one, or a rule of the product, has. What compiling says of the same
/// is taken out.
pub fn check(bench: &Bench, files: &[File<'_>], findings: &mut Vec<Finding>) {
    let shipped = bench.with_predefined(&files.iter().map(|file| file.source.clone()).collect::<Vec<_>>());
    let mut taken: HashMap<String, String> = HashMap::new();
    if files.iter().any(|file| file.documents.iter().any(has_id)) {
        for source in shipped.iter().skip(files.len()) {
            for id in sigma::parse(&source.text, &source.file)
                .iter()
                .flatten()
                .filter_map(id)
            {
                taken.entry(id.to_owned()).or_insert_with(|| source.file.clone());
            }
        }
    }
    for file in files {
        for document in file.documents.iter().filter(|document| has_id(document)) {
            let id = id(document).unwrap_or_default();
            if let Some(other) = taken.get(id) {
                let at = document.position;
                findings.retain(|finding| !is_told(finding, file, at));
                let id = sigma::error::shown(id);
                let message = format!("id `{id}` is already used in {other}");
                let about = About::DuplicateId {
                    id,
                    file: Some(other.clone()),
                };
                let told = (Severity::Error, about);
                findings.push(finding(file, at, told, message, "an id of its own".to_owned()));
            } else {
                taken.insert(id.to_owned(), file.source.file.clone());
            }
        }
    }
}

fn has_id(document: &Document) -> bool {
    id(document).is_some()
}

fn id(document: &Document) -> Option<&str> {
    match document.body {
        Body::Filter { .. } => None,
        Body::Rule { .. } | Body::Correlation(_) => document.metadata.id.as_deref(),
    }
}

fn is_told(finding: &Finding, file: &File<'_>, at: Position) -> bool {
    finding.file == file.source.file
        && (finding.line, finding.column) == (at.line, at.column)
        && matches!(finding.about, About::DoesNotLoad(ErrorKind::TakenId { .. }))
}
