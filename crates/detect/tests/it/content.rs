//! The rules the product ships: all compile, and every test they carry passes, through the real mappings of
//! the sources that wrote its logs.

use detect::{Detector, RuleInfo, RuleSet, RuleSource, RuleTest, TestLog};
use model::{Alert, Origin, RecordId, SourceId, TenantId, Time};
use normalise::{Catalogue, ContentFile, SourceContext};
use std::{fmt::Display, path::Path, sync::Arc};

/// All YAML files under a folder of `content`, by their path from there, in order.
pub fn files(folder: &str) -> Vec<ContentFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                std::fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(ContentFile {
                path: path.strip_prefix(&root).unwrap().display().to_string(),
                text: std::fs::read_to_string(&path).unwrap(),
            });
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn lines(errors: &[impl Display]) -> String {
    errors
        .iter()
        .fold(String::new(), |all, error| format!("{all}\n{error}"))
}

/// All shipped rules, on.
pub fn rule_set(catalogue: &Catalogue) -> Arc<RuleSet> {
    let sources: Vec<RuleSource> = files("rules")
        .into_iter()
        .map(|file| RuleSource {
            file: file.path,
            text: file.text,
            origin: Origin::Predefined,
            enabled: true,
            testing: false,
        })
        .collect();
    let (set, errors) = RuleSet::compile(catalogue.schema(), &sources);
    assert!(errors.is_empty(), "rules:{}", lines(&errors));
    Arc::new(set)
}

/// The sources and rules the product ships; they must be right.
pub fn shipped() -> (Catalogue, Arc<RuleSet>) {
    let catalogue =
        Catalogue::load(&files("sources")).unwrap_or_else(|errors| panic!("sources:{}", lines(&errors)));
    let rules = rule_set(&catalogue);
    (catalogue, rules)
}

#[test]
fn every_shipped_rule_compiles_and_passes_its_tests() {
    let (catalogue, set) = shipped();
    let mut failures = Vec::new();
    let mut tests = 0;
    for rule in set.rules() {
        if !rule.tests.iter().any(|t| t.alerts > 0) || !rule.tests.iter().any(|t| t.alerts == 0) {
            failures.push(format!("{}: needs a test with alerts and one without", rule.file));
        }
        for test in &rule.tests {
            tests += 1;
            if let Err(failure) = run(&catalogue, &set, rule, test) {
                failures.push(format!("{}:{}: {}: {failure}", rule.file, test.line, test.name));
            }
        }
    }
    eprintln!("{} rules, {tests} tests", set.rules().count());
    assert!(failures.is_empty(), "{}", lines(&failures));
}

/// Runs the logs of a test through all rules, and counts the alerts of its own.
fn run(catalogue: &Catalogue, set: &Arc<RuleSet>, rule: &RuleInfo, test: &RuleTest) -> Result<(), String> {
    let alerts = alerts(catalogue, set, rule, &test.logs)?;
    let records: Vec<&Vec<RecordId>> = alerts.iter().map(|alert| &alert.records).collect();
    if records.len() == test.alerts {
        Ok(())
    } else {
        Err(format!(
            "{} alerts instead of {}: {records:?}",
            records.len(),
            test.alerts
        ))
    }
}

/// The alerts a rule raises over logs, while all other rules run too.
pub fn alerts(
    catalogue: &Catalogue,
    set: &Arc<RuleSet>,
    rule: &RuleInfo,
    logs: &[TestLog],
) -> Result<Vec<Alert>, String> {
    let tenant = TenantId::default();
    let mut detector = Detector::new(Arc::clone(set));
    let mut alerts = Vec::new();
    for (number, log) in logs.iter().enumerate() {
        let context = SourceContext {
            tenant: &tenant,
            source: SourceId::from_bits(1),
            product: &log.source,
            account: None,
            utc_offset_minutes: 0,
            received: Time::from_secs(1_790_000_000),
            position: &number.to_be_bytes(),
        };
        let record = catalogue
            .normalise(log.raw.as_bytes(), &context)
            .map_err(|dead| format!("log {number} is a dead letter: {:?} {}", dead.reason, dead.detail))?;
        alerts.extend(detector.detect(&[record]));
    }
    alerts.retain(|alert| alert.rule.id == rule.id);
    Ok(alerts)
}
