//! Rules that ask in vain: of logs that nobody writes, or for fields that those logs do not have.

use super::{File, finding};
use crate::{
    about::{About, WrittenLogs},
    bench::Bench,
    finding::{Finding, Severity},
    logs::{self, Log},
};
use model::{Schema, Slot};
use sigma::{Body, Correlation, Detection, Document, Position, Report, Test, yaml};
use std::collections::BTreeSet;

/// Reports rules no source feeds, and fields no source of a rule fills.
pub fn check(bench: &Bench, files: &[File<'_>], findings: &mut Vec<Finding>) {
    let all = logs::all(&bench.catalogue);
    let check = Check {
        schema: bench.catalogue.schema(),
        all: &all,
        files,
    };
    for file in files {
        for (number, document) in file.documents.iter().enumerate() {
            match &document.body {
                Body::Rule { logsource, detection } => {
                    let read = check.read(logsource);
                    if read.is_empty() {
                        findings.push(check.never_fires(file, number, logsource));
                    } else {
                        check.detection(file, &read, detection, findings);
                    }
                }
                Body::Correlation(correlation) => check.correlation(file, correlation, findings),
                Body::Filter { .. } => {}
            }
        }
    }
}

struct Check<'c> {
    schema: &'c Schema,
    all: &'c [Log],
    files: &'c [File<'c>],
}

impl Check<'_> {
    /// The logs a rule reads.
    fn read(&self, logsource: &sigma::LogSource) -> Vec<&Log> {
        let wanted = logs::of_rule(logsource);
        let all = self.all.iter();
        all.filter(|log| logs::reads(&wanted, &log.logsource)).collect()
    }

    fn never_fires(&self, file: &File<'_>, number: usize, logsource: &sigma::LogSource) -> Finding {
        let wanted = logs::of_rule(logsource);
        let near = logs::nearest(&wanted, self.all).map(|near| WrittenLogs {
            logsource: logs::shown(&near.logsource),
            product: near.product.clone(),
        });
        let expected = match &near {
            Some(near) => format!(
                "one that is written, such as `{}` of {}",
                near.logsource, near.product
            ),
            None => "the logsource of a product in the catalogue".to_owned(),
        };
        let logsource = logs::shown(&wanted);
        let message = format!("no source provides logs of `{logsource}`: the rule can never fire");
        let about = About::NeverFires { logsource, near };
        finding(
            file,
            place(file, number),
            (Severity::Warning, about),
            message,
            expected,
        )
    }

    fn detection(&self, file: &File<'_>, read: &[&Log], detection: &Detection, findings: &mut Vec<Finding>) {
        let items = detection
            .selections
            .iter()
            .flat_map(|s| s.alternatives.iter().flatten());
        let mut told = BTreeSet::new();
        for item in items {
            let others = item.tests.iter().filter_map(|test| match test {
                Test::Field(other) => Some((other.field.as_str(), other.position)),
                _ => None,
            });
            let named = item.field.as_deref().map(|field| (field, item.position));
            for (field, at) in named.into_iter().chain(others) {
                if told.insert(field.to_owned()) && !self.filled(field, read) {
                    findings.push(never_filled(file, field, at, read));
                }
            }
        }
    }

    /// A rule whose logs lack a field of `group-by` never counts.
    fn correlation(&self, file: &File<'_>, correlation: &Correlation, findings: &mut Vec<Finding>) {
        for rule in &correlation.rules {
            let Some(Body::Rule { logsource, .. }) = self.find(file, &rule.text).map(|d| &d.body) else {
                continue;
            };
            let read = self.read(logsource);
            for name in correlation.group_by.iter().chain(correlation.kind.fields()) {
                let field = correlation.field_of(&name.text, &rule.text);
                if !read.is_empty() && !self.filled(field, &read) {
                    findings.push(never_filled(file, field, name.position, &read));
                }
            }
        }
    }

    /// The document a name means: one of the same file before one of another.
    fn find(&self, file: &File<'_>, name: &str) -> Option<&Document> {
        let own = self
            .files
            .iter()
            .filter(|other| other.source.file == file.source.file);
        let all = own.chain(self.files).flat_map(|file| &file.documents);
        all.into_iter().find(|document| document.metadata.is_called(name))
    }

    /// Whether one of the logs may have the field. Of keys that no mapping knows nobody can tell.
    fn filled(&self, field: &str, read: &[&Log]) -> bool {
        let slot: Option<Slot> = self.schema.slot(field);
        slot.is_none_or(|slot| read.iter().any(|log| log.fields.contains(&slot)))
    }
}

fn never_filled(file: &File<'_>, field: &str, at: Position, read: &[&Log]) -> Finding {
    const SHOWN: usize = 3;
    let names: BTreeSet<String> = read
        .iter()
        .map(|log| format!("{} {}", log.product, log.name))
        .collect();
    let more = names.len().saturating_sub(SHOWN);
    let logs: Vec<String> = names.into_iter().take(SHOWN).collect();
    let mut list = logs.join(", ");
    if more > 0 {
        list = format!("{list} and {more} more");
    }
    let field = sigma::error::shown(field);
    let message = format!("`{field}` is never filled in the logs this reads ({list})");
    let about = About::NeverFilled { field, logs, more };
    let expected = "a field their mappings fill, or `unmapped.<path>`".to_owned();
    finding(file, at, (Severity::Warning, about), message, expected)
}

/// Where the logsource of a document stands.
fn place(file: &File<'_>, number: usize) -> Position {
    let mut report = Report::new(&file.source.file);
    let nodes = yaml::load(&file.source.text, &mut report);
    let found = nodes.get(number).and_then(|node| match &node.data {
        yaml::Data::Map(entries) => entries.iter().find(|entry| entry.key.text == "logsource"),
        _ => None,
    });
    found.map_or(file.documents[number].position, |entry| entry.key.position())
}
