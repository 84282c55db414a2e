//! Rules without tests, and tests that cannot show anything.

use super::{File, finding};
use crate::{
    about::{About, Side},
    bench::Bench,
    compiled::Compiled,
    finding::{Finding, Severity},
};
use detect::{RuleInfo, TestLog};
use model::Origin;
use sigma::Position;

/// Reports what is missing. A rule of the product without tests does not load at all.
pub fn check(bench: &Bench, files: &[File<'_>], compiled: &Compiled, findings: &mut Vec<Finding>) {
    for rule in compiled.own() {
        let Some(file) = files.iter().find(|file| file.source.file == rule.file) else {
            continue;
        };
        let at = place(file, rule);
        let title = sigma::error::shown(&rule.title.en);
        if rule.tests.is_empty() {
            if rule.origin == Origin::Custom {
                let message = format!("`{title}` has no tests");
                let expected = "`tests` in `ctdr`: raw logs and how many alerts they raise".to_owned();
                let told = (Severity::Warning, About::NoTests { rule: title });
                findings.push(finding(file, at, told, message, expected));
            }
            continue;
        }
        for (has, missing, words) in [
            (
                rule.tests.iter().any(|test| test.alerts > 0),
                Side::Alert,
                "raises an alert",
            ),
            (
                rule.tests.iter().any(|test| test.alerts == 0),
                Side::NoAlert,
                "raises none",
            ),
        ] {
            if !has {
                let message = format!("no test of `{title}` {words}");
                let expected = "one that must match and one that must not".to_owned();
                let about = About::OneSidedTests {
                    rule: title.clone(),
                    missing,
                };
                findings.push(finding(file, at, (Severity::Info, about), message, expected));
            }
        }
        for log in unknown_sources(bench, rule) {
            let message = format!("no source reads logs of `{}`", log.source);
            let names: Vec<String> = bench.catalogue.products().map(|p| p.id().to_string()).collect();
            let near = sigma::nearest(&log.source.to_string(), names.iter().map(String::as_str));
            let about = About::UnknownProduct {
                product: log.source.clone(),
                near: near.map(str::to_owned),
            };
            let expected = near.map(|near| format!("`{near}`"));
            let told = (Severity::Error, about);
            findings.push(finding(file, log.source_at, told, message, expected));
        }
    }
}

/// The logs whose product nobody reads; where a test says it for all its logs, the first of them.
fn unknown_sources<'r>(bench: &Bench, rule: &'r RuleInfo) -> Vec<&'r TestLog> {
    let mut unknown: Vec<&TestLog> = Vec::new();
    for log in rule.tests.iter().flat_map(|test| &test.logs) {
        let told = unknown.iter().any(|other| other.source_at == log.source_at);
        if !told && bench.catalogue.product(&log.source).is_none() {
            unknown.push(log);
        }
    }
    unknown
}

fn place(file: &File<'_>, rule: &RuleInfo) -> Position {
    let mut documents = file.documents.iter();
    let document = documents.find(|document| document.metadata.id.as_deref() == Some(&rule.id));
    document.map_or(Position::START, |document| document.position)
}
