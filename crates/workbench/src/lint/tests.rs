//! Rules without tests, and tests that cannot show anything.

use super::{File, finding};
use crate::{
    bench::Bench,
    compiled::Compiled,
    finding::{Finding, Severity},
};
use detect::{RuleInfo, TestLog};
use model::Origin;
use sigma::Position;

const NO_TESTS: (Severity, &str) = (Severity::Warning, "no-tests");
const ONE_SIDED: (Severity, &str) = (Severity::Info, "one-sided-tests");
const UNKNOWN_PRODUCT: (Severity, &str) = (Severity::Error, "unknown-product");

/// Reports what is missing. A rule of the product without tests does not load at all.
pub fn check(bench: &Bench, files: &[File<'_>], compiled: &Compiled, findings: &mut Vec<Finding>) {
    for rule in compiled.own() {
        let Some(file) = files.iter().find(|file| file.source.file == rule.file) else {
            continue;
        };
        let at = place(file, rule);
        if rule.tests.is_empty() {
            if rule.origin == Origin::Custom {
                let message = format!("`{}` has no tests", sigma::error::shown(&rule.title.en));
                let expected = "`tests` in `ctdr`: raw logs and how many alerts they raise".to_owned();
                findings.push(finding(file, at, NO_TESTS, message, expected));
            }
            continue;
        }
        for (has, missing) in [
            (rule.tests.iter().any(|test| test.alerts > 0), "raises an alert"),
            (rule.tests.iter().any(|test| test.alerts == 0), "raises none"),
        ] {
            if !has {
                let message = format!("no test of `{}` {missing}", sigma::error::shown(&rule.title.en));
                let expected = "one that must match and one that must not".to_owned();
                findings.push(finding(file, at, ONE_SIDED, message, expected));
            }
        }
        for log in unknown_sources(bench, rule) {
            let message = format!("no source reads logs of `{}`", log.source);
            let names: Vec<String> = bench.catalogue.products().map(|p| p.id().to_string()).collect();
            let near = sigma::nearest(&log.source.to_string(), names.iter().map(String::as_str));
            findings.push(finding(
                file,
                log.source_at,
                UNKNOWN_PRODUCT,
                message,
                near.map(|near| format!("`{near}`")),
            ));
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
