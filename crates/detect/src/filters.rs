//! The filters among the documents: which there are, and that they make sense.

use crate::{
    extension::Extension, names::unknown_rule, resolve::resolve, rule::RuleSource, ruleset::RuleError,
};
use model::Schema;
use sigma::{Body, Document, Filtered, Report};
use std::collections::HashSet;

/// The filters among the documents. A file with one that makes no sense is left out and told.
pub fn filters(
    parsed: &mut Vec<(&RuleSource, Vec<Document>)>,
    schema: &Schema,
    errors: &mut Vec<RuleError>,
) -> Vec<Body> {
    let known: HashSet<String> = parsed
        .iter()
        .flat_map(|(_, documents)| documents)
        .filter(|document| matches!(document.body, Body::Rule { .. }))
        .flat_map(|document| [&document.metadata.name, &document.metadata.id])
        .flatten()
        .cloned()
        .collect();
    let mut filters = Vec::new();
    parsed.retain(|(source, documents)| {
        let mut report = Report::new(&source.file);
        let mut found = Vec::new();
        for document in documents {
            let Body::Filter { rules, detection, .. } = &document.body else {
                continue;
            };
            // Its fields are looked up here, where an error can name its own file.
            resolve(detection.clone(), schema, &mut report);
            if let Filtered::Named(names) = rules {
                for name in names.iter().filter(|name| !known.contains(&name.text)) {
                    unknown_rule(name, known.iter().map(String::as_str), &mut report);
                }
            }
            found.push(document.body.clone());
        }
        let sound = report.is_empty();
        if sound && (found.is_empty() || loads(source, documents, schema)) {
            filters.append(&mut found);
        }
        errors.append(&mut report.into_errors());
        sound
    });
    filters
}

/// Whether the other documents of a filter's file load too; if not, that is told when they are loaded.
fn loads(source: &RuleSource, documents: &[Document], schema: &Schema) -> bool {
    let mut report = Report::new(&source.file);
    for document in documents {
        if let Body::Rule { detection, .. } = &document.body {
            resolve(detection.clone(), schema, &mut report);
        }
        if let Some(entry) = &document.extension {
            Extension::read(entry, &mut report);
        }
    }
    report.is_empty()
}
