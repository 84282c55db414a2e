//! Annotations of GitHub Actions: lines a workflow prints, shown at their place in the change.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use crate::{
    finding::{Finding, LintReport, Severity},
    test::{TestOutcome, TestReport},
};

/// The findings of a lint, one a line.
pub fn github_findings(report: &LintReport) -> String {
    report.findings.iter().map(finding).collect()
}

/// What failed in a run of tests, one a line.
pub fn github_tests(report: &TestReport) -> String {
    let failed = report.tests.iter().filter(|test| !test.passed);
    report
        .errors
        .iter()
        .map(finding)
        .chain(failed.map(test))
        .collect()
}

fn finding(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Info => "notice",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    line(
        command,
        &finding.file,
        (finding.line, finding.column),
        finding.code,
        &finding.text(),
    )
}

fn test(test: &TestOutcome) -> String {
    let message = format!("{}: {}", test.name, test.failure());
    line("error", &test.file, (test.line, 1), &test.title, &message)
}

/// One annotation.
pub(crate) fn line(
    command: &str,
    file: &str,
    (line, column): (usize, usize),
    title: &str,
    message: &str,
) -> String {
    format!(
        "::{command} file={},line={line},col={column},title={}::{}\n",
        property(file),
        property(title),
        data(message)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
